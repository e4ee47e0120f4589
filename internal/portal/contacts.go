package portal

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/fault"
	"steward/internal/lang"
)

// Within an hour: links mailed to one address and asked for from one network, and changes of one list.
const (
	linksPerHour    = 5
	linksPerNetwork = 30
	changesPerHour  = 200
)

// What is said to who asks for a link.
//
//lang:texts
const (
	wrongAddress = "Type your email address, such as ada@example.com."
	manyLinks    = "Several links were asked for within an hour. Look into your mail, or try again in a while."
)

// contactsPage is an organization's list of contacts as one of them sees it.
type contactsPage struct {
	shell
	Organization, Lead, Action string
	Notice, Undo, Problem      string
	People                     []contactView
	CanAdd                     bool
	Why                        string // why nobody can be added here
	Email, Name, Wrong         string // of the form
	Count                      string
	Percent                    int
	Plan, Editors              string
}

type contactView struct {
	ID                     int64
	Name, Email            string
	Editor, You, Removable bool
}

// contactLinkPage asks for the address that the link is mailed to.
type contactLinkPage struct {
	shell
	Email, Wrong, Notice string
}

// contact is who looks at a list of contacts, by the link that was mailed to them or signed in, and
// the list of the organization that they belong to. The zero actor is nobody.
func (s *Portal) contact(r *http.Request) (by act.Actor, roll entitle.Roll, err error) {
	var id int64
	if token := r.PathValue("token"); token != "" {
		id, err = s.Desk.ContactLinkOf(token)
	} else {
		id = s.visitor(r).ID
	}
	if err != nil || id == 0 {
		return by, roll, err
	}
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		people, err := s.People.Names(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		p := people[id]
		if by, err = s.Auth.As(ctx, tx, p.ID); err != nil {
			return err
		}
		by.Clock = s.Clock
		if p.Suspended.IsZero() {
			roll, err = s.Entitle.Roll(ctx, tx, by, p.OrganizationID)
		}
		if !p.Suspended.IsZero() || fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "You are not listed as a contact of your organization. Its contacts, and the people who look after it here, can add you.")
		}
		return err
	})
	return by, roll, err
}

func (s *Portal) getContacts(w http.ResponseWriter, r *http.Request) {
	by, roll, err := s.contact(r)
	switch {
	case err != nil:
		s.refuse(w, r, s.portalOf(r), err)
	case by.PersonID == 0:
		v := contactLinkPage{shell: s.around(r, s.portalOf(r), lang.In(r.Context()).Word("Contacts of your organization"))}
		if r.URL.Query().Get("sent") != "" {
			v.Notice = v.Language.Word("If this address is one of a contact, a mail with the link is on its way. Look into the spam folder, too.")
		}
		s.render(w, http.StatusOK, "contactlink", v)
	default:
		v := s.contactsPage(r, by, roll)
		q := r.URL.Query()
		switch email := s.known(q.Get("who"), q.Get("key")); {
		case email == "":
		case q.Get("did") == "added":
			v.Notice = v.Language.Say("%s is a contact now.", email)
		case q.Get("did") == "removed":
			v.Notice, v.Undo = v.Language.Say("%s is a contact no longer.", email), email
			if !v.CanAdd {
				v.Undo = ""
			}
		}
		s.render(w, http.StatusOK, "contacts", v)
	}
}

// known is an address that the page itself put into its own link; "" for what somebody made up.
func (s *Portal) known(email, key string) string {
	if text, ok := s.Signer.VerifyText("portal.contact", key); ok && text == email {
		return email
	}
	return ""
}

func (s *Portal) contactsPage(r *http.Request, by act.Actor, roll entitle.Roll) *contactsPage {
	l := lang.In(r.Context())
	v := &contactsPage{shell: s.around(r, s.portalOf(r), l.Word("Contacts")), Organization: roll.Organization, Action: r.URL.Path, Count: l.Say("%d of at most %d", len(roll.Contacts), roll.Cap),
		Percent: min(100, len(roll.Contacts)*100/max(1, roll.Cap)), Lead: l.Word("These people are named for requests to us."), CanAdd: roll.Editor && len(roll.Contacts) < roll.Cap}
	v.Home = "/portal/request"
	var editors []string
	for _, c := range roll.Contacts {
		v.People = append(v.People, contactView{ID: c.PersonID, Name: c.Name, Email: c.Email, Editor: c.Editor, You: c.PersonID == by.PersonID, Removable: roll.Editor && c.PersonID != by.PersonID})
		if c.Editor {
			editors = append(editors, c.Name)
		}
	}
	if b := roll.Bought; b != nil {
		if b.Listed {
			v.Lead = l.Say("Only these people may send requests for %s.", roll.Organization)
		}
		v.Plan = b.Title + "."
		switch {
		case roll.State == "unsupported":
			v.Plan = l.Say("%s, which includes no support.", b.Title)
		case roll.State == "expired":
			v.Plan = l.Say("%s, which ended on %s.", b.Title, l.Time(*b.LastDay, "2 January 2006"))
		case b.LastDay != nil:
			v.Plan = l.Say("%s, until %s.", b.Title, l.Time(*b.LastDay, "2 January 2006"))
		}
	}
	switch {
	case !roll.Editor:
		v.Why = l.Word("You can see this list. Who changes it is said beside it.")
	case !v.CanAdd:
		v.Why = l.Say("The list is full: %d is the most. Remove somebody to add another one.", roll.Cap)
	}
	v.Editors = l.Word("The people who look after your organization here.")
	if len(editors) > 0 {
		v.Editors = l.Say("%s, and the people who look after your organization here. They say who of you may; %d at most.", strings.Join(editors, ", "), roll.EditorsMost)
	}
	return v
}

