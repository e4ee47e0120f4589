package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/program"
)

// programsText is a program that listed addresses are approved for, with a code each.
const programsText = `kind: pool
name: bench-codes
title: Bench codes
---
kind: program
name: bench
title: Bench
team: programs
verify:
  checks:
    - { name: listed, title: A listed address, kind: domains, list: own, domains: [listed.example] }
    - { name: document, title: A document, kind: document }
benefits: [{ name: licence, title: A licence, kind: code, pool: bench-codes }]
decision: { calendar: office-hours, approve_when: application.verified }
life: { months: 12 }
`

// programs measures applications: from the form over HTTP, through the rules to a decision, codes drawn by many at once, and the
// queue among as many applications as the instance gets tickets.
func programs(ctx context.Context, s settings, e *engine, r *report) error {
	size, codes, decided := s.sizes[len(s.sizes)-1], 10_000, 1000
	if s.each < 5*time.Second {
		codes, decided = 1000, 200
	}
	if err := e.ready(ctx); err != nil {
		return err
	}
	e.stop()
	o := db.Options{Dir: e.folder}
	if e.cluster != nil {
		o = db.Options{URL: e.cluster.url("steward")}
	}
	a, err := app.New(ctx, app.Options{DB: o, CatchMail: true, BaseURL: "http://localhost"})
	if err != nil {
		return err
	}
	defer a.Close()
	docs, findings := blueprint.ParseFile("bench.yaml", programsText)
	if _, _, err := a.Apply(ctx, a.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder"}); err != nil {
		return err
	}
	first, err := decisions(ctx, a, e, r, decided)
	if err != nil {
		return err
	}
	if err := drawCodes(ctx, a, e, r, first, codes); err != nil {
		return err
	}
	if err := copyApplications(ctx, a, first, codes+1, size, manyStates); err != nil {
		return err
	}
	if err := a.Close(); err != nil {
		return err
	}
	if e.cluster != nil { // as the database does by itself in time
		d, err := e.open()
		if err != nil {
			return err
		}
		if _, err = d.ExecContext(ctx, `VACUUM ANALYZE application`); err != nil {
			return err
		}
		d.Close()
	}
	if err := e.ready(ctx); err != nil {
		return err
	}
	if err := queuePages(ctx, s, e, r, size); err != nil {
		return err
	}
	return intake(ctx, s, e, r)
}

// decisions sends applications at 25 a second while everything runs as it does in a server, and measures how long each
// takes from its sending to the decision of the rules. It returns one that is approved. One reader looks for all of them
// which are decided: a look for each, over and over, took most of a busy machine, and the more the slower it was.
func decisions(ctx context.Context, a *app.App, e *engine, r *report, many int) (int64, error) {
	running, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() { a.Run(running); close(stopped) }()
	defer func() { stop(); <-stopped }()
	e.quiet(ctx)
	ids, sent := make([]int64, many), make([]time.Time, many)
	p := a.Programs.Config().Named("bench")
	var all sync.WaitGroup
	errs := make([]error, many)
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	open := &waiting{at: map[int64]time.Time{}}
	sending := make(chan struct{})
	watched := make(chan error, 1)
	go func() { watched <- open.watch(ctx, a.DB, sending) }()
	for i := range many {
		<-tick.C
		all.Go(func() {
			in := program.Sent{Nonce: fmt.Sprint("decide", i), Name: "Bench", Email: fmt.Sprintf("d%d@listed.example", i), Organization: fmt.Sprint("Decide ", i), Filled: a.Programs.Fill(lang.English, p, &program.Application{}, nil)}
			sent[i] = time.Now()
			errs[i] = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				one, err := a.Programs.Send(ctx, tx, p, 0, in, true)
				if err == nil {
					ids[i] = one.ID
				}
				return err
			})
			if errs[i] == nil {
				open.mu.Lock()
				open.at[ids[i]] = sent[i]
				open.mu.Unlock()
			}
		})
	}
	all.Wait()
	close(sending)
	if err := errors.Join(append(errs, <-watched)...); err != nil {
		return 0, err
	}
	slices.Sort(open.took)
	at := func(share float64) float64 {
		return float64(open.took[int(share*float64(many-1))].Microseconds()) / 1000
	}
	r.add(e, "application, sent to decided by the rules: p50", at(.5), " ms", target{}, "")
	r.add(e, "application, sent to decided by the rules: p99", at(.99), " ms", target{max: 2000}, "")
	r.add(e, "application, sent to decided by the rules: the slowest", at(1), " ms", target{}, "")
	return ids[0], nil
}

// waiting are applications that are not decided yet, with when each was sent.
type waiting struct {
	mu   sync.Mutex
	at   map[int64]time.Time
	took []time.Duration
}

