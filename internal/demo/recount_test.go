package demo

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/insight"
	"steward/internal/ledger"
)

// recount works a shipped indicator out again, in SQL over the records and the ledger as they
// stand. A query yields one row: what is above the line and what is below. $1 and $2 are the
// period in microseconds. history is every state of every ticket with when it began and ended, said
// the events that said so.
type recount struct {
	name  string
	query string
	scale float64 // of the fraction; 0: 1
}

const (
	percents = 100
	hours    = 1.0 / 3_600_000_000
	days     = hours / 24
	minutes  = hours * 60
)

// middle is the p-th percentile of v among the rows of a query, in proportion between two of them.
func middle(of, p string) string {
	return `SELECT sum(v * (1 - abs(` + p + ` * n - i))) AS above, 1 AS below FROM (SELECT v, row_number() OVER (ORDER BY v) - 1 AS i, count(*) OVER () - 1 AS n FROM (` + of + `) a) b WHERE abs(` + p + ` * n - i) < 1`
}

const (
	live     = `t.deleted_at IS NULL`
	solvedIn = ` FROM ticket t WHERE ` + live + ` AND t.done = TRUE AND t.merged_into IS NULL AND t.solved_at >= $1 AND t.solved_at < $2`
	decided  = ` FROM clock c JOIN ticket t ON t.id = c.ticket_id WHERE ` + live + ` AND c.state <> 'cancelled' AND COALESCE(c.breached_at, c.ended) >= $1 AND COALESCE(c.breached_at, c.ended) < $2`
	// spent is the time that each ticket solved in the period was in some states.
	spent    = `SELECT t.id, t.solved_at - t.created AS whole, (SELECT COALESCE(sum(h.ended - h.began), 0) FROM history h WHERE h.ticket = t.id AND h.ended IS NOT NULL AND h.state IN (STATES)) AS v` + solvedIn
	standing = ` FROM history h JOIN ticket t ON t.id = h.ticket WHERE ` + live + ` AND h.state NOT IN ('solved', 'closed') AND h.began < $2 AND (h.ended IS NULL OR h.ended >= $2) AND CAST($1 AS BIGINT) > 0`
)

func in(states string) string { return strings.Replace(spent, "STATES", states, 1) }

const (
	openedIn = ` FROM ticket t WHERE ` + live + ` AND t.created >= $1 AND t.created < $2 AND (SELECT count(*) FROM said s WHERE s.ticket = t.id AND s.by_person = 1)`
	wasDone  = ` AND EXISTS (SELECT 1 FROM history h WHERE h.ticket = t.id AND h.state IN ('solved', 'closed'))`
	cameBack = `EXISTS (SELECT 1 FROM history a JOIN history b ON b.ticket = a.ticket AND b.pos = a.next_pos WHERE a.ticket = t.id AND a.state IN ('solved', 'closed') AND b.state NOT IN ('solved', 'closed'))`
)

// decidedIn are the applications decided in the period, and endedIn the memberships whose term ended in it.
const (
	decidedIn = ` FROM application a WHERE a.decided_at >= $1 AND a.decided_at < $2`
	endedIn   = ` FROM application a WHERE a.term_until >= $1 AND a.term_until < $2`
	seatsOf   = `COALESCE((SELECT sum(n) FROM (SELECT max(g.seats) AS n FROM application_grant g JOIN application a ON a.id = g.application_id JOIN events e ON e.subject_kind = 'application' AND e.subject_id = a.id AND e.verb = 'application.claimed' WHERE e.at >= $1 AND e.at < $2 GROUP BY a.id) AS x), 0)`
)

