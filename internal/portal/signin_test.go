package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
)

// browses keeps cookies from now on, as a browser of its own.
func (v *visitor) browses() {
	v.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		v.T.Fatal(err)
	}
	v.client.Jar = jar
}

// mailed asks for a link and returns its path; "" when no mail came.
func (v *visitor) mailed(email string) string {
	v.T.Helper()
	v.Settle()
	before := len(v.Peer.All())
	v.open("/portal/signin")
	v.press(url.Values{"email": {email}})
	v.shows("If we know this address")
	v.Settle()
	if len(v.Peer.All()) == before {
		return ""
	}
	return v.link("signin")
}

// enters signs somebody in on the public pages, in a browser of its own.
func (v *visitor) enters(email string) {
	v.T.Helper()
	v.Clock.Advance(time.Second) // two links never end in the same moment
	v.browses()
	v.open(v.mailed(email))
	v.press(nil)
	v.shows("You are signed in", email)
}

// asked opens a ticket of somebody as if they had written it.
func (v *visitor) asked(by act.Actor, subject string) (out *desk.Ticket) {
	v.T.Helper()
	v.Write(func(ctx context.Context, tx db.Tx) (err error) {
		people, err := v.Directory.Names(ctx, tx, []int64{by.PersonID})
		if err != nil {
			return err
		}
		m := desk.PlainMessage("About " + subject)
		m.Public, m.Channel, m.AuthorID = true, "web", by.PersonID
		out, _, err = v.Desk.Create(ctx, tx, v.Root(), desk.NewTicket{Subject: subject, Message: m, Requester: people[by.PersonID]})
		return err
	})
	return out
}

// noted writes an internal note.
func (v *visitor) noted(id int64, text string) {
	v.T.Helper()
	agent := v.agent()
	v.Write(func(ctx context.Context, tx db.Tx) error {
		m := desk.PlainMessage(text)
		m.Agent, m.AuthorID = true, agent.PersonID
		_, _, err := v.Desk.Reply(ctx, tx, v.Root(), id, m, "")
		return err
	})
}

// agent is somebody who works on tickets.
func (v *visitor) agent() act.Actor {
	if v.Count(`SELECT count(*) FROM identity WHERE value = 'agent@company.example'`) == 1 {
		id := v.idOf("agent@company.example")
		return act.Actor{Kind: act.Person, PersonID: id}
	}
	return v.Person("agent@company.example", "Agent", "agent")
}

func requestOf(t *desk.Ticket) string { return fmt.Sprint("/portal/requests/", t.ID) }

func TestSignInByLink(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		ann := v.known("ann@acme.example")
		mine := v.asked(ann, "The printer")
		v.browses()
		v.open(requestOf(mine)) // who is not signed in is asked to
		v.shows("Send me the link")
		if link := v.mailed("stranger@nowhere.example"); link != "" {
			t.Fatalf("somebody unknown got %s", link)
		}
		link := v.mailed("Ann@acme.example")
		v.open(link)
		v.open(link) // scanners open links, too
		v.shows("See your requests", "Sign in")
		v.press(nil)
		v.shows("The printer", "Received", "ann@acme.example", "Sign out")
		for _, c := range v.client.Jar.Cookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(v.server.URL, "http://"), Path: "/portal/requests"}) {
			if c.Name == "steward_portal" && v.Count(`SELECT count(*) FROM session WHERE hash = $1`, []byte(c.Value)) != 0 {
				t.Error("the secret lies in the database")
			}
		}
		v.open(requestOf(mine))
		v.shows("About The printer", "See all your requests")
		v.fields.Set("text", "It still burns.")
		v.send(map[string]string{"a.log": "line"})
		v.shows("Your message was sent", "It still burns.", "a.log")
		if got := v.tickets(); len(got) != 1 || v.Count(`SELECT count(*) FROM comment WHERE author_id = $1 AND agent = FALSE`, ann.PersonID) != 2 {
			t.Errorf("after the answer: %d tickets", len(got))
		}
		// The form knows who it is.
		v.open("/portal/request")
		v.shows("You are signed in as Ann (ann@acme.example)")
		v.fill(map[string]string{"subject": "Another", "text": "Words", "f.severity": "s4"}).send(nil)
		v.shows("Your request has number")
		// Used once.
		v.open("/portal/requests")
		v.at = "/portal/signout"
		v.press(nil)
		v.shows("You are signed out")
		v.open(requestOf(mine))
		v.shows("Send me the link")
		v.open(link)
		v.shows("used already, or its 30 minutes are over", "Get another link")
		v.at = link
		v.press(nil)
		if v.status != http.StatusNotFound {
			t.Errorf("a used link: %d %s", v.status, v.page)
		}
		// Late.
		link = v.mailed("ann@acme.example")
		v.Clock.Advance(31 * time.Minute)
		v.at = link
		v.press(nil)
		if v.status != http.StatusNotFound {
			t.Errorf("a late link: %d", v.status)
		}
		// Thirty days from signing in, however often it is used.
		v.enters("ann@acme.example")
		v.Clock.Advance(20 * 24 * time.Hour)
		v.open("/portal/requests")
		v.shows("The printer")
		v.Clock.Advance(11 * 24 * time.Hour)
		v.open("/portal/requests")
		v.shows("Send me the link")
		v.Verify()
	})
}

