package demo

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/app"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/entitle"
)

// few is a company small enough to be played to the services.
var few = volume{tickets: 40, agents: 7, organizations: 9, people: 25}

// TestBulkEqualsServices tells stories to the bulk path and plays the same ones to the
// services, and compares every row of both databases.
func TestBulkEqualsServices(t *testing.T) {
	t.Parallel() // most of it waits for the disk
	seeds := uint64(1)
	if os.Getenv("STEWARD_LONG") != "" {
		seeds = 12
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			for seed := range seeds {
				told, _, _ := world(t, e, seed)
				if err := told.d.tell(t.Context(), told.teller(t), told.author, few.tickets, few.tickets, func(string, int, int) {}); err != nil {
					t.Fatal(err)
				}
				w := told.teller(t)
				for i := range few.tickets / 4 {
					s := untaken(told.author, i)
					if err := w.tell(t.Context(), &s); err != nil {
						t.Fatal(err)
					}
				}
				if err := told.d.App.DB.Write(t.Context(), w.rows.Take().Write); err != nil {
					t.Fatal(err)
				}
				if err := w.done(t.Context(), told.d.App); err != nil {
					t.Fatal(err)
				}
				played, clock, c := world(t, e, seed)
				p := &player{cast: c, app: played.d.App, clock: clock, now: base}
				for i := range few.tickets + few.tickets/4 {
					s := played.author.story(i % few.tickets)
					if i >= few.tickets {
						s = untaken(played.author, i%few.tickets)
					}
					if err := p.play(t.Context(), &s); err != nil {
						t.Fatal(err)
					}
				}
				for _, w := range []stage{told, played} {
					if err := w.d.follow(t.Context(), func(string, int, int) {}); err != nil {
						t.Fatal(err)
					}
					if r, err := w.d.App.Ledger.Verify(t.Context(), nil); err != nil || r.Tampered != 0 {
						t.Fatalf("the ledger does not verify: %+v %v", r, err)
					}
				}
				for _, q := range compared {
					services := rows(t, played.d.App.DB, q)
					if len(services) == 0 && seed == 0 { // other seeds may lack what is seldom
						t.Errorf("nothing to compare: %s", q)
					}
					same(t, q, services, rows(t, told.d.App.DB, q))
				}
			}
		})
	}
}

// untaken is a story of this hour that nobody has taken up yet.
func untaken(a *author, i int) story {
	s := a.story(i)
	s.opened, s.turns = base.Add(-time.Duration(50-i)*time.Minute), nil
	return s
}

// compared are the rows that must be equal, without what the bulk path leaves out (mail)
// and what is random (salts and what hangs on them). Event ids are compared as what they
// stand for; an offer's id skips a number where a second one was not made.
var compared = []string{
	`SELECT * FROM ticket ORDER BY id`,
	`SELECT * FROM ticket_tag ORDER BY tag, ticket_id`,
	`SELECT c.id, c.ticket_id, e.verb, e.at, e.subject_id, c.author_id, c.agent, c.public, c.channel, c.at, c.body_text, c.body_html, c.quoted_html, c.message_id
		FROM comment c JOIN events e ON e.id = c.event_id ORDER BY c.id`,
	`SELECT id, hash, filename, content_type, size, created, created_by FROM file ORDER BY id`,
	`SELECT comment_id, file_id, content_id, inline FROM comment_file ORDER BY comment_id, file_id`,
	`SELECT c.id, c.ticket_id, c.metric, c.policy_id, c.policy_version, c.calendar_id, c.calendar_version, c.target, c.state, c.started, c.due, c.ended,
		c.breached_at, c.used, c.since, c.spans, e.verb, e.at FROM clock c JOIN events e ON e.id = c.event_id ORDER BY c.id`,
	`SELECT survey_id, survey_version, ticket_id, person_id, agent_id, state, offered_at, expires, answered_at, score, remark FROM survey_offer ORDER BY id`,
	`SELECT kind, key, subject_kind, subject_id, generation, args, due, state, attempts, created FROM job WHERE kind IN ('clock.due', 'rule.due', 'stage.due', 'survey.offer') ORDER BY kind, key`,
	`SELECT * FROM ticket_spell ORDER BY ticket_id, rule_id, metric`,
	`SELECT e.verb, e.at, e.recorded, e.actor_kind, e.actor_id, e.token_id, e.behalf_id, e.subject_kind, e.subject_id, c.verb, c.at, c.subject_id,
		e.cause_blueprint, e.cause_version, e.depth, e.generation, e.visibility, e.data, e.private_digest
		FROM events e LEFT JOIN events c ON c.id = e.cause_event JOIN event_order o ON o.event_id = e.id
		WHERE e.subject_kind = 'ticket' AND e.verb NOT LIKE 'mail.%' ORDER BY o.pos`,
	`SELECT indicator_id, part, sheet_id, place FROM insight_stream ORDER BY indicator_id, part`,
	`SELECT h.about, f.record_kind, f.record_id, f.at, f.until, f.counts, f.good, f.amounts, f.person_id, f.team_id, f.organization_id, f.d1, f.d2, f.d3, f.d4, f.d5, f.d6, f.d7, f.d8, e.verb, e.at
		FROM insight_fact f JOIN insight_sheet h ON h.id = f.sheet_id JOIN events e ON e.id = f.event_id
		WHERE f.gone = 9007199254740991 AND h.about NOT LIKE 'mails %' ORDER BY h.about, f.record_id, f.at, f.until, f.key`,
	`SELECT h.about, r.dim, r.bucket, r.data FROM insight_roll r JOIN insight_sheet h ON h.id = r.sheet_id
		WHERE length(r.data) > 0 AND h.about NOT LIKE 'mails %' ORDER BY h.about, r.dim, r.bucket, r.part`,
	`SELECT r.ticket_id, r.person_id, e.verb, e.at, r.reason, r.at, r.priority_was, r.answered_at FROM ticket_refusal r JOIN events e ON e.id = r.event_id ORDER BY r.ticket_id`,
	`SELECT ticket_id, queue_id, queue_version, team_id, skill, key FROM ticket_queue ORDER BY ticket_id`,
	`SELECT s.ticket_id, s.pipeline_id, s.stage, s.since, s.due, s.overdue_at, s.score, e.verb, e.at FROM ticket_stage s JOIN events e ON e.id = s.event_id ORDER BY s.ticket_id`,
	`SELECT w.source, w.key, w.person_id, w.team_id, w.due, w.urgency, e.verb, e.at FROM work_item w JOIN events e ON e.id = w.event_id WHERE w.ended IS NULL AND w.source = 'ticket' ORDER BY w.key`,
	`SELECT name, domain, attributes, created, version FROM organization JOIN organization_domain ON organization_id = id ORDER BY id`,
	`SELECT id, name, email, organization_id, agent, time_zone, created, updated, version FROM person ORDER BY id`,
}

