package portal

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
	"steward/internal/mail"
	"steward/internal/program"
)

// applicationPage is an application as its applicant sees it.
type applicationPage struct {
	shell
	program.ApplicantPage
	Action  string
	Notices []string
	Wrong   string
	Typed   string
	TermsIn template.HTML
	Kept    []kept
	Renew   string
	MaxFile string
}

func digits(id int64) string { return strconv.FormatInt(id, 10) }

// openApplication is the application of a page's link.
func (s *Portal) openApplication(r *http.Request, by func(context.Context, db.Tx, string) (*program.Application, *program.Program, error)) (a *program.Application, p *program.Program, err error) {
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		a, p, err = by(ctx, tx, r.PathValue("token"))
		return err
	})
	return a, p, err
}

func (s *Portal) getApplication(w http.ResponseWriter, r *http.Request) {
	a, p, err := s.openApplication(r, s.Programs.ByLink)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	if a.State == program.Draft {
		if now := s.Programs.Config().Program(p.ID); now != nil {
			p = now // what is not sent yet follows the form as it is
		}
		in := posted{Values: typedAnswers(p, a.Attributes)}
		s.showApply(w, r, p, a, in, s.Programs.Fill(lang.In(r.Context()), p, a, answersOf(in)), http.StatusOK, nil, "")
		return
	}
	s.showApplication(w, r, a, p, http.StatusOK, "", posted{Values: url.Values{}})
}

func (s *Portal) showApplication(w http.ResponseWriter, r *http.Request, a *program.Application, p *program.Program, status int, wrong string, in posted) {
	l := lang.In(r.Context())
	v := applicationPage{shell: s.aroundProgram(r, p, l.Word("Your application")), Action: r.URL.Path, Wrong: wrong, Typed: in.Get("text"), Kept: in.Kept, MaxFile: size(l, s.Files.Max())}
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		v.ApplicantPage, err = s.Programs.Page(ctx, tx, p, a)
		return err
	})
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	v.Title = v.ApplicantPage.Word
	if v.Terms != "" {
		html, _ := mail.FromMarkdown(v.Terms)
		v.TermsIn = template.HTML(html) //nolint:gosec // made of Markdown and sanitised
	}
	if r.URL.Query().Get("sent") != "" && wrong == "" {
		v.Notices = append(v.Notices, l.Word("We have what you sent."))
	}
	s.render(w, status, "application", v)
}

// postApplication takes what an applicant does on their page.
func (s *Portal) postApplication(w http.ResponseWriter, r *http.Request) {
	a, p, err := s.openApplication(r, s.Programs.ByLink)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	if a.State == program.Draft {
		if now := s.Programs.Config().Program(p.ID); now != nil {
			p = now
		}
		s.takeApply(w, r, p, a, directory.Person{})
		return
	}
	in, err := s.receive(w, r)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	files, err := s.filesIn(r.Context(), in)
	if in.Wrong != "" && err == nil {
		err = fault.New(fault.Invalid, "%s", in.Wrong)
	}
	if err == nil && !s.limits.allow(repliesPerHour, "application:"+digits(a.ID)) {
		err = fault.New(fault.TooMany, "More came through this page within an hour than it takes. Try again in a while.")
	}
	if err == nil {
		err = s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
			now, _, err := s.Programs.ByLink(ctx, tx, r.PathValue("token"))
			if err != nil {
				return err
			}
			return s.applicationDo(ctx, tx, now, in, files)
		})
	}
	if err == nil && in.Get("do") == "renew" {
		s.renewApplication(w, r)
		return
	}
	if f := fault.As(err); f != nil && f.Code != fault.NotFound {
		if now, pinned, err := s.openApplication(r, s.Programs.ByLink); err == nil {
			a, p = now, pinned
		}
		s.showApplication(w, r, a, p, f.Code.Status(), f.In(lang.In(r.Context())).Message, in)
		return
	}
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	http.Redirect(w, r, r.URL.Path+"?sent=1", http.StatusSeeOther)
}