// watch looks every ten milliseconds which are decided, until none is left after the last was sent.
func (w *waiting) watch(ctx context.Context, d *db.DB, sending <-chan struct{}) error {
	for begun, last := time.Now(), false; time.Since(begun) < 5*time.Minute; time.Sleep(10 * time.Millisecond) {
		w.mu.Lock()
		var ids []any
		for id := range w.at {
			ids = append(ids, id)
		}
		w.mu.Unlock()
		if len(ids) == 0 {
			if last {
				return nil
			}
			select {
			case <-sending:
				last = true
			default:
			}
			continue
		}
		where := &db.Where{}
		where.And("state = 'approved'")
		where.In("id", ids)
		err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM application WHERE `+where.SQL(), where.Args()...)
			done, err := db.Collect(rows, err, func(s db.Scanner) (id int64, err error) { return id, s.Scan(&id) })
			w.mu.Lock()
			for _, id := range done {
				w.took = append(w.took, time.Since(w.at[id]))
				delete(w.at, id)
			}
			w.mu.Unlock()
			return err
		})
		if err != nil {
			return err
		}
	}
	return errors.New("applications are not decided after five minutes")
}

// approved is what copies of an application are that can be claimed; manyStates are the states of many, a tenth of them in the queue.
const (
	approved   = `'approved'`
	manyStates = `CASE WHEN n.i % 100 < 10 THEN 'review' WHEN n.i % 100 < 12 THEN 'asked' WHEN n.i % 100 < 60 THEN 'active' WHEN n.i % 100 < 90 THEN 'expired' WHEN n.i % 10000 = 99 THEN 'revoked' ELSE 'rejected' END`
)

// copyApplications copies an application for other people, numbered from to to.
func copyApplications(ctx context.Context, a *app.App, first int64, from, to int, state string) error {
	own := map[string]string{"state": state, "open": `(` + state + `) IN ('review', 'asked', 'approved')`, "nonce": `'copy' || n.i`, "email": `'p' || n.i || '@copy.example'`,
		"person_key": `'p' || n.i || '@copy.example'`, "org_key": `'copy' || n.i`, "organization": `'Copy ' || n.i`, "ticket_id": `NULL`, "held": `n.i % 1000 = 0`,
		"place": `CASE WHEN n.i % 20 = 0 THEN 0 ELSE 4503599627370496 END + created + n.i * 1000`, "promised": `created + n.i * 1000`, "term_until": `created + n.i * 1000000`}
	columns := strings.Fields(`program_id program_version state open nonce link email name organization website person_id organization_id person_key org_key attributes assignee_id team_id
		ticket_id renewal_of held hold touched dialogue place promised spent running_since due question reasons reason submitted_at confirmed_at decided_at decided_by term_from term_until life created updated version`)
	values := make([]string, len(columns))
	for i, c := range columns {
		if values[i] = own[c]; values[i] == "" {
			values[i] = c
		}
	}
	query := `WITH RECURSIVE n (i) AS (SELECT CAST($2 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $3)
		INSERT INTO application (` + strings.Join(columns, ", ") + `) SELECT ` + strings.Join(values, ", ") + ` FROM application CROSS JOIN n WHERE id = $1`
	for ; from <= to; from += 20_000 {
		err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, query, first, from, min(from+19_999, to))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// drawCodes lets 32 clients claim what many were approved for, a code each.
func drawCodes(ctx context.Context, a *app.App, e *engine, r *report, first int64, many int) error {
	if err := copyApplications(ctx, a, first, 1, many, approved); err != nil {
		return err
	}
	all := make([]string, many)
	for i := range all {
		all[i] = fmt.Sprintf("BENCH-%06d", i)
	}
	var ids []int64
	err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := a.Programs.ImportCodes(ctx, tx, a.Root(), "bench-codes", all); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT id FROM application WHERE state = 'approved' AND email LIKE '%@copy.example'`)
		ids, err = db.Collect(rows, err, func(s db.Scanner) (id int64, err error) { return id, s.Scan(&id) })
		return err
	})
	if err != nil {
		return err
	}
	e.quiet(ctx)
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, 32)
	begun := time.Now()
	for c := range errs {
		wg.Go(func() {
			for n := next.Add(1) - 1; int(n) < len(ids) && errs[c] == nil; n = next.Add(1) - 1 {
				errs[c] = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
					one, _, err := a.Programs.Get(ctx, tx, a.Root(), ids[n])
					if err != nil {
						return err
					}
					return a.Programs.Claim(ctx, tx, one, 0)
				})
			}
		})
	}
	wg.Wait()
	took := time.Since(begun)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var grants, got int
	err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*), count(DISTINCT grant_id) FROM benefit_code WHERE state = 'dispatched'`).Scan(&got, &grants)
	})
	if err == nil && (got != many || grants != many) {
		err = fmt.Errorf("%d codes went to %d members of %d", got, grants, many)
	}
	r.add(e, "claims by 32 clients, a code each of "+number(float64(many)), float64(many)/took.Seconds(), "/s", target{}, "")
	return err
}

// queuePages measures the first page of the queue, one far behind, and lists of few among many.
func queuePages(ctx context.Context, s settings, e *engine, r *report, size int) error {
	far := db.Cursor(4503599627370496+time.Now().UnixMicro()+int64(size)*900, 1)
	of := ", among " + number(float64(size))
	for _, page := range []struct{ name, path string }{
		{"queue of applications, first 50" + of, "/applications?queue=true"},
		{"queue of one program, first 50" + of, "/applications?queue=true&program=bench"},
		{"queue of applications, far behind" + of, "/applications?queue=true&cursor=" + far},
		{"applications asked" + of, "/applications?state=asked,verifying"},
		{"applications revoked" + of, "/applications?state=revoked"},
		{"members" + of, "/applications?state=active,notice,approved"},
		{"applications on hold" + of, "/applications?held=true"},
		{"programs, with what waits" + of, "/programs"},
	} {
		one := func(c *client, _ int64) error {
			_, err := c.do("GET", page.path, "", http.StatusOK)
			return err
		}
		if _, err := load(ctx, e, 1, 500*time.Millisecond, one); err != nil { // warm
			return err
		}
		res, err := load(ctx, e, 1, s.each/4, one)
		if err != nil {
			return fmt.Errorf("%s: %w", page.path, err)
		}
		r.add(e, page.name+": p50", res.at(.5), " ms", target{}, "")
		r.add(e, page.name+": p99", res.at(.99), " ms", target{max: 50}, "")
	}
	return nil
}

var stampText = regexp.MustCompile(`name="stamp" value="([^"]+)"`)

