package desk_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
)

const filterFields = `kind: field
name: area
title: Areas
on: ticket
type: multiselect
options: [web, api, mail]
indexed: true
---
kind: field
name: seats
title: Seats
on: ticket
type: integer
indexed: true
---
kind: field
name: ratio
title: Ratio
on: ticket
type: decimal
indexed: true
---
kind: field
name: day
title: Day
on: ticket
type: date
indexed: true
---
kind: field
name: vip
title: Very important
on: ticket
type: checkbox
indexed: true
---
kind: field
name: note
title: Note
on: ticket
type: text
indexed: true
---
kind: field
name: loose
title: Not indexed
on: ticket
type: text
---
kind: field
name: rank
title: Rank
on: person
type: integer
indexed: true
`

// filterWorld is an instance with tickets that differ in everything a filter may look at.
func filterWorld(t *testing.T, e db.Engine) *apptest.Instance {
	i := apptest.New(t, apptest.Options(t, e))
	i.Apply(filterFields)
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(from ...any) any { return from[r.IntN(len(from))] }
	i.Write(func(ctx context.Context, tx db.Tx) error {
		var people []directory.Person
		for n, plan := range []any{"free", "premium", nil} {
			name, domain := fmt.Sprintf("O'Neil & %d%%", n), fmt.Sprintf("o%d.example", n)
			_, err := i.Directory.CreateOrganization(ctx, tx, i.Root(), directory.OrganizationInput{Name: &name, Domains: &[]string{domain}, Attributes: map[string]any{"plan": plan}})
			if err != nil {
				return err
			}
			for k := range 2 {
				p, err := i.Directory.Create(ctx, tx, i.Root(), directory.NewPerson{Email: fmt.Sprintf("p%d@%s", k, domain), Name: fmt.Sprintf("Person %d", k), Attributes: map[string]any{"rank": pick(float64(1), float64(2), nil)}})
				if err != nil {
					return err
				}
				people = append(people, p)
			}
		}
		p, err := i.Directory.Create(ctx, tx, i.Root(), directory.NewPerson{Email: "alone@nowhere.example", Name: "Alone", TimeZone: "Europe/Amsterdam"})
		if err != nil {
			return err
		}
		people = append(people, p)
		for n := range 90 {
			a := map[string]any{}
			for name, value := range map[string]any{"area": pick(nil, []any{}, []any{"web"}, []any{"web", "mail"}), "seats": pick(nil, 0.0, 3.0, -7.0, 9007199254740991.0),
				"ratio": pick(nil, 0.1, 0.5, -1e300), "day": pick(nil, "1999-12-31", "2026-03-09"), "vip": pick(nil, true, false), "severity": pick(nil, "s1", "s2", "s3"),
				"note": pick(nil, "", "o'clock", "100%_", `\`, "🎉", "Ünïcode", "NULL")} {
				if value != nil {
					a[name] = value
				}
			}
			var tags []string
			if r.IntN(2) == 0 {
				tags = []string{pick("vip", "outage", "ärger").(string)}
			}
			in := desk.NewTicket{Subject: pick("It's stuck", "100% down", "(no subject)").(string), Requester: people[r.IntN(len(people))], Priority: desk.Priority(pick("low", "normal", "urgent").(string)),
				Status: desk.Status(pick("open", "pending", "solved").(string)), Tags: tags, Attributes: a, Channel: "api", Type: desk.Type(pick("question", "incident", "task").(string)), Message: desk.Message{Text: "x", HTML: "x", Public: true, Agent: n%2 == 0, Channel: "api"}}
			if in.Type == desk.TypeTask && n%3 == 0 {
				in.TaskDue = i.Clock.Now().AddDate(0, 0, n%7-3)
			}
			if _, _, err := i.Desk.Create(ctx, tx, i.Root(), in); err != nil {
				return fmt.Errorf("%v: %w", a, err)
			}
			i.Clock.Advance(time.Minute)
		}
		return nil
	})
	i.Settle()
	return i
}

// atoms are parts of conditions that the database can look up.
var atoms = []string{
	`ticket.attributes.severity == "s1"`, `ticket.attributes.severity in ["s2", "s3"]`, `ticket.attributes.severity != "s1"`, `"web" in ticket.attributes.area`, `has(ticket.attributes.area)`,
	`ticket.attributes.seats > 2.5`, `ticket.attributes.seats == 9007199254740991`, `ticket.attributes.seats <= 0`, `ticket.attributes.ratio < 0.5`, `ticket.attributes.ratio == 0.1`,
	`ticket.attributes.day < now`, `ticket.attributes.day >= timestamp("2026-03-09T00:00:00Z")`, `ticket.attributes.vip`, `ticket.attributes.vip == false`, `ticket.attributes.note == "o'clock"`,
	`ticket.attributes.note.contains("%")`, `ticket.attributes.note.endsWith("\\")`, `ticket.attributes.note == ""`, `ticket.attributes.note >= "a"`, `ticket.attributes.note == 5`,
	`"vip" in ticket.tags`, `"ärger" in ticket.tags`, `ticket.status == "open"`, `ticket.priority in ["urgent", "low"]`, `ticket.channel == "api"`, `ticket.subject.startsWith("It's")`,
	`ticket.created > now - duration("45m")`, `ticket.updated < now - duration("1h")`, `has(ticket.solved)`, `ticket.due < now + duration("2h")`, `has(ticket.due)`,
	`ticket.team == "support"`, `ticket.brand == "main"`, `has(ticket.mailbox)`, `ticket.form == "request"`, `ticket.form != "request"`,
	`ticket.requester.domain == "o1.example"`, `ticket.requester.email.startsWith("p0@")`, `ticket.requester.agent`, `ticket.requester.time_zone == "Europe/Amsterdam"`, `has(ticket.requester.time_zone)`,
	`ticket.requester.attributes.rank == 1`, `ticket.requester.attributes.rank > 0`, `has(ticket.assignee)`, `ticket.assignee.name == "x"`, `ticket.requester.name == "Person 1"`,
	`has(ticket.organization)`, `ticket.organization.name.contains("'")`, `ticket.organization.attributes.plan == "premium"`, `ticket.organization.attributes.plan != "free"`, `ticket.organization.created < now`,
	`ticket.type == "task"`, `ticket.type in ["question", "incident"]`, `has(ticket.task_due)`, `ticket.task_due > now`, `has(ticket.problem)`, `ticket.state_since < now - duration("1h")`,
	`has(ticket.assigned_at)`, `ticket.asked_at > now - duration("2h")`, `has(ticket.replied_at)`, `ticket.replies > 0`, `ticket.bounces == 0`, `ticket.entitled`, `ticket.refused == "hold"`, `has(ticket.entitlement)`, `ticket.entitlement == "premium"`,
}

func TestFiltersOverTicketsAgreeWithMemoryPageByPage(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := filterWorld(t, e)
			r := rand.New(rand.NewPCG(5, 6))
			sources := slices.Clone(atoms)
			for range 120 {
				a, b, c := atoms[r.IntN(len(atoms))], atoms[r.IntN(len(atoms))], atoms[r.IntN(len(atoms))]
				sources = append(sources, fmt.Sprintf([]string{"%s && %s && !(%s)", "(%s || !(%s)) && %s", "!(%s && %s) || %s", "%s ? %s : %s", "%s && (%s || %s)"}[r.IntN(5)], a, b, c))
			}
			for _, src := range sources {
				p, err := desk.CompileCondition(src)
				if err != nil {
					t.Fatalf("%s: %v", src, err)
				}
				f := desk.Filter{Match: p, Statuses: []desk.Status{desk.StatusOpen, desk.StatusPending, desk.StatusNew}, Sort: []string{"due", "updated", "created"}[r.IntN(3)]}
				if r.IntN(2) == 0 {
					f = desk.Filter{Match: p, Sort: "updated"}
				}
				compare(t, i, src, f)
			}
		})
	}
}

func compare(t *testing.T, i *apptest.Instance, src string, f desk.Filter) {
	t.Helper()
	var got, want []int64
	var count db.Count
	i.Read(func(ctx context.Context, tx db.Tx) error {
		all, err := everything(ctx, tx, i, desk.Filter{Statuses: f.Statuses, Sort: f.Sort})
		if err != nil {
			return err
		}
		for _, one := range all {
			if held, err := f.Match.Eval(i.Desk.VarsOf(ctx, tx, one)); err != nil {
				return err
			} else if held {
				want = append(want, one.ID)
			}
		}
		found, err := everything(ctx, tx, i, f)
		if fault.Is(err, fault.Invalid) && strings.Contains(err.Error(), "found by an index") {
			got = want
			return nil
		}
		for _, one := range found {
			got = append(got, one.ID)
		}
		if err == nil {
			count, err = i.Desk.Count(ctx, tx, i.Root(), f)
		}
		if err == nil && count.Count != int64(len(want)) {
			t.Errorf("%s: counted %d of %d", src, count.Count, len(want))
		}
		return err
	})
	if !slices.Equal(got, want) {
		t.Errorf("%s sorted by %s\nmemory %v\nlisted %v", src, f.Sort, want, got)
	}
}

// everything reads all pages of a list.
func everything(ctx context.Context, tx db.Tx, i *apptest.Instance, f desk.Filter) (all []*desk.Ticket, err error) {
	page := db.Page{Limit: 7}
	for {
		tickets, next, err := i.Desk.List(ctx, tx, i.Root(), f, page)
		if err != nil {
			return nil, err
		}
		if all = append(all, tickets...); next == "" {
			return all, nil
		}
		page.Cursor = next
	}
}

func TestFiltersSayWhatTheyCannotDo(t *testing.T) {
	i := filterWorld(t, db.SQLite)
	for src, want := range map[string]string{
		`ticket.attributes.loose == "x"`:                         `The field loose is not indexed, so lists cannot be filtered by it. Add indexed: true to it.`,
		`ticket.attributes.severty == "s1"`:                      `No field of a ticket is called "severty". Did you mean "severity"?`,
		`ticket.subject.contains("x")`:                           `No part of this condition is found by an index`,
		`!("vip" in ticket.tags)`:                                `No part of this condition is found by an index`,
		`ticket.tags.exists(x, x == "vip")`:                      `Loops (all, exists, filter, map) cannot run in the database.`,
		`ticket.prioriy == "low"`:                                `ticket has no field "prioriy". Did you mean "priority"?`,
		`ticket.attributes.severity == "s1" and true`:            `Write && instead of and.`,
		`ticket.attributes.seats + 1 > 2`:                        `The database does not calculate with fields.`,
		strings.Repeat(`"vip" in ticket.tags || `, 250) + `true`: `too long for the database`,
	} {
		p, err := desk.CompileCondition(src)
		if err == nil {
			err = i.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, _, err := i.Desk.List(ctx, tx, i.Root(), desk.Filter{Match: p}, db.Page{})
				return err
			})
		}
		if f := fault.As(err); f == nil || f.Code != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %s", src, err, want)
		}
	}
}

// recorder remembers the queries that run.
type recorder struct {
	db.Tx
	queries []string
	args    [][]any
}

func (r *recorder) Query(ctx context.Context, query string, args ...any) (*db.Rows, error) {
	r.queries, r.args = append(r.queries, query), append(r.args, args)
	return r.Tx.Query(ctx, query, args...)
}

func (r *recorder) QueryRow(ctx context.Context, query string, args ...any) *db.Row {
	r.queries, r.args = append(r.queries, query), append(r.args, args)
	return r.Tx.QueryRow(ctx, query, args...)
}

// TestFiltersAreFoundByIndexes looks at the plans: no query of a filtered list reads a table from end to end.
func TestFiltersAreFoundByIndexes(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			i := filterWorld(t, e)
			p, err := desk.CompileCondition(`ticket.attributes.severity == "s1" && ticket.attributes.seats > 2 && "vip" in ticket.tags`)
			if err != nil {
				t.Fatal(err)
			}
			i.Read(func(ctx context.Context, tx db.Tx) error {
				r := &recorder{Tx: tx}
				if _, _, err := i.Desk.List(ctx, r, i.Root(), desk.Filter{Match: p}, db.Page{}); err != nil {
					return err
				}
				explain := "EXPLAIN QUERY PLAN "
				if e == db.Postgres { // on few rows it would read them all, whatever the indexes
					explain = "EXPLAIN "
					if err := tx.QueryRow(ctx, `SELECT set_config('enable_seqscan', 'off', FALSE)`).Scan(new(string)); err != nil {
						return err
					}
				}
				for n, q := range r.queries {
					if strings.Contains(q, "field_state") {
						continue
					}
					rows, err := tx.Query(ctx, explain+q, r.args[n]...)
					plan, err := db.Collect(rows, err, func(s db.Scanner) (line string, err error) {
						if e == db.Postgres {
							err = s.Scan(&line)
							return line, err
						}
						var a, b, c int
						err = s.Scan(&a, &b, &c, &line)
						return line, err
					})
					if err != nil {
						return err
					}
					text := strings.Join(plan, "\n")
					if strings.Contains(text, "Seq Scan") || strings.Contains(text, "SCAN attr_index") || strings.Contains(text, "SCAN ticket") || strings.Contains(text, "SCAN t\n") && !strings.Contains(q, "MATERIALIZED") {
						t.Errorf("%s\n%s", q, text)
					}
				}
				return nil
			})
		})
	}
}