// spans and timers name events by their ids, which differ between the two.
var eventIDs = regexp.MustCompile(`"(e|cause|offer)":\d+`)

func rows(t *testing.T, d *db.DB, query string) (out []string) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		cols, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			vals := make([]any, len(cols))
			for i := range vals {
				vals[i] = new(any)
			}
			if err := rows.Scan(vals...); err != nil {
				return err
			}
			var b strings.Builder
			for i, v := range vals {
				fmt.Fprintf(&b, "%s=%v ", cols[i], *v.(*any))
			}
			out = append(out, eventIDs.ReplaceAllString(b.String(), `"$1":#`))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *testing.T, query string, services, bulk []string) {
	t.Helper()
	for i := range min(len(services), len(bulk)) {
		if services[i] != bulk[i] {
			t.Fatalf("%s\nrow %d\nservices: %s\nbulk:     %s", query, i, services[i], bulk[i])
		}
	}
	if len(services) != len(bulk) {
		t.Fatalf("%s\nservices: %d rows, bulk: %d", query, len(services), len(bulk))
	}
}

// stage is an instance with a company and no tickets yet.
type stage struct {
	d      *Demo
	author *author
	cast   *cast
}

func (s stage) teller(t *testing.T) *teller {
	t.Helper()
	w, err := newTeller(t.Context(), s.d.App, s.cast, base)
	if err != nil {
		t.Fatal(err)
	}
	w.tickets.Bought = func(int64, int64) (entitle.Facts, bool) { return entitle.Facts{}, true } // nothing is recorded of anybody
	return w
}

func world(t *testing.T, e db.Engine, seed uint64) (stage, *Clock, *cast) {
	t.Helper()
	clock := &Clock{}
	a, err := app.New(t.Context(), app.Options{DB: dbtest.Options(t, e), Clock: clock.Now, CatchMail: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.DB.Close() })
	d := &Demo{App: a, company: newCompany(seed, few), seed: seed}
	d.Email = d.company.agents[0].email
	author, c, err := d.found(t.Context(), Options{Seed: seed, Now: base, Progress: func(string, int, int) {}}, few, clock)
	if err != nil {
		t.Fatal(err)
	}
	author.active, author.again = .5, .3 // much of what is seldom
	docs, findings := blueprint.ParseFile("entitled.yaml", entitled)
	if _, _, err := a.Apply(t.Context(), a.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder"}); err != nil {
		t.Fatal(err)
	}
	c.desk, c.generation = a.DeskConfig(), a.Root().Generation
	author.cfg = c.desk
	return stage{d, author, c}, clock, c
}

// entitled says who is helped, and lets the tickets of the default form go through stages whose
// objectives are missed now and then. Nobody is written to, since an import writes to nobody.
const entitled = `kind: entitlement
name: ultimate
title: Ultimate
order: 1
match: organization.attributes.plan == "ultimate"
support: true
---
kind: entitlement
name: premium
title: Premium
order: 2
match: organization.attributes.plan == "premium"
support: true
---
kind: entitlement
name: free
title: Free
order: 3
match: organization.attributes.plan == "free"
support: false
triage_tag: not_bought
---
kind: pipeline
name: requests
title: Requests
form: request
stages:
  - { name: fresh, title: Fresh, within: 30m, calendar: office-hours }
  - { name: done, title: Done }
`

