package program_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/program"
)

const crashProgram = `kind: agreement
name: crash-terms
title: Terms
text: You teach with it.
---
kind: pool
name: crash-codes
title: Codes
---
kind: program
name: crash
title: Crash
team: programs
agreement: crash-terms
sections: [{ title: You, questions: [{ field: edu-role, required: true }] }]
verify:
  checks:
    - { name: listed, title: A listed address, kind: domains, list: own, domains: [listed.example] }
    - { name: document, title: A document, kind: document }
benefits:
  - { name: licence, title: A licence, kind: code, pool: crash-codes }
  - { name: account, title: An account, kind: http, url: "URL" }
decision: { calendar: office-hours, approve_when: application.verified }
life: { months: 2, invite: 720h }
`

// crashing is an instance whose node is cut off, and comes back on the same data.
type crashing struct {
	*world
	power *dbtest.Power
	cuts  int
}

func (c *crashing) plug() {
	c.power.Off.Store(false)
	c.DB.Observe(c.power.Watch)
	c.server = httptest.NewServer(c.Surface().Handler())
}

// alive runs something that may be cut off; then the node comes back. It reports whether the thing came to its end.
func (c *crashing) alive(do func()) bool {
	c.T.Helper()
	ended, ok := make(chan bool, 1), false
	go func() {
		defer func() { ended <- ok }()
		do()
		ok = true
	}()
	whole := <-ended
	if !c.power.Off.Load() {
		if !whole {
			c.T.FailNow()
		}
		return true
	}
	c.cuts++
	c.power.At.Store(0)
	c.server.Close()
	c.reopen()
	c.plug()
	if err := c.Jobs.Reclaim(c.T.Context()); err != nil { // as a restart, or the other nodes, do
		c.T.Fatal(err)
	}
	return false
}

// settle does what an application's life waits for: jobs, and what programs read in the ledger. Others who follow the ledger
// would only add moments: their effect and their place commit together.
func (c *crashing) settle() {
	for did := 1; did > 0; {
		var err error
		if did, err = c.Jobs.RunDue(c.T.Context()); err != nil {
			c.T.Fatal(err)
		}
		for _, step := range []func() (int, error){
			func() (int, error) { return c.Ledger.Sequence(c.T.Context()) },
			func() (int, error) { return c.Ledger.Step(c.T.Context(), c.Programs.Follower()) },
		} {
			n, err := step()
			if err != nil {
				c.T.Fatal(err)
			}
			did += n
		}
	}
}

// until does something again and again until it is done, as people do who got no answer.
func (c *crashing) until(what string, done func() bool, do func()) {
	c.T.Helper()
	for n := 0; !done(); n++ {
		if n == 4 {
			c.T.Fatalf("%s: it cannot be done", what)
		}
		c.alive(do)
		for !c.alive(c.settle) {
		}
	}
}

// send sends a form as a browser does, and says where that led; no answer is no error.
func (c *crashing) send(path, kind string, body []byte) (to string) {
	req, err := http.NewRequestWithContext(c.T.Context(), http.MethodPost, c.server.URL+path, bytes.NewReader(body))
	if err != nil {
		c.T.Error(err)
		return ""
	}
	req.Header.Set("Content-Type", kind)
	res, err := c.client.Do(req)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	if page, _ := io.ReadAll(res.Body); res.StatusCode >= 400 {
		c.T.Errorf("%s: %d %s", path, res.StatusCode, page)
	}
	return res.Header.Get("Location")
}

func (c *crashing) form(path string, in url.Values) (to string) {
	return c.send(path, "application/x-www-form-urlencoded", []byte(in.Encode()))
}

// write changes something as a colleague does.
func (c *crashing) write(fn func(ctx context.Context, tx db.Tx) error) func() {
	return func() {
		if err := c.DB.Write(c.T.Context(), fn); err != nil {
			c.T.Error(err)
		}
	}
}

// at moves the clock, and does what is due then.
func (c *crashing) at(t time.Time) {
	for c.Clock.Set(t); !c.alive(c.settle); {
	}
}

// life takes one applicant from the form to the end of the term, and through a renewal to the end of that. It returns both
// applications.
func (c *crashing) life(n int) (first, again *program.Application) {
	email := fmt.Sprintf("life%d@people.example", n)
	id := func() int64 {
		return int64(c.Count(`SELECT COALESCE(max(id), 0) FROM application WHERE email = $1`, email))
	}
	state := func(wanted ...program.State) func() bool {
		return func() bool { return id() != 0 && slices.Contains(wanted, c.one(id()).State) }
	}
	filled := func(path string) url.Values {
		stamp := stampText.FindStringSubmatch(c.get(path))[1]
		c.Clock.Advance(time.Minute)
		return url.Values{"stamp": {stamp}, "name": {"Life"}, "email": {email}, "organization": {fmt.Sprint("Life ", n)}, "website": {fmt.Sprintf("life%d.example", n)}, "f.position": {"teacher"}, "asked": {"position"}, "send": {"1"}}
	}
	// granted goes from the document that was asked for to what was claimed.
	granted := func() *program.Application {
		a := c.one(id())
		c.until("upload", state(program.Review), func() {
			kind, body := uploading("contract.pdf", []byte("%PDF-1.7 contract"))
			c.send(c.link(a), kind, body)
		})
		c.until("approve", state(program.Approved), c.write(func(ctx context.Context, tx db.Tx) error {
			if _, err := c.Programs.Settle(ctx, tx, c.Root(), a.ID, "document", true, ""); err != nil {
				return err
			}
			_, err := c.Programs.Decide(ctx, tx, c.Root(), a.ID, program.DecisionInput{Approve: true})
			return err
		}))
		c.until("claim", state(program.Active), func() { c.form(c.link(a), url.Values{"do": {"claim"}, "agree": {"1"}}) })
		return c.one(a.ID)
	}
	const apply = "/portal/programs/crash/apply"
	in := filled(apply)
	c.until("apply", state(program.Confirming), func() { c.form(apply, in) })
	confirm := c.found(email, "confirm/")
	c.until("confirm", state(program.Verifying), func() { c.form(confirm, nil) })
	first = granted()
	for _, step := range []struct {
		action program.Action
		to     program.State
	}{{program.Warn, program.Notice}, {program.Cure, program.Active}, {program.Revoke, program.Revoked}, {program.Restore, program.Active}} {
		c.until(string(step.action), state(step.to), c.write(func(ctx context.Context, tx db.Tx) error {
			_, err := c.Programs.Comply(ctx, tx, c.Root(), first.ID, 0, step.action, "So it is.")
			return err
		}))
	}
	c.at(c.one(first.ID).TermUntil.AddDate(0, 0, -29)) // the invitation to renew
	form := ""
	c.until("renew", func() bool { return form != "" }, func() { form = c.form(c.link(first), url.Values{"do": {"renew"}}) })
	in = filled(form)
	form, _, _ = strings.Cut(form, "?")
	c.until("apply again", state(program.Verifying), func() { c.form(form, in) })
	again = granted()
	c.at(c.one(first.ID).TermUntil)
	c.at(again.TermUntil.AddDate(0, 0, -29))
	c.at(again.TermUntil)
	return c.one(first.ID), c.one(again.ID)
}