// intake sends forms as browsers do, from many networks. What is measured is the form alone; each is durable when it is
// answered, with the mail that asks its sender to confirm.
func intake(ctx context.Context, s settings, e *engine, r *report) error {
	many := int(400 * s.each.Seconds())
	site := "http://" + e.server.http + "/portal/programs/bench/apply"
	browser := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	ask := func(n int, form url.Values) (string, error) {
		method, body := http.MethodGet, io.Reader(nil)
		if form != nil {
			method, body = http.MethodPost, strings.NewReader(form.Encode())
		}
		req, err := http.NewRequestWithContext(ctx, method, site, body)
		if err != nil {
			return "", err
		}
		req.Header.Set("X-Forwarded-For", fmt.Sprintf("%d.%d.%d.7", 60+n>>16, n>>8&255, n&255))
		if form != nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		res, err := browser.Do(req)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err == nil && res.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %d: %s", res.StatusCode, page)
		}
		return string(page), err
	}
	stamps := make([]string, many)
	times, err := byMany(32, many, func(n int) error {
		page, err := ask(n, nil)
		if m := stampText.FindStringSubmatch(page); m != nil {
			stamps[n] = m[1]
		} else if err == nil {
			err = errors.New("the page has no form")
		}
		return err
	})
	if err != nil {
		return err
	}
	time.Sleep(3 * time.Second) // faster than anybody fills it in is asked about again
	e.quiet(ctx)
	begun := time.Now()
	times, err = byMany(32, many, func(n int) error {
		page, err := ask(n, url.Values{"stamp": {stamps[n]}, "name": {"Bench"}, "email": {fmt.Sprintf("i%d@people.example", n)}, "organization": {fmt.Sprint("Intake ", n)}, "send": {"1"}})
		if err == nil && !strings.Contains(page, "confirm your address") {
			err = errors.New("it was not taken: " + page)
		}
		return err
	})
	if err != nil {
		return err
	}
	took := time.Since(begun)
	slices.Sort(times)
	r.add(e, "applications taken in, 32 clients", float64(many)/took.Seconds(), "/s", target{min: 300}, "")
	r.add(e, "applications taken in: p99", float64(times[len(times)*99/100].Microseconds())/1000, " ms", target{}, "")
	return nil
}

// byMany does something many times by so many clients at once, and returns how long each took.
func byMany(clients, many int, do func(n int) error) ([]time.Duration, error) {
	times, errs := make([]time.Duration, many), make([]error, clients)
	var next atomic.Int64
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < many && errs[c] == nil; n = int(next.Add(1)) - 1 {
				begun := time.Now()
				errs[c] = do(n)
				times[n] = time.Since(begun)
			}
		})
	}
	wg.Wait()
	return times, errors.Join(errs...)
}