var recounts = []recount{
	{"time-to-approve", middle(`SELECT a.spent AS v`+decidedIn+` AND a.state NOT IN ('rejected', 'review')`, "0.5"), hours},
	{"decided-without-anybody", `SELECT sum(CASE WHEN a.decided_by IS NULL AND a.touched = FALSE THEN 1 ELSE 0 END), count(*)` + decidedIn, percents},
	{"program-impressions", `SELECT COALESCE(sum(v.shown), 0), 1 FROM program_view v WHERE v.day * 86400000000 + 86399000000 >= $1 AND v.day * 86400000000 + 86399000000 < $2`, 0},
	{"member-satisfaction", `SELECT sum(CASE WHEN o.score >= 5 THEN 1 ELSE 0 END), count(*) FROM survey_offer o JOIN application_tied x ON x.ticket_id = o.ticket_id WHERE o.answered_at >= $1 AND o.answered_at < $2 AND o.score <> 4`, percents},
	{"renewal-rate", `SELECT sum(CASE WHEN a.state = 'renewed' THEN 1 ELSE 0 END), count(*)` + endedIn, percents},
	{"members", `SELECT count(*), 1 FROM application a JOIN events e ON e.subject_kind = 'application' AND e.subject_id = a.id AND e.verb = 'application.claimed' WHERE e.at < $2 AND CAST($1 AS BIGINT) > 0
		AND NOT EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = 'application' AND x.subject_id = a.id AND x.verb IN ('application.renewed', 'application.revoked', 'application.expired') AND x.at < $2)`, 0},
	{"active-seats", `SELECT ` + seatsOf + `, 1`, 0},
	{"applications-solved", `SELECT count(*), count(DISTINCT a.decided_by)` + decidedIn + ` AND a.decided_by IS NOT NULL`, 0},
	{"opened-answered", `SELECT count(*), 1` + openedIn + ` > 0`, 0},
	{"opened-solved", `SELECT count(*), 1` + openedIn + ` > 0` + wasDone, 0},
	{"opened-one-touch", `SELECT count(*), 1` + openedIn + ` = 1` + wasDone + ` AND NOT ` + cameBack, 0},
	{"satisfaction", `SELECT sum(CASE WHEN score >= 5 THEN 1 ELSE 0 END), count(*) FROM survey_offer WHERE answered_at >= $1 AND answered_at < $2 AND score <> 4`, percents},
	{"effort", `SELECT sum(score), count(*) FROM survey_offer WHERE answered_at >= $1 AND answered_at < $2`, 0},
	{"survey-response", `SELECT sum(CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END), count(*) FROM survey_offer WHERE offered_at >= $1 AND offered_at < $2`, percents},
	{"service-level", `SELECT sum(CASE WHEN c.breached_at IS NULL THEN 1 ELSE 0 END), count(*)` + decided, percents},
	{"first-reply-kept", `SELECT sum(CASE WHEN c.breached_at IS NULL THEN 1 ELSE 0 END), count(*)` + decided + ` AND c.metric = 'first_reply'`, percents},
	{"customer-wait", `SELECT (SELECT above FROM (` + middle(in(`'new', 'open'`), "0.5") + `) AS x), (SELECT above FROM (` + middle(`SELECT whole AS v FROM (`+in(`'new'`)+`) w`, "0.5") + `) AS y)`, percents},
	{"first-reply-time", middle(`SELECT f.at - t.created AS v FROM ticket t JOIN (SELECT ticket, min(at) AS at FROM said WHERE by_person = 1 GROUP BY ticket) f ON f.ticket = t.id
		WHERE `+live+` AND f.at >= $1 AND f.at < $2`, "0.5"), hours},
	{"resolution-time", middle(`SELECT t.solved_at - t.created AS v`+solvedIn, "0.5"), hours},
	{"answered-with-docs", `SELECT sum(CASE WHEN docs > 0 THEN 1 ELSE 0 END), count(*) FROM said s WHERE automatic = 0 AND at >= $1 AND at < $2
		AND NOT EXISTS (SELECT 1 FROM said x WHERE x.ticket = s.ticket AND x.pos > s.pos)`, percents},
	{"reopened", `SELECT sum(CASE WHEN EXISTS (SELECT 1 FROM history a JOIN history b ON b.ticket = a.ticket AND b.pos = a.next_pos
			WHERE a.ticket = f.ticket AND a.state IN ('solved', 'closed') AND b.state NOT IN ('solved', 'closed')) THEN 1 ELSE 0 END), count(*)
		FROM (SELECT ticket, min(began) AS at FROM history WHERE state IN ('solved', 'closed') GROUP BY ticket) f JOIN ticket t ON t.id = f.ticket
		WHERE ` + live + ` AND t.merged_into IS NULL AND f.at >= $1 AND f.at < $2`, percents},
	{"one-touch", `SELECT sum(CASE WHEN (SELECT count(*) FROM said s WHERE s.ticket = t.id AND s.by_person = 1) <= 1 AND NOT ` + cameBack + `
		THEN 1 ELSE 0 END), count(*)` + solvedIn, percents},
	{"opened", `SELECT count(*), 1 FROM ticket t WHERE ` + live + ` AND t.created >= $1 AND t.created < $2`, 0},
	{"solved", `SELECT count(*), 1` + solvedIn, 0},
	{"backlog", `SELECT count(*), 1` + standing, 0},
	{"time-new", `SELECT sum(v), count(*) FROM (` + in(`'new'`) + `) x`, hours},
	{"time-open", `SELECT sum(v), count(*) FROM (` + in(`'open'`) + `) x`, hours},
	{"time-pending", `SELECT sum(v), count(*) FROM (` + in(`'pending'`) + `) x`, hours},
	{"time-on-hold", `SELECT sum(v), count(*) FROM (` + in(`'hold'`) + `) x`, hours},
	{"bounces", `SELECT sum(CASE WHEN EXISTS (SELECT 1 FROM mail_bounce b WHERE b.outbox_id = o.id AND b.kind <> 'delayed') THEN 1 ELSE 0 END), count(*)
		FROM outbox o WHERE o.ticket_id IS NOT NULL AND o.sent_at >= $1 AND o.sent_at < $2`, percents},
	{"mail-delay", middle(`SELECT o.sent_at - q.at AS v FROM outbox o JOIN queued q ON q.outbox = o.id WHERE o.ticket_id IS NOT NULL AND o.sent_at >= $1 AND o.sent_at < $2`, "0.95"), minutes},
}

