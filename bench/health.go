package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/replay"
)

// healthWeeks is how long a year is.
const healthWeeks = 52

// execer is what statements are given to.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// healthCard has fifteen measures: seven of usage, two that people judge, three of tickets, two of
// contact and one of the account itself.
func healthCard(green float64) string {
	var b strings.Builder
	b.WriteString("kind: scorecard\nname: bench\ntitle: Bench\nrank: -1\nbands: [{ colour: red, when: value < 50 }, { colour: yellow, when: value >= 50 && value < 75 }, { colour: green, when: value >= 75 }]\ngroups:\n  - name: all\n    weight: 100\n    measures:\n")
	weight := 7
	for n, m := range []string{"usage.licence_utilisation", "usage.engagement", "usage.git_adoption", "usage.builds_per_user", "usage.bench_active", "usage.bench_git", "usage.bench_builds", "desk.opened_30d", "desk.open_urgent", "desk.open"} {
		if n == 9 {
			weight = 2
		}
		fmt.Fprintf(&b, "      - { name: m%d, title: Measure %d, measure: %s, weight: %d, bands: [{ colour: green, when: value >= %g }, { colour: red, when: value < %g }] }\n", n, n, m, weight, green, green)
	}
	for n, m := range []string{"success.since_contact", "success.since_review"} {
		fmt.Fprintf(&b, "      - { name: t%d, title: Time %d, measure: %s, weight: 7, bands: [{ colour: green, when: value <= 35 }, { colour: yellow, when: value > 35 && value <= 60 }, { colour: red, when: value > 60 }] }\n", n, n, m)
	}
	b.WriteString("      - { name: sentiment, title: Sentiment, measure: manual.sentiment, weight: 7, bands: [{ colour: green, when: 'value == \"green\"' }, { colour: yellow, when: 'value == \"yellow\"' }, { colour: red, when: 'value == \"red\"' }] }\n")
	b.WriteString("      - { name: plan, title: Plan, measure: manual.success_plan, weight: 7, bands: [{ colour: green, when: 'value == \"running\"' }, { colour: yellow, when: 'value == \"draft\"' }, { colour: red, when: 'value in [\"no_objectives\", \"none\"]' }] }\n")
	b.WriteString("      - { name: stage, title: Stage, value: account.stage, weight: 7, bands: [{ colour: green, when: 'value in [\"adoption\", \"growth\"]' }, { colour: yellow, when: 'value in [\"onboarding\", \"implementation\"]' }, { colour: red, when: 'value in [\"will_churn\", \"churned\"]' }] }\n")
	for name, formula := range map[string]string{"bench-active": "usage.active_users_28d / usage.licensed_users", "bench-git": "usage.git_users / usage.licensed_users", "bench-builds": "usage.builds / usage.licensed_users"} {
		fmt.Fprintf(&b, "---\nkind: usage_measure\nname: %s\ntitle: %s\nformula: %s\ntype: number\n", name, name, formula)
	}
	return b.String()
}

// healths measures scoring, usage, the portfolio, explanations and replays of scorecards.
func healths(ctx context.Context, s settings, e *engine, r *report) error {
	many, replayed := s.accounts, max(s.accounts/10, 1)
	if err := e.ready(ctx); err != nil {
		return err
	}
	time.Sleep(2 * time.Second) // the followers begin before there is much to read
	e.stop()
	if err := e.inside(ctx, func(a *app.App) error { return applyText(ctx, a, healthCard(0.4)) }); err != nil {
		return err
	}
	begun := time.Now()
	if err := e.fillAccounts(ctx, 1, replayed, healthWeeks); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "  filled %s accounts with a year in %s\n", number(float64(replayed)), time.Since(begun).Round(time.Second))
	if err := e.inside(ctx, func(a *app.App) error { return healthPlan(ctx, e, a, r, replayed) }); err != nil {
		return err
	}
	if err := e.fillAccounts(ctx, replayed+1, many, 4); err != nil {
		return err
	}
	if err := e.inside(ctx, func(a *app.App) error { return scoring(ctx, e, a, r, many) }); err != nil {
		return err
	}
	if err := e.ready(ctx); err != nil {
		return err
	}
	if err := e.healthPages(ctx, s, r, many, replayed); err != nil {
		return err
	}
	if err := e.statementsTold(ctx, os.Stderr); err != nil {
		return err
	}
	return e.usageIntake(ctx, s, r, many)
}

