package zendesk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/notify"
	"steward/internal/outreach"
	"steward/internal/rest"
	"steward/internal/search"
)

// Prefix is where this API lives.
const Prefix = "/api/v2"

// Parts are what the surface shows.
type Parts struct {
	DB        *db.DB
	Ledger    *ledger.Ledger
	Jobs      *job.Queue
	Auth      *auth.Service
	Directory *directory.Service
	Fields    *field.Service
	Files     *file.Service
	Mail      *mail.Service
	Blueprint *blueprint.Store
	Desk      *desk.Service
	DeskSet   func() *desk.Config // the configuration in force
	Outreach  *outreach.Service
	Search    *search.Service
	Notify    *notify.Service
	Hooks     Hooks
	Clock     func() time.Time
	BaseURL   func() string // of public pages

	SessionCookie string // its name
}

// Server answers calls of the Zendesk API.
type Server struct {
	Parts
	mux   *http.ServeMux
	all   []endpoint
	kinds map[string]jobKind

	byAddress, byNetwork *mail.Rate // of requests without a token
}

// New returns the surface and registers its job.
func New(p Parts) *Server {
	s := &Server{Parts: p, mux: http.NewServeMux(), kinds: map[string]jobKind{}}
	s.all = s.endpoints()
	for _, e := range s.all {
		s.mux.HandleFunc(e.method+" "+e.path, s.serve(e))
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusNotFound, failure{Error: "InvalidEndpoint", Description: "Not found"})
	})
	s.ticketJobs()
	s.limitStrangers()
	s.handleJobs()
	s.userJobs()
	s.organizationJobs()
	s.membershipJobs()
	return s
}

// endpoints are all operations, noun by noun.
func (s *Server) endpoints() []endpoint {
	return slices.Concat(s.groupEndpoints(), s.jobEndpoints(),
		s.triggerEndpoints(), s.automationEndpoints(), s.macroEndpoints(), s.viewEndpoints(), s.policyEndpoints(), s.webhookEndpoints(), s.scheduleEndpoints(), s.fieldEndpoints(), s.formEndpoints(), s.brandEndpoints(), s.recipientEndpoints(),
		s.ticketEndpoints(), s.commentEndpoints(), s.auditEndpoints(), s.attachmentEndpoints(), s.tagEndpoints(), s.metricEndpoints(), s.deletedEndpoints(), s.importEndpoints(),
		s.requestEndpoints(), s.sideEndpoints(), s.ratingEndpoints(), s.suspendedEndpoints(),
		s.peopleEndpoints(), s.sessionEndpoints(), s.tokenEndpoints(), s.activityEndpoints(), s.emptyEndpoints())
}

// Prefix is where this API lives: every path below it is ours.
func (s *Server) Prefix() string { return Prefix }

// Fail answers with an error in this API's shape.
func (s *Server) Fail(w http.ResponseWriter, err error) { fail(context.Background(), w, err) }

// ServeHTTP implements http.Handler for paths below Prefix. A doubled slash, a last slash and .json at
// the end make no difference, as clients write all of them.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := slices.DeleteFunc(strings.Split(strings.TrimPrefix(r.URL.Path, Prefix), "/"), func(p string) bool { return p == "" })
	path := "/" + strings.TrimSuffix(strings.Join(parts, "/"), ".json")
	r2 := new(http.Request)
	*r2 = *r
	u := *r.URL
	u.Path, u.RawPath = path, ""
	r2.URL = &u
	s.mux.ServeHTTP(w, r2)
}

// endpoint is one operation.
type endpoint struct {
	method, path string
	status       int // of success
	public       bool
	lacks        string // what is missing; "" when it is whole
	do           handler
}

// handler carries out a call and returns the answer's body; nil for none.
type handler func(c *call) (any, error)

func get(path string, do handler) endpoint {
	return endpoint{method: http.MethodGet, path: path, status: 200, do: do}
}
func post(path string, do handler) endpoint {
	return endpoint{method: http.MethodPost, path: path, status: 201, do: do}
}
func put(path string, do handler) endpoint {
	return endpoint{method: http.MethodPut, path: path, status: 200, do: do}
}
func del(path string, do handler) endpoint {
	return endpoint{method: http.MethodDelete, path: path, status: 204, do: do}
}

// answers is the endpoint with another status when it succeeds.
func (e endpoint) answers(status int) endpoint { e.status = status; return e }

// partly is the endpoint with a sentence on what it lacks.
func (e endpoint) partly(lacks string) endpoint { e.lacks = lacks; return e }

// serve is an endpoint as an HTTP handler.
func (s *Server) serve(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{Server: s, ctx: r.Context(), r: r, w: w, by: rest.From(r.Context()).Actor, status: e.status}
		if c.by.PersonID == 0 && c.by.Kind != act.System && !e.public {
			s.Fail(w, fault.New(fault.SignedOut, "Send a token: Authorization: Bearer TOKEN, or Basic with EMAIL/token:TOKEN."))
			return
		}
		body, err := e.do(c)
		if err != nil {
			fail(r.Context(), w, err)
			return
		}
		if body == nil {
			w.WriteHeader(c.status)
			return
		}
		write(w, c.status, body)
	}
}

// write answers with JSON.
func write(w http.ResponseWriter, status int, body any) {
	if raw, ok := body.(raw); ok {
		raw(w, status)
		return
	}
	b, err := json.Marshal(body)
	if err != nil {
		fail(context.Background(), w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// raw is an answer that writes itself: a file.
type raw func(w http.ResponseWriter, status int)