// postContacts adds or removes a contact. What was typed is kept when it cannot be taken.
func (s *Portal) postContacts(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		s.refuse(w, r, s.portalOf(r), fault.New(fault.TooLarge, "That is longer than this page takes."))
		return
	}
	email, name := strings.TrimSpace(r.PostForm.Get("email")), strings.TrimSpace(r.PostForm.Get("name"))
	removed, _ := strconv.ParseInt(r.PostForm.Get("person"), 10, 64) // 0 is nobody's id
	by, roll, err := s.contact(r)
	switch {
	case err != nil:
		s.refuse(w, r, s.portalOf(r), err)
		return
	case by.PersonID == 0:
		http.Redirect(w, r, "/portal/contacts", http.StatusSeeOther)
		return
	}
	l := lang.In(r.Context())
	again := func(status int, problem, wrong string) {
		v := s.contactsPage(r, by, roll)
		v.Problem, v.Wrong, v.Email, v.Name = problem, wrong, email, name
		s.render(w, status, "contacts", v)
	}
	if !s.limits.allow(changesPerHour, fmt.Sprint("contacts:", roll.OrganizationID)) {
		again(http.StatusTooManyRequests, l.Say("This list was changed %d times within an hour. Go on in a while.", changesPerHour), "")
		return
	}
	did := "added"
	err = s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		if r.PostForm.Get("remove") == "" {
			_, err := s.Entitle.AddContact(ctx, tx, by, roll.OrganizationID, entitle.NewContact{Email: email, Name: name})
			return err
		}
		did = "removed"
		for _, c := range roll.Contacts {
			if c.PersonID == removed {
				email = c.Email
			}
		}
		return s.Entitle.RemoveContact(ctx, tx, by, roll.OrganizationID, removed)
	})
	f := fault.As(err)
	switch {
	case f != nil && did == "removed" && f.Code == fault.NotFound: // somebody else was quicker, or it was pressed twice
		again(http.StatusOK, l.Word("They are no contact any more."), "")
	case f != nil && did == "added" && f.Code == fault.Invalid:
		again(http.StatusUnprocessableEntity, "", f.In(l).Message)
	case f != nil:
		again(f.Code.Status(), f.In(l).Message, "")
	case err != nil:
		s.refuse(w, r, s.portalOf(r), err)
	default:
		if clean, err := directory.CleanEmail("email", email); err == nil {
			email = clean
		}
		http.Redirect(w, r, r.URL.Path+"?"+url.Values{"did": {did}, "who": {email}, "key": {s.Signer.SignText("portal.contact", email)}}.Encode(), http.StatusSeeOther)
	}
}

// postContactLink mails the link. It says the same for every address.
func (s *Portal) postContactLink(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	p := s.portalOf(r)
	if err := r.ParseForm(); err != nil {
		s.refuse(w, r, p, fault.New(fault.TooLarge, "That is longer than this page takes."))
		return
	}
	email := strings.TrimSpace(r.PostForm.Get("email"))
	again := func(status int, wrong string) {
		s.render(w, status, "contactlink", contactLinkPage{shell: s.around(r, p, lang.In(r.Context()).Word("Contacts of your organization")), Email: email, Wrong: wrong})
	}
	if _, err := directory.CleanEmail("email", email); err != nil {
		again(http.StatusUnprocessableEntity, lang.In(r.Context()).Word(wrongAddress))
		return
	}
	if !s.limits.allow(linksPerNetwork, "contactsnet:"+s.network(r)) || !s.limits.allow(linksPerHour, "contactlink:"+strings.ToLower(email)) {
		w.Header().Set("Retry-After", "600")
		again(http.StatusTooManyRequests, lang.In(r.Context()).Word(manyLinks))
		return
	}
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error { return s.Desk.MailContactLink(ctx, tx, p, email) })
	if err != nil {
		s.refuse(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/portal/contacts?sent=1", http.StatusSeeOther)
}