// inside opens the instance in this process while no server runs.
func (e *engine) inside(ctx context.Context, do func(a *app.App) error) error {
	o := db.Options{Dir: e.folder}
	if e.cluster != nil {
		o = db.Options{URL: e.cluster.url("steward")}
	}
	a, err := app.New(ctx, app.Options{DB: o})
	if err != nil {
		return err
	}
	defer a.Close()
	return do(a)
}

func applyText(ctx context.Context, a *app.App, text string) error {
	docs, findings := blueprint.ParseFile("bench.yaml", text)
	plan, _, err := a.Apply(ctx, a.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder"})
	if err != nil {
		return fmt.Errorf("%w: %v", err, plan)
	}
	return nil
}

// healthPlan replays a year of accounts through another scorecard and another call to action.
func healthPlan(ctx context.Context, e *engine, a *app.App, r *report, replayed int) error {
	rule := "---\nkind: cta_rule\nname: bench\ntitle: Bench\nwhen: measure.usage.engagement < 0.3\ntype: risk\n"
	docs, findings := blueprint.ParseFile("bench.yaml", healthCard(0.5)+rule)
	until := time.Now()
	return e.timed(r, fmt.Sprintf("plan over 52 weeks of %s accounts", number(float64(replayed))), 60, func() error {
		out, err := a.Replay.Run(ctx, a.Root(), replay.Proposal{Documents: docs, Parsed: findings, Since: until.AddDate(-1, 0, 0), Until: until}, func(int64, int64) {})
		if err == nil && (len(out.Sections) != 1 || out.Sections[0].Replayed != int64(replayed) || out.Sections[0].Different == 0) {
			err = fmt.Errorf("the replay is not one of %d accounts: %+v", replayed, out.Sections)
		}
		return err
	})
}

// timed measures how long something takes that runs in this process, and the processor time that it
// and the database spend: a busy machine stretches the first.
func (e *engine) timed(r *report, name string, most float64, do func() error) error {
	own, data, begun := ownTime(), e.databaseTime(), time.Now()
	if err := do(); err != nil {
		return err
	}
	r.add(e, name, time.Since(begun).Seconds(), " s", target{max: most}, "")
	r.add(e, name+": processor time, database included", (ownTime() - own + e.databaseTime() - data).Seconds(), " s", target{}, "")
	return nil
}

// scoring scores every account anew, then some one by one as the runner does after an event.
func scoring(ctx context.Context, e *engine, a *app.App, r *report, many int) error {
	by := a.Root()
	err := e.timed(r, "score of "+number(float64(many))+" accounts, 15 measures, from scratch", 30, func() error {
		err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := a.Success.Rescore(ctx, tx, by)
			return err
		})
		if err != nil {
			return err
		}
		return a.Success.ScoreEvery(ctx, func(int64, int64) {})
	})
	if err != nil {
		return err
	}
	var scored int
	if err := a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM account WHERE score IS NOT NULL`).Scan(&scored)
	}); err != nil {
		return err
	}
	if scored < many {
		return fmt.Errorf("%d of %d accounts have a score", scored, many)
	}
	var times []time.Duration
	var spent time.Duration
	for n := range 300 {
		id := int64(healthBase + 1 + n*7%many)
		err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE measure_now SET amount = amount + 1 WHERE subject_id = $1 AND measure_id = (SELECT max(id) FROM measure_name WHERE name = 'desk.open_urgent')`, id)
			return err
		})
		if err != nil {
			return err
		}
		own, data, at := ownTime(), e.databaseTime(), time.Now()
		if err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := a.Success.Score(ctx, tx, by, []int64{id})
			return err
		}); err != nil {
			return err
		}
		times = append(times, time.Since(at))
		spent += ownTime() - own + e.databaseTime() - data
	}
	slices.Sort(times)
	r.add(e, "score of one account again, committed: p50", float64(times[len(times)/2].Microseconds())/1000, " ms", target{max: 5}, "")
	r.add(e, "score of one account again: processor time, database included", float64(spent.Microseconds())/1000/float64(len(times)), " ms", target{}, "")
	r.add(e, "score of one account again, committed: p99", float64(times[len(times)*99/100].Microseconds())/1000, " ms", target{}, "")
	return nil
}

