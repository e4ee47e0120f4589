package portal

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
)

// postRequest takes a filled form: it shows the page again when something is to be said, with
// everything that was typed and uploaded, or sends it.
func (s *Portal) postRequest(w http.ResponseWriter, r *http.Request) {
	p, l := s.portalOf(r), lang.In(r.Context())
	in, err := s.receive(w, r)
	if err != nil {
		s.refuse(w, r, p, err)
		return
	}
	who := s.visitor(r)
	f, offered := s.formOf(r, p, who)
	if !offered && who.ID == 0 && s.internal(r.PathValue("form")) {
		s.signInFirst(w, r, p)
		return
	}
	if !offered {
		if forms := s.formsFor(r, p, who); len(forms) > 0 {
			f = forms[0]
		}
	}
	st, ok := s.stamped(in.Get("stamp"))
	changed := ok && st.form != f.Stamp()
	answers := map[string][]string{}
	for name, list := range in.Values {
		if name, is := strings.CutPrefix(name, "f."); is {
			answers[name] = list
		}
	}
	var filled desk.Filled
	var files []file.File
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		filled = s.Desk.Fill(ctx, tx, p, f, who, answers)
		files, err = s.stored(ctx, tx, in.Kept)
		return err
	})
	if fl := fault.As(err); fl != nil && fl.Code == fault.Invalid {
		in.Wrong, err = fl.In(l).Message, nil
		in.Kept = nil
	}
	if err != nil {
		s.refuse(w, r, p, err)
		return
	}
	if r.URL.Query().Get("questions") != "" { // the script asks which questions the answers lead to
		v := s.requestPage(r, p, f, who, in, filled, st)
		s.render(w, http.StatusOK, "questions", v)
		return
	}
	if r.URL.Query().Get("articles") != "" { // and which articles may answer it
		s.render(w, http.StatusOK, "offers", s.requestPage(r, p, f, who, in, filled, st))
		return
	}
	look := s.look(l, who, in, f, filled, changed || !offered)
	in.Values["left"] = append(in.Values["left"], look.left...)
	page := func(status int, st stamp, notices ...string) {
		v := s.requestPage(r, p, f, who, in, filled, st)
		v.Notices = append(look.notices, notices...)
		for name, text := range look.wrong {
			v.Wrong[name] = text
		}
		v.Missing(look.missing)
		if n := len(look.wrong) + len(look.missing) + len(filled.Wrong) + len(in.Wrong); n > 0 && len(look.added) == 0 {
			v.Problems = l.Word(missingWords)
		}
		s.render(w, status, "request.html", v)
	}
	if changed || !offered { // what comes next is filled in on the form as it is now
		st.form = f.Stamp()
	}
	if who.ID == 0 {
		if _, err := directory.CleanEmail("email", in.Get("email")); err != nil {
			look.wrong["email"] = l.Word("Type an email address, such as ada@example.com. We answer there.")
		}
	}
	age := s.Clock().Sub(st.at)
	switch {
	case len(look.wrong)+len(look.missing)+len(filled.Wrong) > 0 || in.Wrong != "":
		if !ok {
			st = s.fresh(f)
		}
		page(http.StatusUnprocessableEntity, st)
	case len(look.added) > 0 || look.changed:
		page(http.StatusOK, st)
	case !ok:
		page(http.StatusOK, s.fresh(f), l.Word("This page had to be renewed. Everything you typed is here; please send it once more."))
	case age > p.MaxAge:
		page(http.StatusOK, s.fresh(f), l.Word("This page was open for a long time. Please look it over and send it once more."))
	case age < p.MinFill:
		page(http.StatusOK, st, l.Word("That was very quick. Please look it over and send it once more."))
	case in.Get("look") != "" && len(in.Values["seen"]) == 0 && len(s.offers(p, who, in)) > 0: // without the script, which looks while one types
		page(http.StatusOK, st, l.Word("Your request is not sent yet. What is listed below your words may answer it at once; send it if it does not."))
	case !s.limits.allow(p.PerNet, "net:"+s.network(r)) || !s.limits.allow(p.PerSender, "from:"+strings.ToLower(cmp.Or(who.Email, in.Get("email")))):
		w.Header().Set("Retry-After", "600")
		text := l.Word("More requests came from you or your network within an hour than we take. Everything you typed is here; send it once more in a while.")
		if box := s.address(p); box != "" {
			text += " " + l.Say("Or write to %s.", box)
		}
		page(http.StatusTooManyRequests, st, text)
	default:
		s.submit(w, r, p, f, who, in, filled, files, st)
	}
}

