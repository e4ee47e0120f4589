package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/lang"
)

const (
	requestsAPage = 25
	maxWords      = 200 // characters that are searched for
)

// requestsPage is the list of somebody's requests, or of an organization's.
type requestsPage struct {
	shell
	Tabs      []tab
	Words     string
	Kept      url.Values // what a search keeps of the address
	Requests  []requestRow
	All       string // the list without words to find, "" where none are
	First     string // pages
	Next      string
	Signed    string // address of who is signed in
	SignOut   string // "" for a session of the workspace
	Organized bool   // whether it is an organization's, so that each says who asked
}

type tab struct {
	Title, Href string
	Now         bool
}

type requestRow struct {
	ID                              int64
	Href, Subject, Who, State, Word string
	When, ISO                       string
}

// asking is what the address of a list says.
type asking struct {
	organization         int64 // 0: their own
	words, after, portal string
}

func askingOf(r *http.Request) (a asking) {
	q := r.URL.Query()
	a = asking{words: strings.TrimSpace(q.Get("q")), after: q.Get("after"), portal: q.Get("portal")}
	if runes := []rune(a.words); len(runes) > maxWords {
		a.words = string(runes[:maxWords])
	}
	a.organization, _ = strconv.ParseInt(q.Get("organization"), 10, 64) // 0 is nobody's id
	return a
}

// kept is what a search keeps of the address.
func (a asking) kept() url.Values {
	q := url.Values{}
	if a.organization != 0 {
		q.Set("organization", strconv.FormatInt(a.organization, 10))
	}
	if a.portal != "" {
		q.Set("portal", a.portal)
	}
	return q
}

func (a asking) href() string {
	q := a.kept()
	if a.words != "" {
		q.Set("q", a.words)
	}
	if a.after != "" {
		q.Set("after", a.after)
	}
	return (&url.URL{Path: "/portal/requests", RawQuery: q.Encode()}).String()
}

// request is the page of one of the list.
func (a asking) request(id int64) string {
	path := requestPath(id)
	if a.portal != "" {
		path += "?portal=" + url.QueryEscape(a.portal)
	}
	return path
}

// getRequests lists requests; who is not signed in is asked to.
func (s *Portal) getRequests(w http.ResponseWriter, r *http.Request) {
	who := s.visitor(r)
	if who.ID == 0 {
		http.Redirect(w, r, within(r, "/portal/signin"), http.StatusSeeOther)
		return
	}
	p, l, a := s.portalOf(r), lang.In(r.Context()), askingOf(r)
	v := requestsPage{shell: s.around(r, p, l.Word("Your requests")), Words: a.words, Kept: a.kept(), Signed: who.Email, Organized: a.organization != 0}
	if a.words != "" {
		v.All = asking{organization: a.organization, portal: a.portal}.href()
	}
	v.Home = within(r, "/portal/request")
	if guestOf(r).portal {
		v.SignOut = within(r, "/portal/signout")
	}
	may := a.organization == 0
	err := s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		by, err := s.asker(ctx, tx, r, p)
		if err != nil {
			return err
		}
		names, err := s.People.OrganizationNames(ctx, tx, organizationsOf(by))
		if err != nil {
			return err
		}
		v.Tabs = append(v.Tabs, tab{l.Word("Your requests"), asking{portal: a.portal}.href(), a.organization == 0})
		for _, id := range organizationsOf(by) {
			if v.Tabs = append(v.Tabs, tab{names[id], asking{organization: id, portal: a.portal}.href(), id == a.organization}); id == a.organization {
				may, v.Title = true, l.Say("Requests of %s", names[id])
			}
		}
		if !may {
			return nil
		}
		return s.listRequests(ctx, tx, &v, by, who, a)
	})
	switch {
	case err != nil:
		s.refuse(w, r, p, err)
	case !may: // one that they may not see, or see no longer
		http.Redirect(w, r, asking{portal: a.portal}.href(), http.StatusSeeOther)
	default:
		s.render(w, http.StatusOK, "requests", v)
	}
}

func (s *Portal) listRequests(ctx context.Context, tx db.Tx, v *requestsPage, by act.Actor, who directory.Person, a asking) error {
	asked := desk.Requests{OrganizationID: a.organization, Words: a.words}
	if a.organization == 0 {
		asked.RequesterID = who.ID
	}
	list, next, err := s.Desk.Requested(ctx, tx, by, asked, db.Page{Limit: requestsAPage, Cursor: a.after})
	if err != nil {
		return err
	}
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = t.RequesterID
	}
	people, err := s.People.Names(ctx, tx, ids)
	l := v.Language
	when := timesOf(l, who)
	for _, t := range list {
		word, _ := stateOf(l, t, who.ID)
		v.Requests = append(v.Requests, requestRow{ID: t.ID, Href: a.request(t.ID), Subject: t.Subject, Who: people[t.RequesterID].Name, State: string(t.Status),
			Word: word, When: when(t.Updated), ISO: t.Updated.Format(time.RFC3339)})
	}
	if a.after != "" {
		v.First = asking{a.organization, a.words, "", a.portal}.href()
	}
	if next != "" {
		v.Next = asking{a.organization, a.words, next, a.portal}.href()
	}
	return err
}

// requestPath is the page of a request for whoever is signed in and may see it.
func requestPath(id int64) string { return "/portal/requests/" + strconv.FormatInt(id, 10) }
