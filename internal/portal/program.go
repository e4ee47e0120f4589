package portal

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
	"steward/internal/mail"
	"steward/internal/program"
)

// programRoutes are the pages of programs and of applications.
func (s *Portal) programRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /portal/programs", s.getPrograms)
	mux.HandleFunc("GET /portal/programs/{name}", s.getProgram)
	mux.HandleFunc("GET /portal/programs/{name}/apply", s.getApply)
	mux.HandleFunc("POST /portal/programs/{name}/apply", s.postApply)
	mux.HandleFunc("GET /portal/applications/confirm/{token}", s.getConfirmApplication)
	mux.HandleFunc("POST /portal/applications/confirm/{token}", s.postConfirmApplication)
	mux.HandleFunc("GET /portal/applications/proof/{token}", s.getProof)
	mux.HandleFunc("POST /portal/applications/proof/{token}", s.postProof)
	mux.HandleFunc("GET /portal/applications/{token}", s.getApplication)
	mux.HandleFunc("POST /portal/applications/{token}", s.postApplication)
}

// programPage is a program's own page.
type programPage struct {
	shell
	Intro   template.HTML
	Who     []string
	Gives   []string
	Steps   []string
	Closed  string
	Apply   string
	After   string
	Asks    []string
	Choices []choice
}

// aroundProgram is the frame of a program's pages: its own name on top, with the brand of its mailbox.
func (s *Portal) aroundProgram(r *http.Request, p *program.Program, title string) shell {
	portal := s.portalOf(r)
	if p != nil && p.BrandID != 0 {
		portal = s.DeskSet().PortalFor(&desk.Ticket{BrandID: p.BrandID})
	}
	sh := s.around(r, portal, title)
	sh.List, sh.Mine = false, ""
	if p != nil {
		sh.Nav = []choice{{Title: sh.Language.Word("Who can apply"), Href: "/portal/programs/" + p.Name}}
	}
	return sh
}

func (s *Portal) getPrograms(w http.ResponseWriter, r *http.Request) {
	v := requestPage{shell: s.aroundProgram(r, nil, lang.In(r.Context()).Word("Programs"))}
	for _, p := range s.Programs.Config().Programs {
		if !p.Spec.Internal {
			v.Others = append(v.Others, choice{p.Title, p.Description, "/portal/programs/" + p.Name})
		}
	}
	if len(v.Others) == 0 {
		v.Intro = v.Language.Word("There is no program to apply to now.")
	}
	s.render(w, http.StatusOK, "choose", v)
}

// namedProgram is the program of a path; nil was answered.
func (s *Portal) namedProgram(w http.ResponseWriter, r *http.Request) *program.Program {
	p := s.Programs.Config().Named(r.PathValue("name"))
	if p == nil {
		s.refuse(w, r, s.portalOf(r), fault.New(fault.NotFound, "There is no such program. It may have ended."))
	}
	return p
}

// seen counts that a page was shown, unless a browser fetched it ahead or a program that reads the web did. Nothing is
// kept about who looked.
func (s *Portal) seen(r *http.Request, p *program.Program, page string) {
	agent := strings.ToLower(r.UserAgent())
	if r.Method != http.MethodGet || r.Header.Get("Sec-Purpose") != "" || agent == "" || strings.Contains(agent, "bot") || strings.Contains(agent, "crawl") || strings.Contains(agent, "spider") {
		return
	}
	s.Programs.Shown(p, page)
}

func (s *Portal) getProgram(w http.ResponseWriter, r *http.Request) {
	p := s.namedProgram(w, r)
	if p == nil {
		return
	}
	s.seen(r, p, "page")
	html, _ := mail.FromMarkdown(cmp.Or(p.Spec.Welcome, p.Description))
	v := programPage{shell: s.aroundProgram(r, p, p.Title), Intro: template.HTML(html), //nolint:gosec // made of Markdown and sanitised
		Who: p.Spec.Who, Gives: p.Spec.Gives, Closed: p.Closed(lang.In(r.Context()), s.Clock()), Apply: r.URL.Path + "/apply", After: p.Spec.After}
	for _, c := range p.Spec.Verify.Checks {
		v.Asks = append(v.Asks, c.Title)
	}
	s.render(w, http.StatusOK, "program", v)
}

