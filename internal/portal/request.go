package portal

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/file"
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
}

type choice struct{ Title, Text, Href string }

// questionView is one question of a form.
type questionView struct {
	Name, ID, Input, Type, Title, Help string
	Required, Checked                  bool
	Value, Mode, Wrong                 string
	Groups                             []group
}

type group struct {
	Title   string
	Options []option
}

type option struct {
	Value, Title string
	Picked       bool
}

// stamp is which form a page shows, in which version, since when.
type stamp struct {
	form  string // id and version
	at    time.Time
	nonce string
}

func (s *Portal) sign(st stamp) string {
	return s.Signer.SignText(stampPurpose, st.form+"|"+strconv.FormatInt(st.at.Unix(), 10)+"|"+st.nonce)
}

func (s *Portal) stamped(token string) (st stamp, ok bool) {
	text, ok := s.Signer.VerifyText(stampPurpose, token)
	parts := strings.Split(text, "|")
	if !ok || len(parts) != 3 {
		return st, false
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	return stamp{parts[0], time.Unix(at, 0), parts[2]}, err == nil
}

func (s *Portal) fresh(f *desk.Form) stamp {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails; it stops the program when there is no randomness
	return stamp{f.Stamp(), s.Clock(), base64.RawURLEncoding.EncodeToString(b)}
}

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
	p := s.portalOf(r)
	forms := s.DeskSet().FormsFor(p)
	switch len(forms) {
	case 0:
		s.showRequest(w, r, p, nil)
		return
	case 1:
		s.showRequest(w, r, p, forms[0])
		return
	}
	v := requestPage{shell: s.around(p, "What is it about?"), Intro: p.Spec.Welcome, Mailbox: s.address(p)}
	for _, f := range forms {
		v.Others = append(v.Others, choice{f.Title, f.Description, formPath(f, p)})
	}
	s.render(w, http.StatusOK, "choose", v)
}

func (s *Portal) address(p *desk.Portal) string {
	if box := s.DeskSet().Mailbox(p.MailboxID); box != nil {
		return box.Spec.Address
	}
	return ""
}

// formOf is the form of a path, as far as the portal offers it; ok is false when it does not.
func (s *Portal) formOf(r *http.Request, p *desk.Portal) (f *desk.Form, ok bool) {
	forms := s.DeskSet().FormsFor(p)
	for _, f := range forms {
		if f.Name == r.PathValue("form") {
			return f, true
		}
	}
	return nil, r.PathValue("form") == basic && len(forms) == 0
}

func (s *Portal) getRequest(w http.ResponseWriter, r *http.Request) {
	p := s.portalOf(r)
	f, ok := s.formOf(r, p)
	if !ok {
		http.Redirect(w, r, "/portal/request", http.StatusSeeOther)
		return
	}
	s.showRequest(w, r, p, f)
}

// visitor is who is signed in; the zero person when nobody is.
func (s *Portal) visitor(r *http.Request) (p directory.Person) {
	c, err := r.Cookie(s.Cookie("").Name)
	if err != nil {
		return p
	}
	by, err := s.Auth.BySession(r.Context(), c.Value)
	if err != nil || by.PersonID == 0 {
		return p
	}
	_ = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		people, err := s.People.Names(ctx, tx, []int64{by.PersonID})
		p = people[by.PersonID]
		return err
	}) // without an answer nobody is signed in
	return p
}

func (s *Portal) showRequest(w http.ResponseWriter, r *http.Request, p *desk.Portal, f *desk.Form) {
	who := s.visitor(r)
	var filled desk.Filled
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		filled = s.Desk.Fill(ctx, tx, p, f, who, nil)
		return nil
	})
	if err != nil {
		s.refuse(w, p, err)
		return
	}
	v := s.requestPage(p, f, who, posted{Values: url.Values{}}, filled, s.fresh(f))
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
func (s *Portal) requestPage(p *desk.Portal, f *desk.Form, who directory.Person, in posted, filled desk.Filled, st stamp) *requestPage {
	title := "New request"
	if f != nil {
		title = f.Title
	}
	v := &requestPage{shell: s.around(p, title), Intro: p.Spec.Welcome, Action: formPath(f, p), Stamp: s.sign(st), SignedIn: who.ID != 0, Name: who.Name, Email: who.Email,
		Subject: in.Get("subject"), Text: in.Get("text"), Wrong: map[string]string{}, Kept: in.Kept, MaxFile: file.Bytes(s.Files.Max()), MaxAll: file.Bytes(maxAll), MaxFiles: maxFiles,
		Left: in.Values["left"], Mailbox: s.address(p), Next: cmp.Or(p.Spec.Next, "You get a mail with the number of your request and a link to it. You can answer there or by mail.")}
	v.Script = true
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
		v.Questions = append(v.Questions, view1(q, in.Values["f."+q.Field.Name], filled.Wrong[q.Field.Name]))
	}
	for _, other := range s.DeskSet().FormsFor(p) {
		if f == nil || other.ID != f.ID {
			v.Others = append(v.Others, choice{Title: other.Title, Href: formPath(other, p)})
		}
	}
	return v
}

