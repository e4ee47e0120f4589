package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/availability"
	"steward/internal/backup"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/directory/roster"
	"steward/internal/doctor"
	"steward/internal/explain"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/file"
	"steward/internal/help"
	"steward/internal/insight"
	"steward/internal/insight/board"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/measure"
	"steward/internal/observe"
	"steward/internal/outreach"
	"steward/internal/replay"
	"steward/internal/rest"
	"steward/internal/search"
	"steward/internal/success"
	"steward/internal/work"
)

// Server is the HTTP surface of one instance.
type Server struct {
	Parts
	stream *broadcast
	quotas *quotas
}

// Parts are what the surface shows.
type Parts struct {
	DB        *db.DB
	Ledger    *ledger.Ledger
	Auth      *auth.Service
	Directory *directory.Service
	Imports   *roster.Service
	Fields    *field.Service
	Files     *file.Service
	Mail      *mail.Service
	Blueprint *blueprint.Store
	Explain   *explain.Service
	Desk      *desk.Service
	People    *availability.Service
	DeskSet   func() *desk.Config
	Outreach  *outreach.Service
	Insight   *insight.Service
	Boards    *board.Service
	Replay    *replay.Service
	Webhooks  Routes
	Entitle   Routes
	Programs  Programs
	Success   *success.Service
	Playbooks Playbooks
	Setup     Routes
	Notify    Routes
	Trackers  Trackers
	Zendesk   Foreign
	Measures  *measure.Service
	Work      *work.Service
	Search    *search.Service
	Clock     func() time.Time
	Cookie    func(secret string) *http.Cookie // carries a session
	Proxies   rest.Proxies                     // whose word about a client's address is taken
	Version   string
	Demo      bool
	Title     string                          // of the workspace
	Ready     func(ctx context.Context) error // whether the instance can serve
	Portal    http.Handler                    // public pages under /portal/
	Watch     *observe.Telemetry              // sees every request
	Examine   func(ctx context.Context) doctor.Report
	Sandbox   *backup.Origin // what this is a copy of, when it is a sandbox
}

// Routes is another surface that adds routes of its own to the API.
type Routes interface{ Routes(a *rest.API) }

// Foreign is an API in another system's shapes.
type Foreign interface {
	http.Handler
	Prefix() string
	Fail(w http.ResponseWriter, err error)
}

// Trackers add routes, and take webhooks of other systems.
type Trackers interface {
	Routes
	Hooks() http.Handler
}

// Programs add routes, and know the files of applications.
type Programs interface {
	Routes
	Hooks() http.Handler
	BookingsCSV() http.Handler
	FileOf(ctx context.Context, tx db.Tx, by act.Actor, fileID int64) (file.File, error)
}

// New returns the surface. Run its stream with Server.Run.
func New(p Parts) *Server {
	s := &Server{Parts: p, stream: newBroadcast(), quotas: newQuotas(p.Clock)}
	p.Desk.TellPresence(func(ticketID int64, people []int64) { s.stream.send(message{looked: ticketID, people: people}) })
	return s
}

// Handler returns everything the instance serves over HTTP.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	a := rest.New(mux, s.DB, s.Version)
	s.sessionRoutes(a)
	s.peopleRoutes(a)
	s.organizationRoutes(a)
	s.mergeRoutes(a)
	s.leavingRoutes(a)
	s.importRoutes(a)
	s.teamRoutes(a)
	s.fieldRoutes(a)
	s.tokenRoutes(a)
	s.selfRoutes(a)
	s.configRoutes(a)
	s.mailRoutes(a)
	s.healthRoutes(a)
	s.eventRoutes(a)
	s.insightRoutes(a, mux)
	s.Boards.Routes(a)
	s.exportRoute(a, mux)
	s.measureRoutes(a)
	s.workRoutes(a)
	s.Desk.Routes(a)
	s.People.Routes(a)
	s.Webhooks.Routes(a)
	s.Entitle.Routes(a)
	s.Success.Routes(a)
	s.Playbooks.Routes(a)
	s.Setup.Routes(a)
	s.Notify.Routes(a)
	s.Trackers.Routes(a)
	s.Programs.Routes(a)
	s.Search.Routes(a)
	help.Routes(a)
	s.Explain.Routes(a)
	s.fileRoutes(a, mux)
	s.peekRoutes(a, mux)
	s.traceRoute(a, mux)
	a.Document(rest.GET("/stream", "Be told of changes as they happen (server-sent events)"), "text/event-stream")
	a.Document(rest.GET("/programs/bookings.csv", "Export the booking record"), "text/csv")
	mux.Handle("GET "+rest.Prefix+"/programs/bookings.csv", s.Programs.BookingsCSV())
	mux.HandleFunc("GET "+rest.Prefix+"/stream", s.getStream)
	mux.HandleFunc(rest.Prefix+"/", func(w http.ResponseWriter, r *http.Request) { rest.Fail(w, unknownRoute(r)) })
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.getReady)
	mux.Handle("/portal/", s.Portal)
	mux.Handle("POST /hooks/trackers/{name}", s.Trackers.Hooks())
	mux.Handle("POST /hooks/verifications/{key}", s.Programs.Hooks())
	workspace(mux)
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		rest.Fail(w, fault.New(fault.Forbidden, "This request comes from another site, so it was not carried out. Open the workspace itself and try again."))
	}))
	return s.Watch.Requests(secure(packing(guard.Handler(s.authenticate(s.compatible(observe.Route(mux)))))))
}

// compatible takes out calls of the Zendesk API before the mux sees them, which would redirect
// the doubled slashes that some clients write.
func (s *Server) compatible(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.ofZendesk(r) {
			s.Zendesk.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ofZendesk reports whether a request is for the Zendesk API.
func (s *Server) ofZendesk(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, s.Zendesk.Prefix()+"/")
}

func (s *Server) getReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		rest.Fail(w, err)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// secure sets the headers that keep pages and files to themselves.
func secure(next http.Handler) http.Handler {
	const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