// applyPage is a program's form.
type applyPage struct {
	shell
	Intro, Action, Stamp     string
	Notices                  []string
	Problems                 string
	Name, Email, Org, Site   string
	ForOrganization, Renewal bool
	EmailFixed               bool
	Sections                 []applySection
	Uploads                  *program.Uploads
	UploadHelp               string
	Kept                     []kept
	Wrong                    map[string]string
	After, Draft             string
	Saved                    string
	Jump                     []choice // of the sections, for the list beside the form

	Paged, Last, ShowYou, ShowFiles bool
	Step, Steps                     int
	StepTitle, StepHelp             string
	Ways                            []applyStep
	Hidden                          []pair
	Check                           []checkLine
}

type applySection struct {
	ID, Title, Help string
	Questions       []questionView
}

func (s *Portal) getApply(w http.ResponseWriter, r *http.Request) {
	p := s.namedProgram(w, r)
	if p == nil {
		return
	}
	if why := p.Closed(lang.In(r.Context()), s.Clock()); why != "" {
		s.render(w, http.StatusOK, "say", say{shell: s.aroundProgram(r, p, lang.In(r.Context()).Say("%s takes no applications now", p.Title)), Paragraphs: []string{why}})
		return
	}
	s.seen(r, p, "form")
	who := s.visitor(r)
	a := &program.Application{ProgramID: p.ID, Name: who.Name, Email: who.Email, PersonID: who.ID}
	s.showApply(w, r, p, a, posted{Values: url.Values{}}, s.Programs.Fill(lang.In(r.Context()), p, a, nil), http.StatusOK, nil, "")
}

// showApply shows the form of a program with what was typed.
func (s *Portal) showApply(w http.ResponseWriter, r *http.Request, p *program.Program, a *program.Application, in posted, filled program.Filled, status int, wrong map[string]string, problems string) {
	st := s.freshStamp("program:" + p.Name)
	if old, ok := s.stamped(in.Get("stamp")); ok {
		st.nonce = old.nonce // it is the same application
		if in.Get("step") != "" {
			st.at = old.at // since its first page
		}
	}
	l := lang.In(r.Context())
	v := applyPage{shell: s.aroundProgram(r, p, l.Say("Apply: %s", p.Title)), Action: r.URL.Path, Stamp: s.sign(st), Problems: problems, Name: a.Name, Email: a.Email, Org: a.Organization, Site: a.Website,
		ForOrganization: p.ForOrganization(), Renewal: a.RenewalOf != 0, EmailFixed: a.RenewalOf != 0 || a.PersonID != 0 && a.ID == 0, Wrong: wrong, Uploads: p.Spec.Uploads, Kept: in.Kept, After: p.Spec.After}
	if v.Wrong == nil {
		v.Wrong = map[string]string{}
	}
	v.Script = true
	if v.Uploads != nil {
		v.UploadHelp = strings.TrimSpace(v.Uploads.Help + " " + v.Uploads.Words(l))
	}
	for i, sec := range filled.Sections {
		out := applySection{ID: "part-" + string(rune('a'+i)), Title: sec.Title, Help: sec.Help}
		for _, q := range sec.Questions {
			out.Questions = append(out.Questions, view1(l, desk.Question{Field: q.Field, Required: q.Required}, in.Values["f."+q.Field.Name], v.Wrong["f."+q.Field.Name]))
		}
		v.Sections = append(v.Sections, out)
		v.Jump = append(v.Jump, choice{Title: sec.Title, Href: "#" + out.ID})
	}
	if a.ID != 0 {
		v.Saved = l.Say("Application %d. Come back with the link we sent to %s.", a.ID, a.Email)
	}
	v.ShowYou, v.ShowFiles = true, v.Uploads != nil
	if steps := stepsOf(l, p, filled); steps != nil {
		at := stepOf(in, steps)
		if in.Get("step") == "" && a.ID != 0 { // somebody comes back: where they left off
			sent := program.Sent{Name: a.Name, Email: a.Email, Organization: a.Organization, Website: a.Website, Filled: filled}
			at = firstWrong(steps, sent.Problems(l, p), len(steps)-1)
		}
		v.page(steps, at, in, filled)
		v.Script = false
	}
	s.render(w, status, "apply", v)
}

