package portal

import (
	"bytes"
	"context"
	_ "embed"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
	"steward/internal/outreach"
	"steward/internal/program"
	"steward/internal/rest"
)

// Portal serves the public pages.
type Portal struct {
	Parts
	limits  *limits
	uploads chan struct{} // one for each large upload under way on this node
}

// Parts are what the public pages stand on.
type Parts struct {
	DB       *db.DB
	Outreach *outreach.Service
	Programs *program.Service
	Desk     *desk.Service
	Entitle  *entitle.Service
	DeskSet  func() *desk.Config // the configuration in force
	People   *directory.Service
	Files    *file.Service
	Auth     *auth.Service
	Signer   auth.Signer
	Brand    func() string // the name shown on top
	Clock    func() time.Time
	Demo     bool
	Cookie   func(secret string) *http.Cookie
	Proxies  rest.Proxies // whose word about a client's address is taken
}

//go:embed portal.css
var css []byte

// New returns the public pages as a handler for /portal/.
func New(p Parts) http.Handler {
	s := &Portal{Parts: p, limits: newLimits(p.Clock), uploads: make(chan struct{}, maxParallel)}
	mux := http.NewServeMux()
	s.frontRoutes(mux)
	s.programRoutes(mux)
	mux.HandleFunc("GET /portal/survey/{token}", s.getSurvey)
	mux.HandleFunc("POST /portal/survey/{token}", s.postSurvey)
	mux.HandleFunc("GET /portal/portal.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		_, _ = w.Write(css)
	})
	if p.Demo {
		mux.HandleFunc("GET /portal/demo/signin", s.getDemoSignIn)
	}
	mux.HandleFunc("/portal/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, incomplete())
	})
	return s.speaking(mux)
}

// view is what a page shows.
type view struct {
	frame
	Title    string
	Text     string
	Error    string
	Question string
	Subject  string
	Low      string
	High     string
	Label    string
	Remark   string
	Score    int
	Scores   []int
	Form     bool
	Action   string
}

func (s *Portal) show(w http.ResponseWriter, r *http.Request, status int, v view) {
	v.frame = s.frameOf(r)
	var b bytes.Buffer
	if err := pagesIn(v.Language).ExecuteTemplate(&b, "page.html", v); err != nil {
		slog.Error("a public page cannot be shown", "error", err)
		http.Error(w, v.Language.Word(broken), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	// same-origin keeps the link's token from other sites; no-referrer would make the form come
	// from nowhere (Origin: null), and cross-origin protection refuse it.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (s *Portal) fail(w http.ResponseWriter, r *http.Request, err error) {
	f, title := told(r, err)
	s.show(w, r, f.Code.Status(), view{Title: title, Text: f.Message})
}

// broken is what visitors read of an error that is no fault of theirs.
const broken = "Something went wrong on our side. Please try again in a moment."

// incomplete is the answer to a link that stands for nothing.
func incomplete() error {
	return fault.New(fault.NotFound, "The link may be incomplete. Open it from the mail again, or copy the whole address.")
}

// survey finds the offer and survey a link stands for.
func (s *Portal) survey(r *http.Request) (o outreach.Offer, sv outreach.SurveyInForce, subject string, err error) {
	id, ok := s.Outreach.OfferID(r.PathValue("token"))
	if !ok {
		return o, sv, "", incomplete()
	}
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		if o, err = s.Outreach.Offer(ctx, tx, id); err != nil {
			return err
		}
		t, _, err := s.Desk.Requester(ctx, tx, o.TicketID)
		if err != nil {
			return err
		}
		subject = t.Subject
		return nil
	})
	if err != nil {
		return o, sv, "", err
	}
	if sv, ok = s.Outreach.Survey(o); !ok {
		return o, sv, "", fault.New(fault.NotFound, "This survey has ended. Thank you all the same.")
	}
	return o, sv, subject, nil
}

func (s *Portal) form(o outreach.Offer, sv outreach.SurveyInForce, subject, action string) view {
	return view{Title: sv.Title, Question: sv.Spec.Question, Subject: subject, Low: sv.Spec.LowLabel, High: sv.Spec.HighLabel, Label: sv.Spec.Remark,
		Score: o.Score, Remark: o.Remark, Scores: []int{1, 2, 3, 4, 5, 6, 7}, Form: true, Action: action}
}

// getSurvey shows the form. It records nothing, because mail programs and scanners open
// links too; ?score= only marks an answer.
func (s *Portal) getSurvey(w http.ResponseWriter, r *http.Request) {
	l := lang.In(r.Context())
	o, sv, subject, err := s.survey(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if !s.Clock().Before(o.Expires) {
		s.show(w, r, http.StatusGone, view{Title: l.Word("This survey has ended"), Text: l.Say("It took answers until %s. Thank you all the same.", l.Time(o.Expires, "2 January 2006"))})
		return
	}
	v := s.form(o, sv, subject, r.URL.Path)
	if n, err := strconv.Atoi(r.URL.Query().Get("score")); err == nil && n >= 1 && n <= 7 {
		v.Score = n
	}
	s.show(w, r, http.StatusOK, v)
}

func (s *Portal) postSurvey(w http.ResponseWriter, r *http.Request) {
	l := lang.In(r.Context())
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	o, sv, subject, err := s.survey(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, fault.New(fault.TooLarge, "The answer is longer than 64 kB, the most this page takes."))
		return
	}
	score, _ := strconv.Atoi(r.PostForm.Get("score")) // 0 when missing, which Answer refuses
	err = s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := s.Outreach.Answer(ctx, tx, o.ID, score, r.PostForm.Get("remark"))
		return err
	})
	if f := fault.As(err); f != nil && f.Code == fault.Invalid {
		v := s.form(o, sv, subject, r.URL.Path)
		v.Error, v.Score, v.Remark = f.In(l).Message, score, r.PostForm.Get("remark")
		s.show(w, r, http.StatusUnprocessableEntity, v)
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	text := sv.Spec.Thanks
	if text == "" {
		text = l.Word("Thank you for your answer.")
	}
	s.show(w, r, http.StatusOK, view{Title: l.Word("Thank you"), Text: text + " " + l.Word("You can open the link again to change your answer.")})
}

// getDemoSignIn signs in with the link that the demo printed.
func (s *Portal) getDemoSignIn(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Signer.Verify("demo", r.URL.Query().Get("key"))
	if !ok {
		s.fail(w, r, fault.New(fault.NotFound, "The sign-in link is not whole. Use the one that the demo printed."))
		return
	}
	var secret string
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		secret, err = s.Auth.OpenSession(ctx, tx, act.Actor{Kind: act.Person, PersonID: id, Clock: s.Clock}, r.UserAgent())
		return err
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	http.SetCookie(w, s.Cookie(secret))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
