package portal

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/lang"
)

const (
	stampPurpose = "portal.form"
	sentPurpose  = "portal.sent"
)

// requestPage is the request form as it is shown.
type requestPage struct {
	shell
	Intro, Action, Stamp string
	Notices              []string
	Problems             string
	Left                 []string
	SignedIn             bool
	Name, Email          string
	Subject, Text        string
	Wrong                map[string]string
	Questions            []questionView
	Kept                 []kept
	MaxFile, MaxAll      string
	MaxFiles             int
	Next, Mailbox        string
	Others               []choice
	Inside               []choice // of colleagues alone
	Ask, AskHint         string   // above the text
	Offers               []offer  // articles that may answer it
	Seen                 []string // names of those it has offered
}

type choice struct{ Title, Text, Href string }

// basic is the name of the form that asks for subject and description alone.
const basic = "message"

func formPath(f *desk.Form, p *desk.Portal) string {
	name := basic
	if f != nil {
		name = f.Name
	}
	path := "/portal/request/" + name
	if p.Name != "" {
		path += "?portal=" + url.QueryEscape(p.Name)
	}
	return path
}

// getForms lets people choose what their request is about; a single form is shown at once.
func (s *Portal) getForms(w http.ResponseWriter, r *http.Request) {
	p, who := s.portalOf(r), s.visitor(r)
	forms := s.formsFor(r, p, who)
	switch len(forms) {
	case 0:
		s.showRequest(w, r, p, who, nil)
		return
	case 1:
		s.showRequest(w, r, p, who, forms[0])
		return
	}
	v := requestPage{shell: s.around(r, p, lang.In(r.Context()).Word("What is it about?")), Intro: p.Spec.Welcome, Mailbox: s.address(p)}
	for _, f := range forms {
		c := choice{f.Title, f.Description, formPath(f, p)}
		if f.Spec.Customers {
			v.Others = append(v.Others, c)
		} else {
			v.Inside = append(v.Inside, c)
		}
	}
	s.render(w, http.StatusOK, "choose", v)
}

// formsFor are the forms that the visitor may use. When that cannot be read, what they send is judged all the same.
func (s *Portal) formsFor(r *http.Request, p *desk.Portal, who directory.Person) (forms []*desk.Form) {
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		forms, err = s.Desk.FormsOffered(ctx, tx, p, who)
		return err
	})
	if err != nil {
		return s.DeskSet().FormsFor(p, who)
	}
	return forms
}

func (s *Portal) address(p *desk.Portal) string {
	if box := s.DeskSet().Mailbox(p.MailboxID); box != nil {
		return box.Spec.Address
	}
	return ""
}

// formOf is the form of a path, as far as the portal offers it; ok is false when it does not.
func (s *Portal) formOf(r *http.Request, p *desk.Portal, who directory.Person) (f *desk.Form, ok bool) {
	forms := s.formsFor(r, p, who)
	for _, f := range forms {
		if f.Name == r.PathValue("form") {
			return f, true
		}
	}
	return nil, r.PathValue("form") == basic && len(forms) == 0
}

func (s *Portal) getRequest(w http.ResponseWriter, r *http.Request) {
	p, who := s.portalOf(r), s.visitor(r)
	f, ok := s.formOf(r, p, who)
	if !ok && who.ID == 0 && s.internal(r.PathValue("form")) {
		s.signInFirst(w, r, p)
		return
	}
	if !ok {
		http.Redirect(w, r, "/portal/request", http.StatusSeeOther)
		return
	}
	s.showRequest(w, r, p, who, f)
}

// internal reports whether a form is for colleagues who ask for something.
func (s *Portal) internal(name string) bool {
	f := s.DeskSet().FormNamed(name)
	return f != nil && f.Spec.Colleagues && !f.Spec.Customers
}

// signInFirst says to somebody whom nobody knows that a form is for colleagues.
func (s *Portal) signInFirst(w http.ResponseWriter, r *http.Request, p *desk.Portal) {
	l := lang.In(r.Context())
	s.render(w, http.StatusForbidden, "say", say{shell: s.around(r, p, l.Word("Sign in first")), Paragraphs: []string{l.Word("This form is for colleagues. Sign in, and it opens.")},
		Link: "/?next=" + url.QueryEscape(r.URL.RequestURI()), LinkText: l.Word("Sign in")})
}

func (s *Portal) showRequest(w http.ResponseWriter, r *http.Request, p *desk.Portal, who directory.Person, f *desk.Form) {
	var filled desk.Filled
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		filled = s.Desk.Fill(ctx, tx, p, f, who, nil)
		return nil
	})
	if err != nil {
		s.refuse(w, r, p, err)
		return
	}
	v := s.requestPage(r, p, f, who, posted{Values: url.Values{}}, filled, s.fresh(f))
	s.render(w, http.StatusOK, "request.html", v)
}

// Missing leaves out what is not filled yet: nobody is told off before they began.
func (v *requestPage) Missing(all map[string]string) {
	for i, q := range v.Questions {
		if text := all[q.Name]; text != "" && q.Wrong == "" {
			v.Questions[i].Wrong = text
		}
	}
}

// requestPage puts the page together from what was sent.
func (s *Portal) requestPage(r *http.Request, p *desk.Portal, f *desk.Form, who directory.Person, in posted, filled desk.Filled, st stamp) *requestPage {
	l := lang.In(r.Context())
	title := l.Word("New request")
	if f != nil {
		title = f.Title
	}
	v := &requestPage{shell: s.around(r, p, title), Intro: p.Spec.Welcome, Action: formPath(f, p), Stamp: s.sign(st), SignedIn: who.ID != 0, Name: who.Name, Email: who.Email,
		Subject: in.Get("subject"), Text: in.Get("text"), Wrong: map[string]string{}, Kept: in.Kept, MaxFile: size(l, s.Files.Max()), MaxAll: size(l, maxAll), MaxFiles: maxFiles,
		Left: in.Values["left"], Mailbox: s.address(p), Next: cmp.Or(p.Spec.Next, l.Word("You get a mail with the number of your request and a link to it. You can answer there or by mail."))}
	v.Script = true
	v.Offers = s.offers(p, who, in)
	for _, o := range v.Offers {
		in.Values["seen"] = append(in.Values["seen"], o.Name)
	}
	for _, a := range s.articlesSeen(who, in) {
		v.Seen = append(v.Seen, a.Name)
	}
	v.Ask, v.AskHint = l.Word("What happened"), l.Word("What you did, what you expected and what you saw.")
	if f != nil && s.internal(f.Name) {
		v.Ask, v.AskHint, v.Mailbox = l.Word("What you need"), l.Word("What should change, for whom, and why."), ""
	}
	if f != nil && f.Description != "" {
		v.Intro = f.Description
	}
	if who.ID == 0 {
		v.Name, v.Email = in.Get("name"), in.Get("email")
	}
	if in.Wrong != "" {
		v.Wrong["files"] = in.Wrong
	}
	for _, q := range filled.Questions {
		v.Questions = append(v.Questions, view1(l, q, in.Values["f."+q.Field.Name], filled.Wrong[q.Field.Name]))
	}
	for _, other := range s.formsFor(r, p, who) {
		if f == nil || other.ID != f.ID {
			v.Others = append(v.Others, choice{Title: other.Title, Href: formPath(other, p)})
		}
	}
	return v
}