// answersOf are the answers of a form by the names of the fields.
func answersOf(in posted) map[string][]string {
	out := map[string][]string{}
	for name, list := range in.Values {
		if name, is := strings.CutPrefix(name, "f."); is {
			out[name] = list
		}
	}
	return out
}

// postApply takes a program's form: saves it, sends it, or shows it again with what is to be said.
func (s *Portal) postApply(w http.ResponseWriter, r *http.Request) {
	p := s.namedProgram(w, r)
	if p == nil {
		return
	}
	who := s.visitor(r)
	s.takeApply(w, r, p, &program.Application{ProgramID: p.ID, PersonID: who.ID}, who)
}

// takeApply takes the form of a new application, or of a draft that was opened by its link.
func (s *Portal) takeApply(w http.ResponseWriter, r *http.Request, p *program.Program, a *program.Application, who directory.Person) {
	l := lang.In(r.Context())
	in, err := s.receive(w, r)
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	st, ok := s.stamped(in.Get("stamp"))
	sent := program.Sent{Nonce: st.nonce, Name: cmp.Or(in.Get("name"), who.Name), Email: cmp.Or(in.Get("email"), who.Email), Organization: in.Get("organization"), Website: in.Get("website"), RenewalOf: a.RenewalOf, PersonID: who.ID}
	if who.ID != 0 {
		sent.Email = who.Email
	}
	if a.RenewalOf != 0 {
		sent.Email = a.Email
	}
	shown := *a
	shown.Name, shown.Email, shown.Organization, shown.Website = sent.Name, sent.Email, sent.Organization, sent.Website
	sent.Filled = s.Programs.Fill(lang.In(r.Context()), p, &shown, answersOf(in))
	again := func(status int, wrong map[string]string, problems string) {
		s.showApply(w, r, p, &shown, in, sent.Filled, status, wrong, problems)
	}
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		sent.Files, err = s.stored(ctx, tx, in.Kept)
		return err
	})
	if err == nil && p.Spec.Uploads != nil {
		for _, f := range sent.Files {
			if err == nil {
				err = p.Spec.Uploads.Takes(f)
			}
		}
	}
	if fl := fault.As(err); fl != nil {
		in.Wrong, err = fl.In(l).Message, nil
		in.Kept = nil
	}
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	wrong := map[string]string{}
	if in.Get("save") == "" {
		wrong = sent.Problems(l, p)
	}
	if in.Wrong != "" {
		wrong["files"] = in.Wrong
	}
	steps, added := stepsOf(l, p, sent.Filled), newQuestions(sent.Filled, in)
	if steps != nil && in.Get("go") != "" {
		all := sent.Problems(l, p)
		if in.Wrong != "" {
			all["files"] = in.Wrong
		}
		at := stepOf(in, steps)
		here := steps[at].among(added)
		for _, f := range here {
			delete(all, "f."+f.Name) // it was not there to be filled
		}
		to, bad := turn(in, steps, all)
		if len(here) > 0 && to > at {
			to = at
		}
		in.Set("step", digits(int64(to+1)))
		switch {
		case len(bad) > 0:
			again(http.StatusUnprocessableEntity, bad, l.Word(missingWords))
		case len(here) > 0 && to == at:
			again(http.StatusOK, nil, moreQuestions(l, here))
		default:
			again(http.StatusOK, nil, "")
		}
		return
	}
	for _, f := range added {
		delete(wrong, "f."+f.Name) // it was not there to be filled
	}
	if steps != nil && in.Get("step") != "" {
		in.Set("step", digits(int64(leads(steps, wrong, added, stepOf(in, steps))+1)))
	}
	switch {
	case len(wrong) > 0:
		again(http.StatusUnprocessableEntity, wrong, l.Word(missingWords))
	case len(added) > 0 && in.Get("save") == "":
		again(http.StatusOK, nil, moreQuestions(l, added))
	case !ok:
		again(http.StatusOK, nil, l.Word("This page had to be renewed. Everything you typed is here; please send it once more."))
	case s.Clock().Sub(st.at) < s.portalOf(r).MinFill && a.ID == 0 && in.Get("save") == "":
		again(http.StatusOK, nil, l.Word("That was very quick. Please look it over and send it once more."))
	case in.Get("reference_2") != "":
		s.render(w, http.StatusOK, "say", say{shell: s.aroundProgram(r, p, l.Word("Thank you")), Paragraphs: []string{l.Word("We have what you sent.")}})
	case !s.limits.allow(s.portalOf(r).PerNet, "net:"+s.network(r)) || !s.limits.allow(s.portalOf(r).PerSender, "apply:"+strings.ToLower(sent.Email)):
		w.Header().Set("Retry-After", "600")
		again(http.StatusTooManyRequests, nil, l.Word("More came from you or your network within an hour than we take. Everything you typed is here; send it once more in a while."))
	default:
		s.keepApplication(w, r, p, a, sent, in.Get("save") != "", again)
	}
}

