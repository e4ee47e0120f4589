package program_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// This file says what a year of a program comes to, by plain Go over what people do and when. It shares nothing with the
// product: days are counted here, working hours are walked through one by one, and the way of an application is written
// down once more.

// deed is what somebody does on a day of the year, at 10:00 UTC.
type deed struct {
	day  int
	what string // apply, renew, confirm, upload, approve, reject, ask, answer, withdraw, claim, warn, cure, revoke, restore
}

// somebody is an applicant with all they and colleagues will do about them, some of it in vain.
type somebody struct {
	listed  bool // their address is at a listed domain
	student bool
	known   bool // signed in: the address needs no confirming
	deeds   []deed
}

// aYear rolls what so many people do. Deeds are likely ones, with chances of coming too late or in the wrong order.
func aYear(rng *rand.Rand, people int) (out []somebody) {
	chance := func(percent int) bool { return rng.IntN(100) < percent }
	for range people {
		p := somebody{listed: chance(60), student: chance(10), known: chance(80)}
		day := rng.IntN(300)
		do := func(what string, within int) {
			day += rng.IntN(within + 1)
			p.deeds = append(p.deeds, deed{day, what})
		}
		apply := func(what string, within int) {
			do(what, within)
			if !p.known && chance(80) {
				do("confirm", 40)
			}
			if chance(8) {
				do("apply", 10) // once more
			}
			if !p.listed {
				do("upload", 40)
				do([]string{"approve", "approve", "approve", "reject", "ask"}[rng.IntN(5)], 12)
				if p.deeds[len(p.deeds)-1].what == "ask" {
					do("answer", 40)
					do("approve", 12)
				}
			}
			if chance(5) {
				do("withdraw", 10)
			}
			if chance(90) {
				do("claim", 35)
			}
		}
		apply("apply", 10)
		if chance(35) {
			was := day
			do("warn", 150)
			do([]string{"cure", "cure", "revoke", "answer"}[rng.IntN(4)], 40)
			if chance(70) {
				do("restore", 40)
			}
			day = was
		}
		for range 2 {
			if chance(60) {
				day += 140
				apply([]string{"apply", "renew"}[rng.IntN(2)], 60)
			}
		}
		slices.SortStableFunc(p.deeds, func(a, b deed) int { return cmp.Compare(a.day, b.day) })
		out = append(out, p)
	}
	return out
}

// yearStart is day 0: a Monday.
var yearStart = time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)

func dayAt(day int) time.Time { return yearStart.AddDate(0, 0, day) }

// one is an application in this account of the year.
type one struct {
	who          *somebody
	state        string
	renews       *one
	lapses       time.Time // when silence ends it
	since        time.Time // the clock runs since; zero while it stands still
	spent        int       // working hours before that
	late         bool
	from, until  time.Time
	invited      bool
	notice       time.Time // a breach has to be cured by then
	granted      bool
	code, wanted bool // has a code; shall have one
}

// account is what the year comes to.
type account struct {
	now     time.Time
	apps    []*one
	of      map[*somebody][]*one
	claims  []*one             // in the order in which they were claimed
	open    map[*somebody]*one // sent and not decided, or not claimed
	newest  map[*somebody]*one
	claimed map[*somebody]*one // newest that was claimed
	counts  map[string]int     // of steps by what was done, of refusals as "refused: …"
	free    int                // codes
}

// rounds are the deeds of each day: in the first round the first of everybody, in the second the second, and so on.
func rounds(people []somebody, days int, do func(day int), deed func(p *somebody, what string), end func()) {
	next := make([]int, len(people))
	for day := range days {
		do(day)
		for did := true; did; {
			did = false
			for i := range people {
				p := &people[i]
				if next[i] < len(p.deeds) && p.deeds[next[i]].day == day {
					deed(p, p.deeds[next[i]].what)
					next[i]++
					did = true
				}
			}
			if did {
				end()
			}
		}
	}
}

// count says what a year of these people comes to, with so many codes imported on these days.
func count(people []somebody, days int, imports map[int]int) *account {
	c := &account{of: map[*somebody][]*one{}, open: map[*somebody]*one{}, newest: map[*somebody]*one{}, claimed: map[*somebody]*one{}, counts: map[string]int{}}
	rounds(people, days, func(day int) {
		c.now = dayAt(day)
		c.timers(c.apps)
		c.free += imports[day]
		c.serve()
	}, func(p *somebody, what string) {
		if !c.try(p, what) {
			c.counts["refused: "+what]++
		}
		c.timers(c.of[p])
	}, func() {})
	for _, a := range c.apps {
		if a.state != "gone" {
			c.counts["state: "+a.state]++
		}
		if a.code && !a.wanted {
			c.counts["codes void"]++
		}
		if a.granted && a.wanted && !a.code {
			c.counts["wait for a code"]++
		}
	}
	delete(c.counts, "dropped")
	return c
}

func (c *account) step(a *one, state, what string) {
	a.state = state
	c.counts[what]++
	running := state == "verifying" || state == "review"
	if !a.since.IsZero() && !running {
		a.spent += workHours(a.since, c.now)
		a.since = time.Time{}
	}
	if a.since.IsZero() && running {
		a.since = c.now
	}
	a.lapses = time.Time{}
	switch state {
	case "confirming", "asked", "approved":
		a.lapses = c.now.AddDate(0, 0, 30)
	}
	if slices.Contains([]string{"confirming", "verifying", "review", "asked", "approved"}, state) {
		c.open[a.who] = a
	} else if c.open[a.who] == a {
		delete(c.open, a.who)
	}
}