// view1 is a question with what was answered to it.
func view1(q desk.Question, given []string, wrong string) questionView {
	f := q.Field
	v := questionView{Name: f.Name, ID: "f-" + f.Name, Input: "f." + f.Name, Type: f.Type, Title: f.Title, Help: f.Help, Required: q.Required, Wrong: wrong}
	v.Value = strings.Join(given, " ")
	switch f.Type {
	case "integer":
		v.Mode = "numeric"
	case "decimal":
		v.Mode = "decimal"
	case "checkbox":
		v.Checked = len(given) > 0 && given[0] == "yes"
	case "dropdown", "multiselect":
		v.Groups = groups(f, given)
	case "lookup":
		v.Help = cmp.Or(f.Help, map[string]string{"ticket": "The number of another request of yours.", "person": "The email address of somebody in your organization.",
			"organization": "The name of your organization."}[f.To])
	}
	return v
}

// groups are the options of a field under the names of what they are nested in.
func groups(f *field.Field, given []string) (out []group) {
	at := map[string]int{}
	for _, o := range f.Titles() {
		parts := strings.Split(o.Value, "::")
		title := strings.Join(parts[:len(parts)-1], " › ")
		i, ok := at[title]
		if !ok {
			i = len(out)
			at[title], out = i, append(out, group{Title: title})
		}
		out[i].Options = append(out[i].Options, option{o.Value, o.Title, slices.Contains(given, o.Value)})
	}
	slices.SortStableFunc(out, func(a, b group) int { // what stands in no group would look as if it stood in the last
		return cmp.Compare(min(len(a.Title), 1), min(len(b.Title), 1))
	})
	return out
}

