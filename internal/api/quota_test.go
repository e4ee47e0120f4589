package api_test

import (
	"fmt"
	"testing"
	"time"
)

func TestATokenWithALimitIsToldWhenToComeBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.call("admin", "POST", "/tokens", obj{"name": "slow", "scopes": []string{"ticket.read", "token.*"}, "rate": 3})
		var made struct {
			Token string
			Rate  int
		}
		if a.json(t, &made); a.status != 201 || made.Rate != 3 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		w.tokens["slow"] = made.Token
		w.Clock.Advance(time.Second)
		for n, want := range []int{200, 200, 200, 429, 429} {
			a := w.call("slow", "GET", "/tickets", nil)
			left := max(2-n, 0)
			if a.status != want || a.header.Get("RateLimit-Policy") != `"token";q=3;w=60` || a.header.Get("RateLimit") != fmt.Sprintf(`"token";r=%d;t=60`, left) {
				t.Errorf("request %d: %d %v", n, a.status, a.header)
			}
			if (a.header.Get("Retry-After") == "60") != (want == 429) {
				t.Errorf("request %d: Retry-After %q", n, a.header.Get("Retry-After"))
			}
			checkShape(t, "limited", a)
		}
		if a := w.call("admin", "GET", "/tickets", nil); a.status != 200 || a.header.Get("RateLimit") != "" {
			t.Errorf("a token without a limit: %d %v", a.status, a.header)
		}
		w.Clock.Advance(time.Minute)
		if a := w.call("slow", "GET", "/tickets", nil); a.status != 200 {
			t.Errorf("a minute later: %d %s", a.status, a.body)
		}
		w.Clock.Advance(-time.Hour) // a clock set back must not lock anybody out
		if a := w.call("slow", "GET", "/tickets", nil); a.status != 200 {
			t.Errorf("an hour earlier: %d %s", a.status, a.body)
		}
		w.Clock.Advance(2 * time.Hour)
		for rate, want := range map[int]int{0: 422, 4: 422, 2: 201} {
			body := obj{"name": "child", "scopes": []string{"ticket.read"}}
			if rate > 0 {
				body["rate"] = rate
			}
			if a := w.call("slow", "POST", "/tokens", body); a.status != want {
				t.Errorf("a token with rate %d made by one with rate 3: %d %s", rate, a.status, a.body)
			}
		}
	})
}

// TestARepeatedRequestGetsTheSameBytes: also where the answer holds what JSON can write in two
// ways, and only for a day.
func TestARepeatedRequestGetsTheSameBytes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		body := obj{"name": "<b>&\u2028 Ünï", "attributes": obj{"ratio": 1.50, "kinds": []any{"<x>", "a"}}}
		w.Apply("kind: field\nname: ratio\ntitle: Ratio\non: organization\ntype: decimal\n---\nkind: field\nname: kinds\ntitle: Kinds\non: organization\ntype: multiselect\noptions: [{ value: a }, { value: \"<x>\" }]\n")
		first := w.call("agent", "POST", "/organizations", body, "Idempotency-Key", "same")
		w.Clock.Advance(23 * time.Hour)
		again := w.call("agent", "POST", "/organizations", body, "Idempotency-Key", "same")
		if first.status != 201 || again.status != 201 || first.body != again.body || first.header.Get("Content-Type") != again.header.Get("Content-Type") {
			t.Errorf("%d %q\n%d %q", first.status, first.body, again.status, again.body)
		}
		w.Clock.Advance(3 * time.Hour)
		w.Settle() // the hourly sweep
		if n := w.Count(`SELECT count(*) FROM idempotency`); n != 0 {
			t.Errorf("%d keys are kept for more than a day", n)
		}
	})
}

// TestTwoAdministratorsChangeTheSameTeam: the second is told what the first did.
func TestTwoAdministratorsChangeTheSameTeam(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.teamVersion("support")
		saved, refused := make(chan answer, 8), 0
		for range 8 {
			go func() {
				saved <- w.call("admin", "PUT", "/teams/support/members", obj{"version": v, "person_ids": []int64{w.ids["agent"]}})
			}()
		}
		done := 0
		for range 8 {
			switch a := <-saved; a.status {
			case 200:
				done++
			case 409:
				refused++
				var p struct {
					Sent    int64
					Current struct {
						Version int64
						Members []struct{ ID int64 }
					}
				}
				if a.json(t, &p); p.Sent != v || p.Current.Version != v+1 || len(p.Current.Members) != 1 || p.Current.Members[0].ID != w.ids["agent"] {
					t.Errorf("the conflict: %s", a.body)
				}
			default:
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		if done != 1 || refused != 7 {
			t.Errorf("%d saved, %d refused", done, refused)
		}
	})
}