// looked is what is to be said about a filled form.
type looked struct {
	wrong, missing map[string]string
	added          []string // titles of questions that were not on the page
	left           []string // answers to what is no longer asked
	notices        []string
	changed        bool // the form was changed meanwhile, so that the page must be looked at
}

// look compares what was sent with the form as it is now.
func (s *Portal) look(l *lang.Language, who directory.Person, in posted, f *desk.Form, filled desk.Filled, changed bool) looked {
	out := looked{wrong: map[string]string{}, missing: map[string]string{}}
	if strings.TrimSpace(in.Get("subject")) == "" {
		out.wrong["subject"] = l.Word("Say in a few words what it is about.")
	}
	if strings.TrimSpace(in.Get("text")) == "" {
		out.wrong["text"] = l.Word("Write down what happened.")
	}
	shown := in.Values["asked"]
	known := map[string]bool{}
	if f != nil {
		for _, x := range f.Names(who) {
			known[x] = true
		}
	}
	for _, q := range filled.Questions {
		if !slices.Contains(shown, q.Field.Name) {
			out.added = append(out.added, q.Field.Title)
		}
	}
	for name, text := range filled.Missing {
		if slices.Contains(shown, name) {
			out.missing[name] = text
		}
	}
	if changed {
		var gone []string
		for _, name := range shown {
			if text := strings.TrimSpace(strings.Join(in.Values["f."+name], ", ")); !known[name] && text != "" {
				title := name
				if d := s.DeskSet().Fields.Named("ticket", name); d != nil {
					title = d.Title
				}
				gone, out.left = append(gone, title), append(out.left, title+": "+text)
			}
		}
		if len(gone) > 0 {
			out.changed = true
			out.notices = append(out.notices, l.Say("The form was changed while you filled it in. %s is no longer asked; your answer goes along with your message.", strings.Join(gone, ", ")))
		}
		if len(out.added) > 0 {
			out.notices = append(out.notices, l.Say("The form was changed while you filled it in. It asks for this now: %s.", strings.Join(out.added, ", ")))
		}
	} else if len(out.added) > 0 {
		out.notices = append(out.notices, l.Say("Your answers lead to more questions: %s.", strings.Join(out.added, ", ")))
	}
	return out
}

// submit hands a form that is in order to the desk.
func (s *Portal) submit(w http.ResponseWriter, r *http.Request, p *desk.Portal, f *desk.Form, who directory.Person, in posted, filled desk.Filled, files []file.File, st stamp) {
	req := desk.WebRequest{Nonce: st.nonce, PortalID: p.ID, Email: cmp.Or(who.Email, in.Get("email")), Name: cmp.Or(who.Name, in.Get("name")), PersonID: who.ID, Subject: in.Get("subject"),
		Remote: s.network(r), Files: files, Content: desk.RequestContent{Text: in.Get("text"), Values: filled.Values, Lookups: filled.Lookups}}
	for _, a := range s.articlesSeen(who, in) {
		req.Seen = append(req.Seen, a.ID)
	}
	if f != nil {
		req.FormID = f.ID
	}
	for _, text := range in.Values["left"] {
		title, answer, _ := strings.Cut(text, ": ")
		req.Content.Left = append(req.Content.Left, desk.LeftAnswer{Title: title, Text: answer})
	}
	if in.Get("reference_2") != "" {
		req.Reason = "A field that people do not see was filled in."
	}
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		out, err := s.Desk.Submit(ctx, tx, req)
		req.ID = out.ID
		return err
	})
	if fl := fault.As(err); fl != nil && fl.Code == fault.Invalid {
		v := s.requestPage(r, p, f, who, in, filled, st)
		v.Problems = fl.In(v.Language).Message
		s.render(w, http.StatusUnprocessableEntity, "request.html", v)
		return
	}
	if err != nil {
		s.refuse(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/portal/sent/"+s.Signer.Sign(sentPurpose, req.ID), http.StatusSeeOther)
}
