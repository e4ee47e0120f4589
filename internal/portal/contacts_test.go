package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
)

const listed = "kind: entitlement\nname: premium\ntitle: Premium\norder: 1\nsupport: true\ncontacts: { cap: 3, listed_only: true, editors: 1 }\n"

// lists makes an organization whose contacts are Ada, who may change the list, and Ben.
func (v *visitor) lists(name, domain string) (org int64) {
	v.T.Helper()
	v.Write(func(ctx context.Context, tx db.Tx) error {
		domains := []string{domain}
		o, err := v.Directory.CreateOrganization(ctx, tx, v.Root(), directory.OrganizationInput{Name: &name, Domains: &domains})
		if err != nil {
			return err
		}
		org = o.ID
		for n, who := range []string{"Ada", "Ben"} {
			if _, err := v.Entitle.AddContact(ctx, tx, v.Root(), org, entitle.NewContact{Email: strings.ToLower(who) + "@" + domain, Name: who, Editor: n == 0}); err != nil {
				return err
			}
		}
		return nil
	})
	return org
}

func (v *visitor) idOf(email string) (id int64) {
	return int64(v.Count(`SELECT person_id FROM identity WHERE value = $1`, email))
}

// asks gets the link by mail and opens it.
func (v *visitor) asks(email string) {
	v.T.Helper()
	v.asksFor(email)
	v.open(v.link("contacts"))
}

func (v *visitor) asksFor(email string) {
	v.T.Helper()
	v.open("/portal/contacts")
	v.press(url.Values{"email": {email}})
}

// press sends the page's form of a button.
func (v *visitor) press(values url.Values) {
	v.T.Helper()
	res, err := v.client.PostForm(v.server.URL+v.at, values)
	if err != nil {
		v.T.Fatal(err)
	}
	v.show(res, v.at)
}

func TestContactsChangeTheirListInThePortal(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply(listed)
		org := v.lists("Acme", "acme.example")
		v.asks("ada@acme.example")
		link := v.link("contacts")
		for _, want := range []string{"Acme", "Only these people may send requests for Acme", "2 of at most 3", "ben@acme.example", "Ada (you)", "May change the list", "Premium.", "1 at most"} {
			if !strings.Contains(v.page, want) {
				t.Errorf("the page does not say %q: %s", want, v.page)
			}
		}
		// Nothing typed is lost when it cannot be taken.
		v.press(url.Values{"add": {"1"}, "email": {"nothing"}, "name": {"Cat <b>"}})
		if v.status != http.StatusUnprocessableEntity || !strings.Contains(v.page, "This is not a mail address") || v.fields.Get("name") != "Cat <b>" || strings.Contains(v.page, "Cat <b>") {
			t.Errorf("a wrong address: %d %s", v.status, v.page)
		}
		v.press(url.Values{"add": {"1"}, "email": {"Cat@acme.example"}, "name": {"Cat"}})
		if v.status != 200 || !strings.Contains(v.page, "cat@acme.example is a contact now") || !strings.Contains(v.page, "The list is full: 3 is the most") {
			t.Errorf("after adding: %d %s", v.status, v.page)
		}
		v.press(url.Values{"add": {"1"}, "email": {"dan@acme.example"}})
		if v.status != http.StatusUnprocessableEntity || v.Count(`SELECT count(*) FROM organization_contact WHERE organization_id = $1`, org) != 3 {
			t.Errorf("the fourth of three: %d %s", v.status, v.page)
		}
		v.press(url.Values{"remove": {"1"}, "person": {fmt.Sprint(v.idOf("ben@acme.example"))}})
		if !strings.Contains(v.page, "ben@acme.example is a contact no longer") || !strings.Contains(v.page, "Put back") {
			t.Errorf("after removing: %s", v.page)
		}
		v.press(url.Values{"add": {"1"}, "email": {"ben@acme.example"}})
		if v.Count(`SELECT count(*) FROM organization_contact WHERE organization_id = $1`, org) != 3 {
			t.Errorf("after putting back: %s", v.page)
		}
		// What others put into the address is not shown as ours.
		v.open(link + "?did=added&who=evil@x.example&key=made.up")
		if strings.Contains(v.page, "evil@x.example") {
			t.Error("words of a stranger are shown")
		}
		v.Clock.Advance(61 * time.Minute)
		v.open(link)
		if v.status != http.StatusNotFound || !strings.Contains(v.page, "worked for an hour") {
			t.Errorf("an hour later: %d %s", v.status, v.page)
		}
		v.Verify()
	})
}