// postRequest takes a filled form: it shows the page again when something is to be said, with
// everything that was typed and uploaded, or sends it.
func (s *Portal) postRequest(w http.ResponseWriter, r *http.Request) {
	p := s.portalOf(r)
	in, err := s.receive(w, r)
	if err != nil {
		s.refuse(w, p, err)
		return
	}
	f, offered := s.formOf(r, p)
	if !offered {
		if forms := s.DeskSet().FormsFor(p); len(forms) > 0 {
			f = forms[0]
		}
	}
	who := s.visitor(r)
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
		in.Wrong, err = fl.Message, nil
		in.Kept = nil
	}
	if err != nil {
		s.refuse(w, p, err)
		return
	}
	if r.URL.Query().Get("questions") != "" { // the script asks which questions the answers lead to
		v := s.requestPage(p, f, who, in, filled, st)
		s.render(w, http.StatusOK, "questions", v)
		return
	}
	look := s.look(in, f, filled, changed || !offered)
	in.Values["left"] = append(in.Values["left"], look.left...)
	page := func(status int, st stamp, notices ...string) {
		v := s.requestPage(p, f, who, in, filled, st)
		v.Notices = append(look.notices, notices...)
		for name, text := range look.wrong {
			v.Wrong[name] = text
		}
		v.Missing(look.missing)
		if n := len(look.wrong) + len(look.missing) + len(filled.Wrong) + len(in.Wrong); n > 0 && len(look.added) == 0 {
			v.Problems = "Something is missing or cannot be taken. It is marked below; everything else is kept."
		}
		s.render(w, status, "request.html", v)
	}
	if changed || !offered { // what comes next is filled in on the form as it is now
		st.form = f.Stamp()
	}
	if who.ID == 0 {
		if _, err := directory.CleanEmail("email", in.Get("email")); err != nil {
			look.wrong["email"] = "Type an email address, such as ada@example.com. We answer there."
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
		page(http.StatusOK, s.fresh(f), "This page had to be renewed. Everything you typed is here; please send it once more.")
	case age > p.MaxAge:
		page(http.StatusOK, s.fresh(f), "This page was open for a long time. Please look it over and send it once more.")
	case age < p.MinFill:
		page(http.StatusOK, st, "That was very quick. Please look it over and send it once more.")
	case !s.limits.allow(p.PerNet, "net:"+s.network(r)) || !s.limits.allow(p.PerSender, "from:"+strings.ToLower(cmp.Or(who.Email, in.Get("email")))):
		w.Header().Set("Retry-After", "600")
		text := "More requests came from you or your network within an hour than we take. Everything you typed is here; send it once more in a while."
		if box := s.address(p); box != "" {
			text += " Or write to " + box + "."
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
func (s *Portal) look(in posted, f *desk.Form, filled desk.Filled, changed bool) looked {
	out := looked{wrong: map[string]string{}, missing: map[string]string{}}
	if strings.TrimSpace(in.Get("subject")) == "" {
		out.wrong["subject"] = "Say in a few words what it is about."
	}
	if strings.TrimSpace(in.Get("text")) == "" {
		out.wrong["text"] = "Write down what happened."
	}
	shown := in.Values["asked"]
	known := map[string]bool{}
	if f != nil {
		for _, x := range f.Names() {
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
			out.notices = append(out.notices, "The form was changed while you filled it in. "+strings.Join(gone, ", ")+" is no longer asked; your answer goes along with your message.")
		}
		if len(out.added) > 0 {
			out.notices = append(out.notices, "The form was changed while you filled it in. It asks for this now: "+strings.Join(out.added, ", ")+".")
		}
	} else if len(out.added) > 0 {
		out.notices = append(out.notices, "Your answers lead to more questions: "+strings.Join(out.added, ", ")+".")
	}
	return out
}

// submit hands a form that is in order to the desk.
func (s *Portal) submit(w http.ResponseWriter, r *http.Request, p *desk.Portal, f *desk.Form, who directory.Person, in posted, filled desk.Filled, files []file.File, st stamp) {
	req := desk.WebRequest{Nonce: st.nonce, PortalID: p.ID, Email: cmp.Or(who.Email, in.Get("email")), Name: cmp.Or(who.Name, in.Get("name")), PersonID: who.ID, Subject: in.Get("subject"),
		Remote: s.network(r), Files: files, Content: desk.RequestContent{Text: in.Get("text"), Values: filled.Values, Lookups: filled.Lookups}}
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
		v := s.requestPage(p, f, who, in, filled, st)
		v.Problems = fl.Message
		s.render(w, http.StatusUnprocessableEntity, "request.html", v)
		return
	}
	if err != nil {
		s.refuse(w, p, err)
		return
	}
	http.Redirect(w, r, "/portal/sent/"+s.Signer.Sign(sentPurpose, req.ID), http.StatusSeeOther)
}

// getSent says what became of a request and what happens next.
func (s *Portal) getSent(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Signer.Verify(sentPurpose, r.PathValue("token"))
	if !ok {
		s.refuse(w, s.portalOf(r), fault.New(fault.NotFound, "The link may be incomplete."))
		return
	}
	s.tellRequest(w, r, id)
}

func (s *Portal) tellRequest(w http.ResponseWriter, r *http.Request, id int64) {
	p := s.portalOf(r)
	var req desk.WebRequest
	var promise desk.Promised
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if req, err = s.Desk.Held(ctx, tx, id); err == nil && req.TicketID != 0 {
			promise, err = s.Desk.PromiseOf(ctx, tx, req.PortalID, req.TicketID)
		}
		return err
	})
	if err != nil {
		s.refuse(w, p, err)
		return
	}
	p = s.DeskSet().PortalByID(req.PortalID)
	v := say{shell: s.around(p, "Thank you, we have your request")}
	v.Home = "/portal/request"
	switch req.State {
	case desk.RequestOpened:
		v.Title = fmt.Sprintf("Your request has number %d", req.TicketID)
		v.Paragraphs = []string{promise.Sentence, "We sent a mail to " + req.Email + " with a link to your request. You can answer there or by mail."}
	case desk.RequestWaiting:
		v.Title = "Please confirm your address"
		v.Paragraphs = []string{"We sent a mail to " + req.Email + ". Open the link in it and press the button: then your request reaches us.",
			"The link works until " + req.Expires.Format("2 January 2006") + ". Nothing arrived? Look into the spam folder, or send the request again with another address."}
	default:
		v.Paragraphs = []string{"Somebody looks at it before it gets a number. You hear from us by mail to " + req.Email + "."}
	}
	s.render(w, http.StatusOK, "say", v)
}

// getConfirm shows a button, because mail programs and scanners open links too.
func (s *Portal) getConfirm(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Desk.ConfirmID(r.PathValue("token"))
	if !ok {
		s.refuse(w, s.portalOf(r), fault.New(fault.NotFound, "The link may be incomplete. Open it from the mail again, or copy the whole address."))
		return
	}
	var req desk.WebRequest
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		req, err = s.Desk.Held(ctx, tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "This request was not confirmed within 7 days, so it was deleted. Please send it again.")
	}
	if err != nil {
		s.refuse(w, s.portalOf(r), err)
		return
	}
	if req.State != desk.RequestWaiting {
		s.tellRequest(w, r, id)
		return
	}
	v := say{shell: s.around(s.DeskSet().PortalByID(req.PortalID), "Send your request"), Paragraphs: []string{"“" + req.Subject + "”"}, Action: r.URL.Path, Button: "Confirm and send"}
	s.render(w, http.StatusOK, "say", v)
}

func (s *Portal) postConfirm(w http.ResponseWriter, r *http.Request) {
	id, ok := s.Desk.ConfirmID(r.PathValue("token"))
	if !ok {
		s.refuse(w, s.portalOf(r), fault.New(fault.NotFound, "The link may be incomplete. Open it from the mail again, or copy the whole address."))
		return
	}
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := s.Desk.Confirm(ctx, tx, id)
		return err
	})
	if err != nil {
		s.refuse(w, s.portalOf(r), err)
		return
	}
	http.Redirect(w, r, "/portal/sent/"+s.Signer.Sign(sentPurpose, id), http.StatusSeeOther)
}