// applicationDo does what a button of the page says.
func (s *Portal) applicationDo(ctx context.Context, tx db.Tx, a *program.Application, in posted, files []file.File) error {
	switch in.Get("do") {
	case "renew":
		_, err := s.Programs.StartRenewal(ctx, tx, a)
		return err
	case "withdraw":
		if in.Get("sure") != "yes" {
			return fault.New(fault.Invalid, "Tick the box first: a withdrawn application is closed.")
		}
		return s.Programs.Withdraw(ctx, tx, a)
	case "upload":
		return s.Programs.Upload(ctx, tx, a, program.Paper{Proof: in.Get("proof"), Dated: in.Get("dated"), Files: files})
	case "claim":
		agreed, _ := strconv.Atoi(in.Get("agree")) // 0 is not accepted
		return s.Programs.Claim(ctx, tx, a, agreed)
	case "again":
		return s.Programs.Retry(ctx, tx, a, in.Get("proof"))
	default:
		return s.Programs.Reply(ctx, tx, a, in.Get("text"), files)
	}
}

// getConfirmApplication shows a button, because mail programs and scanners open links too.
func (s *Portal) getConfirmApplication(w http.ResponseWriter, r *http.Request) {
	a, p, err := s.openApplication(r, s.Programs.ByConfirmLink)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	if a.State != program.Confirming {
		s.toApplication(w, r, a)
		return
	}
	l := lang.In(r.Context())
	s.render(w, http.StatusOK, "say", say{shell: s.aroundProgram(r, p, l.Word("Send your application")), Paragraphs: []string{l.Say("To %s, for %s.", p.Title, a.Who())}, Action: r.URL.Path, Button: l.Word("Confirm and send")})
}

func (s *Portal) postConfirmApplication(w http.ResponseWriter, r *http.Request) {
	var a *program.Application
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if a, _, err = s.Programs.ByConfirmLink(ctx, tx, r.PathValue("token")); err != nil {
			return err
		}
		return s.Programs.Confirm(ctx, tx, a)
	})
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	s.toApplication(w, r, a)
}

// toApplication leads to the page of an application, whose link the visitor has shown to be theirs.
func (s *Portal) toApplication(w http.ResponseWriter, r *http.Request, a *program.Application) {
	u, err := url.Parse(s.Programs.Link(a))
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	http.Redirect(w, r, u.Path+"?sent=1", http.StatusSeeOther)
}

func (s *Portal) getProof(w http.ResponseWriter, r *http.Request) {
	s.proof(w, r, func(a *program.Application, run program.CheckRun) error { return nil })
}

func (s *Portal) postProof(w http.ResponseWriter, r *http.Request) {
	s.proof(w, r, func(a *program.Application, run program.CheckRun) error {
		return s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
			a, run, err := s.Programs.ByProofLink(ctx, tx, r.PathValue("token"))
			if err != nil {
				return err
			}
			return s.Programs.Prove(ctx, tx, a, run)
		})
	})
}

// proof shows or takes the confirmation of an address that was given as a proof. It tells nothing of the application:
// the address may be somebody else's.
func (s *Portal) proof(w http.ResponseWriter, r *http.Request, do func(*program.Application, program.CheckRun) error) {
	var a *program.Application
	var run program.CheckRun
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		a, run, err = s.Programs.ByProofLink(ctx, tx, r.PathValue("token"))
		return err
	})
	if err == nil {
		err = do(a, run)
	}
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	l := lang.In(r.Context())
	v := say{shell: s.aroundProgram(r, nil, l.Word("Thank you")), Paragraphs: []string{l.Word("This address is confirmed. You can close this page.")}}
	if r.Method == http.MethodGet && run.State == program.Waiting {
		v = say{shell: v.shell, Paragraphs: []string{l.Say("Somebody said that %s is their address.", run.Evidence.Address)}, Action: r.URL.Path, Button: l.Word("Confirm that it is mine")}
		v.Title = l.Word("Confirm your address")
	}
	s.render(w, http.StatusOK, "say", v)
}

// renewApplication leads to the draft with which a member renews: the link of the membership is theirs.
func (s *Portal) renewApplication(w http.ResponseWriter, r *http.Request) {
	var draft *program.Application
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		a, _, err := s.Programs.ByLink(ctx, tx, r.PathValue("token"))
		if err != nil {
			return err
		}
		draft, err = s.Programs.StartRenewal(ctx, tx, a) // the same as a moment ago
		return err
	})
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	s.toApplication(w, r, draft)
}