func TestWhoMayNotChangeAListOfContacts(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply(listed)
		org, other := v.lists("Acme", "acme.example"), v.lists("Other", "other.example")
		count := func(id int64) int {
			return v.Count(`SELECT count(*) FROM organization_contact WHERE organization_id = $1`, id)
		}
		// A contact who is no editor sees the list and changes nothing.
		v.asks("ben@acme.example")
		if !strings.Contains(v.page, "ada@acme.example") || strings.Contains(v.page, "Remove") || strings.Contains(v.page, "Add contact") {
			t.Errorf("who is no editor sees %s", v.page)
		}
		path := v.at
		v.press(url.Values{"remove": {"1"}, "person": {fmt.Sprint(v.idOf("ada@acme.example"))}})
		v.at = path
		v.press(url.Values{"add": {"1"}, "email": {"cat@acme.example"}})
		if count(org) != 2 || v.status == 200 {
			t.Errorf("who is no editor changed the list: %d %s", v.status, v.page)
		}
		// An editor reaches no other list, and makes nobody an editor.
		v.asks("ada@acme.example")
		path = v.at
		v.press(url.Values{"remove": {"1"}, "person": {fmt.Sprint(v.idOf("ben@other.example"))}})
		v.at = path
		v.press(url.Values{"add": {"1"}, "email": {"ben@other.example"}})
		if count(org) != 2 || count(other) != 2 || strings.Contains(v.page, "Other") {
			t.Errorf("another list was reached: %s", v.page)
		}
		v.at = path
		v.press(url.Values{"add": {"1"}, "email": {"cat@acme.example"}, "editor": {"true"}})
		if n := v.Count(`SELECT count(*) FROM organization_contact WHERE organization_id = $1 AND editor = TRUE`, org); n != 1 {
			t.Errorf("%d editors", n)
		}
		// Strangers, people who are not listed, made-up links and suspended people get nothing.
		mails := len(v.Peer.All())
		for _, email := range []string{"stranger@nowhere.example", "notlisted@acme.example"} {
			v.asksFor(email)
			if v.status != 200 || !strings.Contains(v.page, "If this address is one of a contact") {
				t.Errorf("%s: %d %s", email, v.status, v.page)
			}
		}
		v.Settle()
		if n := len(v.Peer.All()); n != mails {
			t.Errorf("%d mails went to people who are no contacts", n-mails)
		}
		v.open("/portal/contacts/" + strings.Repeat("x", 40))
		if v.status != http.StatusNotFound {
			t.Errorf("a made-up link: %d", v.status)
		}
		v.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := v.Directory.Suspend(ctx, tx, v.Root(), v.idOf("ada@acme.example"), directory.Suspension{Reason: "Test"})
			return err
		})
		v.open(path)
		if v.status != http.StatusNotFound || strings.Contains(v.page, "ben@acme.example") {
			t.Errorf("somebody suspended: %d %s", v.status, v.page)
		}
	})
}

func TestSignedInContactsNeedNoLink(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply(listed)
		v.lists("Acme", "acme.example")
		v.client.Transport = signedIn(v, "ada@acme.example")
		v.open("/portal/contacts")
		if !strings.Contains(v.page, "ben@acme.example") || !strings.Contains(v.page, "Add contact") {
			t.Errorf("signed in: %s", v.page)
		}
		v.client.Transport = signedIn(v, "ben@acme.example")
		v.open("/portal/contacts")
		if strings.Contains(v.page, "Add contact") {
			t.Errorf("signed in, no editor: %s", v.page)
		}
	})
}

// signedIn sends somebody's session along.
func signedIn(v *visitor, email string) http.RoundTripper {
	var secret string
	v.Write(func(ctx context.Context, tx db.Tx) (err error) {
		secret, err = v.Auth.OpenSession(ctx, tx, act.Actor{Kind: act.Person, PersonID: v.idOf(email), Clock: v.Clock.Now}, "test")
		return err
	})
	return withSession(secret)
}

type withSession string

func (s withSession) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.AddCookie(&http.Cookie{Name: "steward_session", Value: string(s)})
	return http.DefaultTransport.RoundTrip(r)
}