// around gives a recount what it is worked out from: the states and messages that the ledger tells.
func around(e db.Engine, query string) string {
	data := func(path ...string) string {
		if e == db.SQLite {
			return `json_extract(e.data, '$.` + strings.ReplaceAll(strings.Join(path, "."), ".1", "[1]") + `')`
		}
		return `(e.data::json #>> '{` + strings.Join(path, ",") + `}')`
	}
	yes := func(s string) string {
		if e == db.SQLite {
			return `COALESCE(` + s + `, 0)`
		}
		return `(CASE WHEN ` + s + ` = 'true' THEN 1 ELSE 0 END)`
	}
	return `WITH states AS (SELECT e.subject_id AS ticket, o.pos, e.at, COALESCE(` + data("status") + `, ` + data("changes", "status", "1") + `) AS state
			FROM events e JOIN event_order o ON o.event_id = e.id WHERE e.subject_kind = 'ticket' AND e.verb IN ('ticket.created', 'ticket.changed')),
		history AS (SELECT ticket, pos, state, at AS began, lead(at) OVER (PARTITION BY ticket ORDER BY pos) AS ended, lead(pos) OVER (PARTITION BY ticket ORDER BY pos) AS next_pos
			FROM states WHERE state IS NOT NULL),
		said AS (SELECT ticket, pos, at, automatic, docs, CASE WHEN automatic = 0 AND channel <> 'rule' THEN 1 ELSE 0 END AS by_person FROM
			(SELECT e.subject_id AS ticket, o.pos, e.at, ` + yes(data("automatic")) + ` AS automatic, CAST(` + data("docs") + ` AS BIGINT) AS docs, COALESCE(` + data("channel") + `, '') AS channel
			FROM events e JOIN event_order o ON o.event_id = e.id WHERE e.subject_kind = 'ticket' AND e.verb = 'ticket.replied') m),
		queued AS (SELECT CAST(` + data("outbox") + ` AS BIGINT) AS outbox, e.at FROM events e WHERE e.verb = 'mail.queued'),
		result (above, below) AS (` + query + `) SELECT CAST(above AS DOUBLE PRECISION), CAST(below AS DOUBLE PRECISION) FROM result`
}

func TestAnIndependentRecountAgrees(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			v := volumes[Small]
			v.tickets, v.played = 400, 15
			d, err := Open(t.Context(), Options{DB: dbtest.Options(t, e), Size: Small, Seed: 4, Now: base, volume: &v})
			if err != nil {
				t.Fatal(err)
			}
			defer d.App.DB.Close()
			compareAll(t, d, "the generated company")
			spoil(t, d)
			compareAll(t, d, "a ledger with late, repeated and corrected events")
		})
	}
}

// compareAll recounts every shipped indicator over several periods.
func compareAll(t *testing.T, d *Demo, where string) {
	t.Helper()
	compared, with := 0, 0
	known := map[string]bool{"closed-per-agent": true, "cost-per-ticket": true, "backlog-age": true, "very-breached": true} // compared by others below
	for _, r := range recounts {
		known[r.name] = true
		for _, p := range periods {
			want := r.value(t, d, p[0], p[1])
			got := figure(t, d, r.name, p[0], p[1])
			compared++
			if got.Count > 0 {
				with++
			}
			if !agrees(got.Value, want) {
				t.Errorf("%s, %s from %s to %s: %s, the recount says %s", where, r.name, p[0].Format(time.DateOnly), p[1].Format(time.DateOnly), show(got.Value), show(want))
			}
		}
	}
	for _, p := range periods {
		compareMore(t, d, where, p[0], p[1])
	}
	for _, one := range all(t, d) {
		if !known[one.Name] {
			t.Errorf("nobody recounts %s", one.Name)
		}
	}
	if with < compared*2/3 {
		t.Errorf("only %d of %d figures had records", with, compared)
	}
}

