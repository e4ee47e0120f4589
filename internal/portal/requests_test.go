package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/entitle"
)

func TestRequestsOfOthersAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		org := v.lists("Acme", "acme.example")
		person := func(email string) act.Actor { return act.Actor{Kind: act.Person, PersonID: v.idOf(email)} }
		ada, ben := person("ada@acme.example"), person("ben@acme.example")
		mine, theirs := v.asked(ada, "The printer"), v.asked(ben, "The scanner")
		foreign := v.asked(v.known("eve@other.example"), "The boiler")
		v.noted(mine.ID, "A secret note")
		silent := v.asked(ada, "Only inside")
		v.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE comment SET public = FALSE WHERE ticket_id = $1`, silent.ID)
			return err
		})
		hides := func(what ...string) {
			t.Helper()
			for _, w := range what {
				if strings.Contains(v.page, w) {
					t.Errorf("the page says %q: %s", w, v.page)
				}
			}
		}
		gone := func(ids ...*desk.Ticket) {
			t.Helper()
			for _, n := range ids {
				v.open(requestOf(n))
				if v.status != http.StatusNotFound || strings.Contains(v.page, n.Subject) {
					t.Errorf("request %d: %d", n.ID, v.status)
				}
				v.at = requestOf(n)
				v.fields = url.Values{"text": {"Let me in"}}
				v.send(nil)
				if v.status != http.StatusNotFound {
					t.Errorf("an answer to %d: %d", n.ID, v.status)
				}
			}
		}
		v.enters("ada@acme.example")
		v.shows("The printer")
		hides("The scanner", "The boiler", "Only inside", "Acme", "secret")
		v.open(requestOf(mine))
		hides("secret")
		gone(theirs, foreign, silent, &desk.Ticket{ID: 99999, Subject: "…"})
		list := fmt.Sprintf("/portal/requests?organization=%d", org)
		v.open(list)
		hides("The scanner", "Requests of Acme")
		// Contacts who may change the list, contacts, everyone.
		for _, setting := range []string{"nobody", "editors", "contacts", "everyone"} {
			sees := setting != "nobody"
			v.Apply("kind: portal\nname: main\ntitle: Main\nbrand: main\norganization_requests: " + setting + "\n")
			v.open(list)
			if got := strings.Contains(v.page, "The scanner"); got != sees {
				t.Errorf("%s: ada sees her organization's: %v", setting, got)
			}
			hides("The boiler", "Only inside")
		}
		v.open(list)
		v.shows("Requests of Acme", "Ben", "Ada", "Your requests")
		v.open(requestOf(theirs))
		v.shows("About The scanner")
		if regexp.MustCompile(`/portal/requests/[\w-]+\.`).MatchString(v.page) {
			t.Error("a colleague's page holds the link of its requester")
		}
		v.fields.Set("text", "From Ada")
		v.send(nil)
		v.shows("From Ada", "Your message was sent", "This request")
		gone(foreign)
		// On what is closed, an answer opens another one of the same requester.
		v.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE ticket SET status = 'closed', done = TRUE WHERE id = $1`, theirs.ID)
			return err
		})
		v.open(requestOf(theirs))
		v.fields.Set("text", "It is back")
		v.send(nil)
		v.shows("It is back", "Your message was sent")
		if got := v.Count(`SELECT count(*) FROM ticket WHERE followup_of = $1 AND requester_id = $2`, theirs.ID, ben.PersonID); got != 1 || v.at == requestOf(theirs) {
			t.Errorf("%d requests go on from a closed one, at %s", got, v.at)
		}
		for setting, sees := range map[string]bool{"editors": false, "contacts": true} {
			v.Apply("kind: portal\nname: main\ntitle: Main\nbrand: main\norganization_requests: " + setting + "\n")
			v.enters("ben@acme.example")
			v.open(list)
			if got := strings.Contains(v.page, "The printer"); got != sees {
				t.Errorf("%s: ben sees his organization's: %v", setting, got)
			}
		}
		// Shared with somebody of another organization, to read.
		v.Write(func(ctx context.Context, tx db.Tx) error {
			_, err := v.Entitle.Accept(ctx, tx, v.Root(), org, entitle.NewShare{Email: "eve@other.example", Access: entitle.ReadOnly, AcceptedBy: "Ada", AcceptedAt: v.Clock.Now(), TextVersion: "1", TicketID: mine.ID})
			return err
		})
		v.enters("eve@other.example")
		v.shows("The boiler", "Acme")
		v.open(list)
		v.shows("The printer", "The scanner")
		v.open(requestOf(mine))
		v.shows("You may read this request.")
		v.at, v.fields = requestOf(mine), url.Values{"text": {"Let me in"}}
		v.send(nil)
		if v.status != http.StatusForbidden {
			t.Errorf("an answer to what is shared to read: %d", v.status)
		}
	})
}

func TestRequestsInPagesAndByWords(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		ann := v.known("ann@acme.example")
		agent := v.agent()
		var first *desk.Ticket
		for n := range 60 {
			one := v.asked(ann, fmt.Sprintf("Number %02d 100%%", n))
			if first == nil {
				first = one
			}
			if n%3 == 0 {
				v.Write(func(ctx context.Context, tx db.Tx) error {
					m := desk.PlainMessage("Done.")
					m.Public, m.Agent, m.AuthorID = true, true, agent.PersonID
					_, _, err := v.Desk.Reply(ctx, tx, v.Root(), one.ID, m, desk.StatusSolved)
					return err
				})
			}
			v.Clock.Advance(time.Minute)
		}
		v.enters("ann@acme.example")
		next := regexp.MustCompile(`<a href="([^"]+)">More requests</a>`)
		var seen []string
		pages := 0
		for pages < 9 {
			pages++
			seen = append(seen, regexp.MustCompile(`Number \d\d`).FindAllString(v.page, -1)...)
			m := next.FindStringSubmatch(v.page)
			if m == nil {
				break
			}
			v.open(strings.ReplaceAll(m[1], "&amp;", "&"))
		}
		if pages != 3 || len(seen) != 60 || seen[0] != "Number 59" || seen[39] != "Number 01" || seen[40] != "Number 57" || seen[59] != "Number 00" {
			t.Errorf("%d pages show %d: %v", pages, len(seen), seen)
		}
		for words, want := range map[string]int{"nUMBER 07": 1, "100%": 25, "0%": 25, "10_%": 0, fmt.Sprint("#", first.ID): 1, "nothing": 0} {
			v.open("/portal/requests?q=" + url.QueryEscape(words))
			if n := len(regexp.MustCompile(`<b dir="auto">`).FindAllString(v.page, -1)); n != want {
				t.Errorf("%q finds %d, want %d", words, n, want)
			}
		}
		v.shows("Find a request")
		v.open("/portal/requests?after=open.rubbish")
		if v.status != http.StatusUnprocessableEntity {
			t.Errorf("a made-up page: %d", v.status)
		}
	})
}