// traces are what a life has left: how often each thing happened, which mails reached the applicant, what they have.
func (c *crashing) traces(first, again *program.Application) map[string]int {
	out := map[string]int{}
	add := func(name, query string, args ...any) {
		c.Read(func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, query, args...)
			_, err = db.Collect(rows, err, func(r db.Scanner) (n int, err error) {
				var what string
				err = r.Scan(&what, &n)
				out[name+" "+what] = n
				return n, err
			})
			return err
		})
	}
	for name, a := range map[string]*program.Application{"first": first, "again": again} {
		out[name+" is "+string(a.State)] = 1
		add(name+" event", `SELECT verb, count(*) FROM events WHERE subject_kind = 'application' AND subject_id = $1 GROUP BY verb`, a.ID)
		add(name+" try", `SELECT name, count(*) FROM application_check WHERE application_id = $1 GROUP BY name`, a.ID)
		add(name+" grant", `SELECT name || ' ' || state, count(*) FROM application_grant WHERE application_id = $1 GROUP BY name, state`, a.ID)
		add(name+" code", `SELECT c.state, count(*) FROM benefit_code c JOIN application_grant g ON g.id = c.grant_id WHERE g.application_id = $1 GROUP BY c.state`, a.ID)
		add(name+" file", `SELECT purpose, count(*) FROM application_file WHERE application_id = $1 GROUP BY purpose`, a.ID)
		add(name+" said", `SELECT 'in the ticket', count(*) FROM comment WHERE ticket_id = $1`, a.TicketID)
		add(name+" job", `SELECT kind, count(*) FROM job WHERE subject_kind = 'application' AND subject_id = $1 GROUP BY kind`, a.ID)
	}
	add("outbox", `SELECT o.state, count(*) FROM outbox o JOIN outbox_recipient r ON r.outbox_id = o.id WHERE r.address = $1 GROUP BY o.state`, first.Email)
	add("applied", `SELECT 'as', count(*) FROM application WHERE email = $1`, first.Email)
	sent := map[string][]byte{}
	for _, d := range slices.Concat(c.before, c.Peer.All()) {
		if d.To[0] != first.Email {
			continue
		}
		m := d.Message()
		if was, twice := sent[m.MessageID]; twice && !bytes.Equal(was, d.Raw) {
			c.T.Errorf("the mail %s left twice with different bytes", m.MessageID)
		}
		sent[m.MessageID] = d.Raw
	}
	out["mails"] = len(sent)
	return out
}

// A node is cut off at each write of one application's life, just before and just after it. Whatever the moment, the life
// goes on to the same end: nothing is lost, nothing is done twice, and every mail has one identity.
func TestCutOffAtEveryWriteNothingIsLostOrDoubled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := &provider{has: map[string]bool{}}
		s := httptest.NewServer(other)
		defer s.Close()
		w.Apply(strings.ReplaceAll(crashProgram, "URL", s.URL))
		codes := make([]string, 3000)
		for i := range codes {
			codes[i] = fmt.Sprintf("K%04d", i)
		}
		w.codes("crash-codes", codes...)
		w.Settle()
		c := &crashing{world: w, power: &dbtest.Power{}}
		c.plug()
		t.Cleanup(func() { c.server.Close() })
		want := c.traces(c.life(0))
		t.Log(want)
		stride := int64(11)
		if os.Getenv("STEWARD_LONG") != "" {
			stride = 1
		}
		lives := 1
		for at := int64(1); ; at += stride {
			c.power.Seen.Store(0)
			c.power.At.Store(at)
			before := c.cuts
			got := c.traces(c.life(lives))
			lives++
			if !maps.Equal(got, want) {
				t.Errorf("cut off at moment %d: %v\nundisturbed: %v", at, got, want)
			}
			if c.cuts == before {
				t.Logf("%d moments, %d cuts", c.power.Seen.Load(), c.cuts)
				break // the life had fewer moments
			}
		}
		if other.count() != 0 {
			t.Errorf("%d accounts are left elsewhere", other.count())
		}
		if n := w.Count(`SELECT count(*) FROM benefit_code WHERE state <> 'free'`); n != 2*lives {
			t.Errorf("%d codes for %d lives", n, lives)
		}
		w.Verify()
	})
}