var periods = [][2]time.Time{
	{base.AddDate(0, 0, -30).Truncate(24 * time.Hour), base.Truncate(24 * time.Hour)},
	{base.AddDate(0, -6, 0).Truncate(24 * time.Hour), base.AddDate(0, -3, 0).Truncate(24 * time.Hour)},
	{base.AddDate(-2, 0, 0).Truncate(24 * time.Hour), base.AddDate(0, 0, 1).Truncate(24 * time.Hour)},
}

func (r recount) value(t *testing.T, d *Demo, from, to time.Time) *float64 {
	t.Helper()
	var above, below sql.NullFloat64
	if err := d.App.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, around(tx.Engine(), r.query), db.Micros(from), db.Micros(to)).Scan(&above, &below)
	}); err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
	if !above.Valid || below.Float64 == 0 {
		return nil
	}
	v := above.Float64 / below.Float64
	if r.scale != 0 {
		v *= r.scale
	}
	return &v
}

func figure(t *testing.T, d *Demo, name string, from, to time.Time) insight.Figure {
	t.Helper()
	return filtered(t, d, name, "", from, to)
}

func filtered(t *testing.T, d *Demo, name, filter string, from, to time.Time) insight.Figure {
	t.Helper()
	var s insight.Series
	if err := d.App.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		s, err = d.App.Insight.Series(ctx, tx, d.App.Root(), insight.Ask{Name: name, Filter: filter, From: from, To: to, Zone: "UTC", AsOf: base})
		return err
	}); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s.Total
}