func (c *account) try(p *somebody, what string) bool {
	a, m := c.newest[p], c.claimed[p]
	is := func(states ...string) bool { return a != nil && slices.Contains(states, a.state) }
	switch what {
	case "apply":
		if c.open[p] != nil {
			c.counts["sent twice"]++
			return true
		}
		c.apply(p, p.known)
	case "renew":
		if m == nil || m.state != "expired" && (m.state != "active" && m.state != "notice" || !m.invited && !c.now.After(m.until)) {
			return false
		}
		if c.open[p] == nil {
			c.apply(p, true) // by the link that was mailed
		}
	case "confirm":
		if !is("confirming") {
			return false
		}
		c.verify(a)
	case "upload":
		if !is("verifying", "review", "asked") {
			return false
		}
		switch {
		case a.state == "verifying" && p.student:
			c.step(a, "rejected", "rejected by the rules")
		case a.state == "verifying":
			a.since = c.now // it stood still for the document
			c.step(a, "review", "referred")
		case a.state == "asked":
			c.step(a, "review", "answered")
		}
	case "approve", "reject":
		if !is("review", "asked") {
			return false
		}
		c.step(a, map[string]string{"approve": "approved", "reject": "rejected"}[what], map[string]string{"approve": "approved by hand", "reject": "rejected by hand"}[what])
	case "ask":
		if !is("review") {
			return false
		}
		c.step(a, "asked", "asked")
	case "answer":
		if is("asked") {
			c.step(a, "review", "answered")
		}
	case "withdraw":
		if !is("confirming", "verifying", "review", "asked", "approved") {
			return false
		}
		c.step(a, "withdrawn", "withdrawn")
	case "claim":
		if !is("approved") {
			return false
		}
		c.claim(p, a)
	case "warn":
		if m == nil || m.state != "active" {
			return false
		}
		m.notice = c.now.AddDate(0, 0, 30)
		c.step(m, "notice", "warned")
	case "cure":
		if m == nil || m.state != "notice" {
			return false
		}
		c.step(m, "active", "cured")
	case "revoke":
		if m == nil || m.state != "active" && m.state != "notice" {
			return false
		}
		c.revoke(m)
	case "restore":
		if m == nil || m.state != "revoked" || !m.until.After(c.now) {
			return false
		}
		c.step(m, "active", "restored")
		m.wanted = true
		c.serve()
	}
	return true
}

func (c *account) apply(p *somebody, known bool) {
	a := &one{who: p, renews: c.member(p)}
	c.apps, c.of[p] = append(c.apps, a), append(c.of[p], a)
	c.newest[p] = a
	c.step(a, "confirming", "submitted")
	if known {
		c.verify(a)
	}
}

// member is what a new application of somebody goes on from.
func (c *account) member(p *somebody) *one {
	if m := c.claimed[p]; m != nil && (m.state == "active" || m.state == "notice" || m.state == "expired") {
		return m
	}
	return nil
}

func (c *account) verify(a *one) {
	c.step(a, "verifying", "confirmed")
	switch {
	case a.who.listed && a.who.student:
		c.step(a, "rejected", "rejected by the rules")
	case a.who.listed:
		c.step(a, "approved", "approved by the rules")
	default: // a document is awaited, and the clock stands still
		a.since, a.lapses = time.Time{}, c.now.AddDate(0, 0, 30)
	}
}

func (c *account) claim(p *somebody, a *one) {
	a.from = c.now
	if a.renews == nil {
		a.renews = c.member(p) // restored meanwhile
	}
	if m := a.renews; m != nil && (m.state == "active" || m.state == "notice") && m.until.After(c.now) {
		a.from = m.until
	}
	a.until = a.from.AddDate(0, 6, 0)
	a.granted, a.wanted = true, true
	c.claims = append(c.claims, a)
	c.serve()
	c.step(a, "active", "claimed")
	if m := a.renews; m != nil && (m.state == "active" || m.state == "notice" || m.state == "expired") {
		c.step(m, "renewed", "renewed")
	}
	c.claimed[p] = a
}

func (c *account) revoke(a *one) {
	c.step(a, "revoked", "revoked")
	a.wanted = false
}

// serve gives codes to those who wait, in the order in which they claimed.
func (c *account) serve() {
	for _, a := range c.claims {
		if a.wanted && !a.code && c.free > 0 {
			c.free--
			a.code = true
			c.counts["codes"]++
		}
	}
}

// timers do what is due, until nothing is.
func (c *account) timers(apps []*one) {
	for did := true; did; {
		did = false
		for _, a := range apps {
			did = c.timer(a) || did
		}
	}
}

func (c *account) timer(a *one) bool {
	due := func(t time.Time) bool { return !t.IsZero() && !c.now.Before(t) }
	switch {
	case a.state == "confirming" && due(a.lapses):
		c.step(a, "gone", "dropped")
	case due(a.lapses):
		c.step(a, "lapsed", "lapsed")
	case a.state == "review" && !a.late && due(promised(a.since, 40-a.spent)):
		a.late = true
		c.counts["late"]++
	case a.state == "notice" && due(a.notice):
		c.revoke(a)
	case a.state == "active" && due(a.until):
		c.step(a, "expired", "expired")
		a.wanted = false
	case a.state == "active" && !a.invited && due(a.until.AddDate(0, 0, -30)):
		a.invited = true
		c.counts["invited"]++
	default:
		return false
	}
	return true
}

// works reports whether the hour that begins then is one of work: Monday to Friday, 9 to 17.
func works(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Hour() >= 9 && t.Hour() < 17
}

func workHours(from, to time.Time) (n int) {
	for t := from; t.Before(to); t = t.Add(time.Hour) {
		if works(t) {
			n++
		}
	}
	return n
}

// promised is when so many working hours have passed.
func promised(from time.Time, hours int) time.Time {
	t := from
	for ; hours > 0; t = t.Add(time.Hour) {
		if works(t) {
			hours--
		}
	}
	return t
}