func TestTheLinkComesInTheLanguageOfThePage(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		v.browses()
		v.open("/portal/request?lang=de")
		v.open("/portal/signin")
		v.press(url.Values{"email": {"ann@acme.example"}})
		v.shows("Wenn wir diese Adresse kennen")
		v.Settle()
		all := v.Peer.All()
		if text := all[len(all)-1].Message().Text; !strings.Contains(text, "Hallo Ann") || !strings.Contains(text, "Der Link gilt einmal") {
			t.Errorf("the mail says %s", text)
		}
	})
}

func TestWhoMayNotSignInByLink(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		ben := v.Person("ben@acme.example", "Ben")
		v.browses()
		link := v.mailed("ann@acme.example")
		for _, made := range []string{"x", "/portal/signin/" + v.Signer.SignText("portal.contacts", fmt.Sprint(ben.PersonID, ".1")), strings.Replace(link, "signin/", "signin/MS4", 1)} {
			v.open("/portal/signin/" + strings.TrimPrefix(made, "/portal/signin/"))
			if v.status != http.StatusNotFound {
				t.Errorf("%s: %d", made, v.status)
			}
		}
		// Pages elsewhere cannot press the button.
		r, _ := http.NewRequest(http.MethodPost, v.server.URL+link, nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		res, err := v.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden || len(res.Cookies()) != 0 {
			t.Errorf("from another site: %d", res.StatusCode)
		}
		suspend := func(id int64) {
			v.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := v.Directory.Suspend(ctx, tx, v.Root(), id, directory.Suspension{Reason: "Test"})
				return err
			})
		}
		// Suspended: neither a link mailed before nor a session goes on, and no mail is sent.
		v.enters("ben@acme.example")
		suspend(ben.PersonID)
		v.open("/portal/requests")
		v.shows("Send me the link")
		v.at = link
		ann := v.idOf("ann@acme.example")
		suspend(ann)
		v.at = link
		v.press(nil)
		if v.status != http.StatusNotFound {
			t.Errorf("suspended: %d", v.status)
		}
		v.Clock.Advance(2 * time.Hour)
		if got := v.mailed("ann@acme.example"); got != "" {
			t.Errorf("somebody suspended got %s", got)
		}
		// Merged into somebody else, and erased.
		cat, dan := v.Person("cat@acme.example", "Cat"), v.Person("dan@acme.example", "Dan")
		v.enters("cat@acme.example")
		v.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := v.Directory.Merge(ctx, tx, v.Root(), "person", dan.PersonID, cat.PersonID)
			return err
		})
		v.open("/portal/requests")
		v.shows("Send me the link")
		v.enters("dan@acme.example")
		if _, err := v.Directory.EraseNow(context.Background(), v.Root(), dan.PersonID, "Test"); err != nil {
			t.Fatal(err)
		}
		v.open("/portal/requests")
		v.shows("Send me the link")
		// As many links as one mailbox gets within an hour; the answer is the same for who is not known.
		for _, email := range []string{"eve@acme.example", "nobody@acme.example"} {
			v.Clock.Advance(2 * time.Hour)
			for n := range 6 {
				v.open("/portal/signin")
				v.press(url.Values{"email": {email}})
				if want := map[bool]int{true: http.StatusOK, false: http.StatusTooManyRequests}[n < 5]; v.status != want {
					t.Errorf("%s, link %d: %d", email, n+1, v.status)
				}
			}
		}
		v.Clock.Advance(2 * time.Hour)
		v.open("/portal/signin")
		v.press(url.Values{"email": {"no address"}})
		if v.status != http.StatusUnprocessableEntity {
			t.Errorf("no address: %d", v.status)
		}
	})
}

func TestAPortalSessionOpensNothingElse(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.agent()
		v.enters("agent@company.example")
		u, _ := url.Parse(v.server.URL + "/portal/requests")
		var secret string
		for _, c := range v.client.Jar.Cookies(u) {
			if c.Name == "steward_portal" {
				secret = c.Value
			}
		}
		if u.Path = "/api/v1/me"; len(v.client.Jar.Cookies(u)) != 0 || secret == "" {
			t.Error("the cookie goes to the API")
		}
		for _, path := range []string{"/api/v1/me", "/api/v1/tickets", "/api/v1/people", "/api/v2/tickets.json", "/api/v2/requests.json", "/api/v1/events"} {
			for _, name := range []string{"steward_portal", "steward_session"} {
				r, _ := http.NewRequest(http.MethodGet, v.server.URL+path, nil)
				r.AddCookie(&http.Cookie{Name: name, Value: secret})
				r.Header.Set("Authorization", "Bearer "+secret)
				res, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					t.Fatal(err)
				}
				res.Body.Close()
				if res.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s with %s: %d", path, name, res.StatusCode)
				}
			}
		}
		// Nor does what an agent may do in the workspace count here.
		other := v.asked(v.known("ann@acme.example"), "Not theirs")
		v.open(requestOf(other))
		if v.status != http.StatusNotFound {
			t.Errorf("an agent's portal session: %d %s", v.status, v.page)
		}
		v.client.Jar = nil
		v.client.Transport = signedIn(v, "agent@company.example")
		v.open(requestOf(other))
		if v.status != http.StatusNotFound {
			t.Errorf("an agent's session: %d %s", v.status, v.page)
		}
	})
}