// TestSameSeedSameCompany makes a demo twice and another one.
func TestSameSeedSameCompany(t *testing.T) {
	t.Parallel()
	open := func(dir string, seed uint64) *Demo {
		v := few
		v.played = 5
		d, err := Open(t.Context(), Options{DB: db.Options{Dir: dir}, Size: Small, Seed: seed, volume: &v})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	texts := func(d *Demo) []string {
		defer d.App.DB.Close()
		return append(rows(t, d.App.DB, `SELECT * FROM ticket ORDER BY id`), rows(t, d.App.DB, `SELECT ticket_id, at, body_text FROM comment ORDER BY id`)...)
	}
	dir := dbtest.Folder(t)
	first := open(dir, 7)
	if first.Reused || first.Token == "" || first.Password == "" {
		t.Errorf("a new demo: reused %v, token %q, password %q", first.Reused, first.Token, first.Password)
	}
	one := texts(first)
	if two := texts(open(dbtest.Folder(t), 7)); !slices.Equal(one, two) {
		t.Error("the same seed gave another company")
	}
	if other := texts(open(dbtest.Folder(t), 8)); slices.Equal(one, other) {
		t.Error("another seed gave the same company")
	}
	again := open(dir, 7)
	if !again.Reused || again.Password != first.Password {
		t.Error("a folder that holds the demo was not used again")
	}
	if now := texts(again); !slices.Equal(one, now) {
		t.Error("opening the demo again changed it")
	}
	if _, err := Open(t.Context(), Options{DB: db.Options{Dir: dir}, Size: Small, Seed: 8}); err == nil || !strings.Contains(err.Error(), "another demo") {
		t.Errorf("a folder with another demo: %v", err)
	}
}

// TestForeignInstanceIsRefused keeps the demo out of somebody's data.
func TestForeignInstanceIsRefused(t *testing.T) {
	o := db.Options{Dir: dbtest.Folder(t)}
	a, err := app.New(t.Context(), app.Options{DB: o})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Init(t.Context(), "admin@company.example", ""); err != nil {
		t.Fatal(err)
	}
	a.DB.Close()
	if _, err := Open(t.Context(), Options{DB: o, Size: Small}); err == nil || !strings.Contains(err.Error(), "not a demo") {
		t.Errorf("an instance that is not a demo: %v", err)
	}
}

// TestHistoryLooksAlive checks what a reader of the open list and the indicator expects, at
// a small size and at several moments of a week.
func TestHistoryLooksAlive(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{base, base.Add(60 * time.Hour), base.Add(90*time.Hour + 17*time.Minute)} {
		v := volumes[Small]
		v.played = 15
		d, err := Open(t.Context(), Options{DB: db.Options{Dir: dbtest.Folder(t)}, Size: Small, Seed: 1, Now: now, volume: &v})
		if err != nil {
			t.Fatal(err)
		}
		n := func(query string, args ...any) (n float64) {
			err := d.App.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&n) })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		between := func(what string, got, low, high float64) {
			if got < low || got > high {
				t.Errorf("%s at %s: %v, expected %v to %v", what, now.Format("Mon 15:04"), got, low, high)
			}
		}
		at := db.Micros(now)
		between("share of active tickets", n(`SELECT avg(CASE WHEN done THEN 0.0 ELSE 1.0 END) FROM ticket`), .02, .045)
		between("promises past due", n(`SELECT count(*) FROM ticket WHERE done = FALSE AND due < $1`, at), 1, 20)
		between("promises due within a day", n(`SELECT count(*) FROM ticket WHERE done = FALSE AND due >= $1 AND due < $2`, at, at+24*3600*1e6), 2, 60)
		between("satisfaction", n(`SELECT avg(CASE WHEN f.good & (1 << s.place) = 0 THEN 0.0 ELSE 100.0 END) FROM insight_fact f JOIN insight_stream s ON s.sheet_id = f.sheet_id
			WHERE f.gone = 9007199254740991 AND f.counts & (1 << s.place) <> 0 AND s.indicator_id = (SELECT id FROM blueprint WHERE kind = 'indicator' AND name = 'satisfaction')`), 92, 97)
		between("messages on a ticket", n(`SELECT max(n) FROM (SELECT count(*) AS n FROM comment GROUP BY ticket_id) AS x`), 8, 20)
		between("mails received", n(`SELECT count(*) FROM mail_in WHERE state = 'ticketed'`), 8, 200)
		between("mails sent", n(`SELECT count(*) FROM outbox WHERE state = 'sent'`), 8, 400)
		between("things later than now", n(`SELECT count(*) FROM events WHERE subject_kind = 'ticket' AND at > $1`, at), 0, 0)
		d.App.DB.Close()
	}
}