func all(t *testing.T, d *Demo) (out []insight.Summary) {
	t.Helper()
	if err := d.App.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		out, err = d.App.Insight.Summaries(ctx, tx, d.App.Root())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func agrees(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return math.Abs(*a-*b) <= 1e-4*max(1, math.Abs(*b))
}

func show(v *float64) string {
	if v == nil {
		return "nothing"
	}
	return fmt.Sprint(*v)
}

// compareMore recounts what takes a calendar: days are gone through one by one.
func compareMore(t *testing.T, d *Demo, where string, from, to time.Time) {
	t.Helper()
	number := func(what, from string, start, end int64) (n float64) {
		one := 0.0
		if err := d.App.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, around(tx.Engine(), `SELECT `+what+`, 1`+from), start, end).Scan(&n, &one)
		}); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return n
	}
	check := func(name string, want float64, some bool) {
		t.Helper()
		w := &want
		if !some {
			w = nil
		}
		if got := figure(t, d, name, from, to); !agrees(got.Value, w) {
			t.Errorf("%s, %s from %s to %s: %s, the recount says %s", where, name, from.Format(time.DateOnly), to.Format(time.DateOnly), show(got.Value), show(w))
		}
	}
	a, b := db.Micros(from), db.Micros(to)
	end := to
	if base.Before(end) {
		end = base
	}
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	working, cost := 0.0, 0.0
	for day := time.Date(from.In(pacific).Year(), from.In(pacific).Month(), from.In(pacific).Day(), 12, 0, 0, 0, pacific); ; day = day.AddDate(0, 0, 1) {
		open, close := openings(day)
		if !time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, pacific).Before(end) {
			break
		}
		if close.After(open) && close.After(from) {
			working++
		}
	}
	for day := from; day.Before(end); day = day.AddDate(0, 0, 1) {
		cost += 40000 / float64(time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day())
	}
	solved, people := number(`count(*)`, solvedIn+` AND t.assignee_id IS NOT NULL`, a, b), number(`count(DISTINCT t.assignee_id)`, solvedIn+` AND t.assignee_id IS NOT NULL`, a, b)
	check("closed-per-agent", solved/(working*people), people > 0)
	some := ` AND t.priority = 'high' AND t.assignee_id IS NOT NULL` // two dimensions at once
	for name, want := range map[string]*float64{
		"solved":          recount{query: `SELECT count(*), 1` + solvedIn + some}.value(t, d, from, to),
		"resolution-time": recount{query: middle(`SELECT t.solved_at - t.created AS v`+solvedIn+some, "0.5"), scale: hours}.value(t, d, from, to),
	} {
		if got := filtered(t, d, name, `ticket.priority == "high" && has(ticket.assignee)`, from, to); !agrees(got.Value, want) {
			t.Errorf("%s, %s filtered: %s, the recount says %s", where, name, show(got.Value), show(want))
		}
	}
	tickets := number(`count(*)`, solvedIn, a, b)
	check("cost-per-ticket", cost/tickets, tickets > 0)
	waiting := number(`count(*)`, standing, a, b)
	ages := number(`COALESCE(sum(`+fmt.Sprint(db.Micros(end))+` - t.created), 0)`, standing, a, b)
	check("backlog-age", ages/waiting*days, waiting > 0)
	late := 0.0
	if err := d.App.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT c.breached_at, c.ended FROM clock c JOIN ticket t ON t.id = c.ticket_id WHERE `+live+` AND c.metric = 'first_reply' AND c.state <> 'cancelled' AND c.breached_at IS NOT NULL`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var due int64
			var ended sql.NullInt64
			if err := rows.Scan(&due, &ended); err != nil {
				return err
			}
			very := overdue(db.Time(due).In(pacific), 48*time.Hour)
			if very.Before(to) && (!ended.Valid || db.Time(ended.Int64).After(very) && !db.Time(ended.Int64).Before(to)) {
				late++
			}
		}
		return rows.Err()
	}); err != nil {
		t.Fatal(err)
	}
	check("very-breached", late, true)
}

// openings are the working hours of a day of the calendar that follows the sun.
func openings(day time.Time) (open, close time.Time) {
	at := func(h int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), h, 0, 0, 0, day.Location())
	}
	switch day.Weekday() {
	case time.Saturday:
		return at(0), at(0)
	case time.Sunday:
		return at(15), at(24)
	case time.Friday:
		return at(0), at(17)
	default:
		return at(0), at(24)
	}
}

// overdue is when some working time has passed, day by day.
func overdue(from time.Time, left time.Duration) time.Time {
	for day := from; ; day = time.Date(day.Year(), day.Month(), day.Day()+1, 12, 0, 0, 0, day.Location()) {
		open, close := openings(day)
		if open.Before(from) {
			open = from
		}
		if !close.After(open) {
			continue
		}
		if has := close.Sub(open); has < left {
			left -= has
			continue
		}
		return open.Add(left)
	}
}

// spoil tells the ledger what a real one tells too: events that come late, twice, and that correct
// what was said before. The records are brought to say the same.
func spoil(t *testing.T, d *Demo) {
	t.Helper()
	by := act.Root()
	by.Clock = func() time.Time { return base }
	tell := func(ctx context.Context, tx db.Tx, verb string, ticket int64, at time.Time, data any) {
		if _, err := d.App.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "ticket", ID: ticket}, At: at, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.App.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, ticket_id, survey_id, answered_at FROM survey_offer WHERE answered_at IS NOT NULL ORDER BY id LIMIT 20`)
		offers, err := db.Collect(rows, err, func(r db.Scanner) (o [4]int64, err error) { return o, r.Scan(&o[0], &o[1], &o[2], &o[3]) })
		if err != nil {
			return err
		}
		for i, o := range offers {
			at, score := db.Time(o[3]), 1+i%7
			if i%2 == 0 { // told late: it was answered three weeks earlier
				at = at.AddDate(0, 0, -21)
			}
			data := map[string]any{"offer": o[0], "survey_id": o[2], "score": score, "corrects": true}
			tell(ctx, tx, "survey.answered", o[1], at, data)
			tell(ctx, tx, "survey.answered", o[1], at, data) // and once more
			if _, err := tx.Exec(ctx, `UPDATE survey_offer SET score = $1, answered_at = $2 WHERE id = $3`, score, db.Micros(at), o[0]); err != nil {
				return err
			}
		}
		rows, err = tx.Query(ctx, `SELECT id, solved_at FROM ticket WHERE status = 'solved' AND deleted_at IS NULL ORDER BY id LIMIT 12`)
		solved, err := db.Collect(rows, err, func(r db.Scanner) (o [2]int64, err error) { return o, r.Scan(&o[0], &o[1]) })
		if err != nil {
			return err
		}
		for i, o := range solved {
			again := db.Time(o[1]).Add(time.Minute)
			tell(ctx, tx, "ticket.changed", o[0], again, map[string]any{"changes": map[string]any{"status": []any{"solved", "open"}}})
			if i%3 == 0 {
				if _, err := tx.Exec(ctx, `UPDATE ticket SET status = 'open', done = FALSE, solved_at = NULL WHERE id = $1`, o[0]); err != nil {
					return err
				}
				continue
			}
			done := again.Add(time.Hour)
			tell(ctx, tx, "ticket.changed", o[0], done, map[string]any{"changes": map[string]any{"status": []any{"open", "solved"}}})
			if _, err := tx.Exec(ctx, `UPDATE ticket SET solved_at = $1 WHERE id = $2`, db.Micros(done), o[0]); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.follow(t.Context(), func(string, int, int) {}); err != nil {
		t.Fatal(err)
	}
}