// missingWords go above a form that cannot be taken.
const missingWords = "Something is missing or cannot be taken. It is marked below; everything else is kept."

// keepApplication saves or sends a form that is in order.
func (s *Portal) keepApplication(w http.ResponseWriter, r *http.Request, p *program.Program, a *program.Application, sent program.Sent, save bool, again func(int, map[string]string, string)) {
	l := lang.In(r.Context())
	var out *program.Application
	known := a.ID != 0 || sent.PersonID != 0 // a draft's link was mailed to its address
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if save {
			out, err = s.Programs.Save(ctx, tx, p, a.ID, sent)
		} else {
			out, err = s.Programs.Send(ctx, tx, p, a.ID, sent, known && (a.ID == 0 || a.Email == sent.Email))
		}
		return err
	})
	if f := fault.As(err); f != nil && f.Code == fault.Invalid {
		wrong := map[string]string{}
		f = f.In(l)
		for _, d := range f.Details {
			wrong[d.Field] = d.Message
		}
		again(http.StatusUnprocessableEntity, wrong, f.Message)
		return
	}
	if err != nil {
		s.refuse(w, r, s.portalOf(r), err)
		return
	}
	v := say{shell: s.aroundProgram(r, p, l.Word("Please confirm your address")), Paragraphs: []string{l.Say("We sent a mail to %s. Open the link in it and press the button: then your application reaches us.", sent.Email), l.Word("Nothing arrived? Look into the spam folder, or send the form again with another address.")}}
	switch {
	case save:
		v.Title, v.Paragraphs = l.Word("Your application is saved"), []string{l.Say("We sent a link to %s. It brings you back to the form as it is now. Nothing is sent to us yet.", sent.Email)}
	case out.State != program.Confirming && known:
		u, err := url.Parse(s.Programs.Link(out))
		if err == nil {
			http.Redirect(w, r, u.Path+"?sent=1", http.StatusSeeOther)
			return
		}
	}
	s.render(w, http.StatusOK, "say", v)
}

// filesIn are the kept files of a page.
func (s *Portal) filesIn(ctx context.Context, in posted) (out []file.File, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		out, err = s.stored(ctx, tx, in.Kept)
		return err
	})
	return out, err
}
