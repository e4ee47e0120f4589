package program_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/program"
)

const membership = `kind: agreement
name: member-terms
title: Program terms
text: You teach with it.
---
kind: pool
name: year
title: A year
low: 30
redeem: https://shop.company.example/redeem?code={code}
---
kind: program
name: members
title: Members
team: programs
agreement: member-terms
sections: [{ title: Use, questions: [{ field: application-seats, required: true }] }]
benefits:
  - { name: licence, title: A licence, kind: code, pool: year, sku: EDU-1Y, seats: application-seats, say: Enter the code in the shop. }
  - { name: account, title: An account, kind: http, url: "URL" }
decision: { calendar: office-hours, approve_when: application.seats <= 20 }
life: { months: 12, invite: 720h, cure: 720h }
`

// provider is a system that provides accounts by number; it fails so many times first.
type provider struct {
	mu    sync.Mutex
	has   map[string]bool
	calls int
	fail  int
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls++; p.calls <= p.fail {
		http.Error(w, "not now", http.StatusBadGateway)
		return
	}
	switch r.Method {
	case http.MethodPut:
		p.has[r.URL.Path] = true
	case http.MethodDelete:
		delete(p.has, r.URL.Path)
	default:
		if !p.has[r.URL.Path] {
			http.NotFound(w, r)
		}
	}
}

func (p *provider) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.has)
}

// link is the path of an application's page.
func (w *world) link(a *program.Application) string {
	u, err := url.Parse(w.Programs.Link(w.one(a.ID)))
	if err != nil {
		w.T.Fatal(err)
	}
	return u.Path
}

func (w *world) codes(pool string, codes ...string) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx db.Tx) error {
		_, err := w.Programs.ImportCodes(ctx, tx, w.Root(), pool, codes)
		return err
	})
}

func TestAMembershipFromClaimToRenewal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := &provider{has: map[string]bool{}, fail: 2}
		s := httptest.NewServer(other)
		defer s.Close()
		w.Apply(strings.ReplaceAll(membership, "URL", s.URL))
		seats := map[string][]string{"seats": {"5"}}
		a := w.send("members", sentBy(1), seats)
		if a.State != program.Approved {
			t.Fatal(a.State)
		}
		page := w.get(w.link(a))
		if !strings.Contains(page, "I accept Program terms") || strings.Contains(page, "CODE-1") {
			t.Error(page)
		}
		if status, page, _ := w.post(w.link(a), url.Values{"do": {"claim"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Accept the agreement first") {
			t.Error(status, page)
		}
		version := fmt.Sprint(w.Count(`SELECT max(version) FROM blueprint WHERE kind = 'agreement' AND name = 'member-terms'`))
		if status, page, _ := w.post(w.link(a), url.Values{"do": {"claim"}, "agree": {version}}); status != http.StatusSeeOther {
			t.Fatal(status, page)
		}
		if page := w.get(w.link(a)); !strings.Contains(page, "It is on its way") { // the pool is dry
			t.Error(page)
		}
		w.codes("year", "CODE-1", "CODE-2", "CODE-3")
		w.Settle()
		if page := w.get(w.link(a)); !strings.Contains(page, "CODE-1") || !strings.Contains(page, "redeem?code=CODE-1") {
			t.Error(page)
		}
		for range 3 { // the other system failed twice
			w.Clock.Advance(time.Hour)
			w.Settle()
		}
		if other.count() != 1 {
			t.Error("the account was not provided")
		}
		other.mu.Lock()
		clear(other.has) // lost there; reconciling finds it
		other.mu.Unlock()
		w.Clock.Advance(8 * 24 * time.Hour)
		w.Settle()
		if other.count() != 1 {
			t.Error("what was lost elsewhere was not provided again")
		}
		eve := w.Person("eve@other.example", "Eve")
		w.Read(func(ctx context.Context, tx db.Tx) error {
			list, next, err := w.Programs.Differences(ctx, tx, w.Root(), db.Page{})
			if err == nil && (len(list) != 1 || next != "" || list[0].ApplicationID != a.ID || list[0].Benefit != "account" || list[0].Status != http.StatusNotFound || !list[0].Compared.Equal(list[0].At)) {
				t.Errorf("what was found missing is told as %+v", list)
			}
			if _, _, err := w.Programs.Differences(ctx, tx, eve, db.Page{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a stranger read what was missing: %v", err)
			}
			return err
		})
		if n := w.Count(`SELECT count(*) FROM events WHERE verb = $1`, program.Differed); n != 1 {
			t.Errorf("%d events tell of it", n)
		}
		jane := w.Person("jane@company.example", "Jane", "admin")
		comply := func(action program.Action) {
			t.Helper()
			w.Write(func(ctx context.Context, tx db.Tx) error {
				_, err := w.Programs.Comply(ctx, tx, jane, a.ID, 0, action, "It is used commercially.")
				return err
			})
			w.Settle()
		}
		comply(program.Warn)
		if page := w.get(w.link(a)); !strings.Contains(page, "used commercially") || !strings.Contains(page, "put it right by") {
			t.Error(page)
		}
		comply(program.Cure)
		comply(program.Warn)
		w.Clock.Advance(31 * 24 * time.Hour)
		w.Settle()
		if got := w.one(a.ID); got.State != program.Revoked || other.count() != 0 || w.Count(`SELECT count(*) FROM benefit_code WHERE state = 'void'`) != 1 {
			t.Errorf("%s, %d accounts", got.State, other.count())
		}
		comply(program.Restore)
		if got := w.one(a.ID); got.State != program.Active || other.count() != 1 {
			t.Errorf("%s, %d accounts", got.State, other.count())
		}
		got := w.one(a.ID)
		w.Clock.Set(got.TermUntil.Add(-29 * 24 * time.Hour))
		w.Settle()
		if got = w.one(a.ID); got.Life.Invited.IsZero() {
			t.Fatal("nobody was invited")
		}
		status, _, to := w.post(w.link(a), url.Values{"do": {"renew"}})
		if status != http.StatusSeeOther {
			t.Fatal(status)
		}
		form := w.get(to)
		if !strings.Contains(form, `value="5"`) || !strings.Contains(form, "This renews your membership") {
			t.Error(form)
		}
		in := url.Values{"stamp": {stampText.FindStringSubmatch(form)[1]}, "name": {"Applicant 1"}, "organization": {"Organization 1"}, "website": {"x1.example"}, "f.seats": {"7"}, "asked": {"seats"}, "send": {"1"}}
		w.Clock.Advance(time.Minute)
		if status, page, _ := w.post(strings.TrimSuffix(to, "?sent=1"), in); status != http.StatusSeeOther {
			t.Fatal(status, page)
		}
		w.Settle()
		again := w.one(w.last())
		if again.State != program.Approved || again.RenewalOf != a.ID {
			t.Fatalf("%+v", again)
		}
		w.Write(func(ctx context.Context, tx db.Tx) error { return w.Programs.Claim(ctx, tx, again, 1) })
		w.Settle()
		again = w.one(again.ID)
		if old := w.one(a.ID); old.State != program.Renewed || old.Life.RenewedBy != again.ID || !again.TermFrom.Equal(old.TermUntil) {
			t.Errorf("%+v", old)
		}
		w.Clock.Set(again.TermUntil.Add(-29 * 24 * time.Hour))
		w.Settle()
		w.Clock.Set(again.TermUntil.Add(time.Hour))
		w.Settle()
		if got := w.one(again.ID); got.State != program.Expired || other.count() != 0 {
			t.Errorf("%s, and %d accounts are left elsewhere", got.State, other.count())
		}
		w.Verify()
	})
}

func TestManyDrawEachCodeOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(strings.ReplaceAll(membership, "URL", "https://nowhere.example"))
		const clients, total = 32, 10_000
		codes := make([]string, total)
		for i := range codes {
			codes[i] = fmt.Sprintf("C%05d", i)
		}
		w.codes("year", codes...)
		a := w.send("members", sentBy(1), map[string][]string{"seats": {"5"}})
		pool := int64(w.Count(`SELECT id FROM blueprint WHERE kind = 'pool' AND name = 'year'`))
		var next atomic.Int64
		var all sync.WaitGroup
		begun := time.Now()
		for range clients {
			all.Go(func() {
				for {
					n := next.Add(1)
					if n > total+5 {
						return
					}
					err := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
						return w.Programs.DrawOne(ctx, tx, w.Root(), a.ID, pool, fmt.Sprint("benefit", n))
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		t.Logf("%d codes by %d clients in %s", total, clients, time.Since(begun))
		if n := w.Count(`SELECT count(DISTINCT grant_id) FROM benefit_code WHERE state = 'dispatched'`); n != total {
			t.Errorf("%d of %d codes went to a grant of their own", n, total)
		}
		if n := w.Count(`SELECT count(*) FROM application_grant WHERE state = 'pending'`); n != 5 {
			t.Errorf("%d wait, 5 were too many", n)
		}
		dup := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := w.Programs.ImportCodes(ctx, tx, w.Root(), "year", []string{"NEW", "C00001"})
			return err
		})
		if dup == nil || w.Count(`SELECT count(*) FROM benefit_code WHERE code = 'NEW'`) != 0 {
			t.Error("a code that is there already was imported", dup)
		}
		w.codes("year", "FRESH-1", "FRESH-2", "FRESH-3", "FRESH-4", "FRESH-5", "FRESH-6")
		w.Settle() // five go to those who wait
		w.Write(func(ctx context.Context, tx db.Tx) error {
			for _, c := range []struct {
				code   string
				alerts int
			}{{"C00001", 0}, {"C00001", 1}, {"FRESH-6", 1}, {"nothing", 0}} {
				alerts, _, err := w.Programs.Redeemed(ctx, tx, w.Root(), "year", []string{c.code})
				if err != nil || alerts != c.alerts {
					return fmt.Errorf("%s: %d alerts, want %d: %w", c.code, alerts, c.alerts, err)
				}
			}
			stock, err := w.Programs.Stocks(ctx, tx, w.Root())
			if err == nil && (stock[len(stock)-1].Free.Count != 0 || !stock[len(stock)-1].Low || stock[len(stock)-1].Alerts.Count != 2) {
				return fmt.Errorf("%+v", stock[len(stock)-1])
			}
			return err
		})
	})
}