// healthPages measures the portfolio and explanations over HTTP.
func (e *engine) healthPages(ctx context.Context, s settings, r *report, many, replayed int) error {
	now := time.Now().UTC()
	portfolio := func(c *client, n int64) error {
		sort := []string{"revenue", "renewal", "score", "changed"}[n%4]
		_, err := c.do("GET", "/accounts?limit=50&sort="+sort, "", 200)
		return err
	}
	mine := func(c *client, n int64) error {
		_, err := c.do("GET", "/accounts?limit=50&csm=me&band=yellow&sort="+[]string{"revenue", "score"}[n%2], "", 200)
		return err
	}
	sums := func(c *client, _ int64) error {
		_, err := c.do("GET", "/accounts/sums", "", 200)
		return err
	}
	figures := func(c *client, n int64) error {
		asked := []string{"by=segment&figure=sum&value=revenue", "by=csm", "by=stage&figure=mean&value=score", "by=revenue&edges=10000,100000&filter=" + url.QueryEscape(`account.coverage == "P1" && account.score < 60.0`)}
		_, err := c.do("GET", "/accounts/report?"+asked[n%4], "", 200)
		return err
	}
	explain := func(c *client, n int64) error {
		from := now.AddDate(0, 0, -int(20+n*37%340))
		to := from.AddDate(0, 0, int(1+n*13%19))
		_, err := c.do("GET", fmt.Sprintf("/accounts/%d/health/explain?from=%s&to=%s", healthBase+1+int(n*31)%replayed, from.Format(time.RFC3339), to.Format(time.RFC3339)), "", 200)
		return err
	}
	of := " of " + number(float64(many)) + " accounts"
	for _, m := range []struct {
		name string
		one  func(c *client, n int64) error
		p99  float64
	}{{"portfolio" + of + ", first page", portfolio, 50}, {"one's own red and yellow" + of, mine, 50}, {"portfolio" + of + " by segment and colour", sums, 0}, {"report" + of + ", grouped", figures, 300}, {"why a score changed between two days of a year", explain, 50}} {
		if _, err := load(ctx, e, 1, time.Second, m.one); err != nil { // warm
			return err
		}
		res, err := load(ctx, e, 1, s.each/2, m.one)
		if err != nil {
			return err
		}
		r.add(e, m.name+": p50", res.at(.5), " ms", target{}, "")
		r.add(e, m.name+": p99", res.at(.99), " ms", target{max: m.p99}, "")
		r.add(e, m.name+": processor, database included", res.each(res.server+res.data), " ms", target{}, "")
	}
	return nil
}

// usageIntake sends batches of 10,000 points of a thousand accounts each, from two clients at once.
func (e *engine) usageIntake(ctx context.Context, s settings, r *report, many int) error {
	var n, stored atomic.Int64
	var all sync.WaitGroup
	bodies := make([]string, 64) // made before the clock starts
	metrics := []string{"licensed_users", "billable_users", "active_users_28d", "git_users", "builds"}
	now := time.Now().UTC().Add(-time.Hour)
	for k := range bodies {
		var b strings.Builder
		for p := range 10_000 {
			fmt.Fprintf(&b, `{"organization":%d,"instance":"production","metric":"%s","time":"%s","value":%d}`+"\n", healthBase+1+(k*1000+p%1000)%many, metrics[p/1000%5], now.Add(time.Duration(k*2+p/5000)*time.Second).Format(time.RFC3339), 10+p%90)
		}
		bodies[k] = b.String()
	}
	e.quiet(ctx)
	ends := time.Now().Add(s.each)
	errs := make(chan error, 2)
	begun, server, data := time.Now(), e.serverTime(), e.databaseTime()
	for range 2 {
		all.Go(func() {
			c, err := dial(e.server.http, e.token)
			for err == nil && time.Now().Before(ends) {
				k := int(n.Add(1)) - 1
				if k >= len(bodies) {
					break
				}
				if _, err = c.do("POST", "/usage?source=bench", bodies[k], 200); err == nil {
					stored.Add(10_000)
				}
			}
			errs <- err
		})
	}
	all.Wait()
	took := time.Since(begun).Seconds()
	server, data = e.serverTime()-server, e.databaseTime()-data
	for range 2 {
		if err := <-errs; err != nil {
			return err
		}
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(stored.Load()) }
	r.add(e, "points of usage a second, durable", float64(stored.Load())/took, "", target{min: 50_000}, "")
	r.add(e, "… processor of a point, followers scoring meanwhile: server", each(server), " µs", target{}, "")
	if e.cluster != nil {
		r.add(e, "… processor of a point, followers scoring meanwhile: database", each(data), " µs", target{}, "")
	}
	return nil
}
