package zendesk

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Move brings a company over from a Zendesk, or from what speaks as one: groups, fields, brands, forms,
// organizations, people, tickets with their messages and files, and rules. Records are read through the
// source's API and written through ours, with the times they had; every one is noted under the id it had
// there (source name "zendesk-HOST"), so that running the move again goes on where it stopped and carries
// nothing twice. Nobody is written to, and no rule acts on what is brought over.
type Move struct {
	server *Server
	source *Source
	by     act.Actor
	name   string // of the source, for external ids
	told   func(Step)
	steps  []Step
	ids    map[string]map[string]int64 // kind and id there: id here

	retried map[string]bool // tickets there that earlier runs said something of
	refused map[string]bool // tickets there, in this run
	asleep  bool            // triggers and automations come switched off
	came    bool            // people or organizations came in this run
}

// Step is how far one part of the move is.
type Step struct {
	Name   string `json:"step"`
	Moved  int64  `json:"moved"`           // brought over, in all runs
	Known  int64  `json:"known"`           // were here already
	More   int64  `json:"more"`            // of those, went on there and were brought up to date, in this run
	Failed int64  `json:"failed"`          // could not be brought over; see the report
	Total  int64  `json:"total,omitempty"` // are there, as the source counts them; 0 where it does not say

	place string // where the next run goes on; "" for the beginning
}

// MoveProblem is something that could not be carried over, or not whole.
type MoveProblem struct {
	Kind   string // of record there: ticket, user …
	Theirs string // its id there
	What   string
}

// Move prepares a move by somebody who may do everything. told hears of progress; nil for nobody.
func (s *Server) Move(source *Source, by act.Actor, told func(Step)) *Move {
	if told == nil {
		told = func(Step) {}
	}
	return &Move{server: s, source: source, by: by, name: "zendesk-" + strings.ReplaceAll(strings.ToLower(source.Name()), ":", "-"), told: told, ids: map[string]map[string]int64{}, retried: map[string]bool{}, refused: map[string]bool{}}
}

// RulesOff makes triggers and automations that this run brings over come switched off, so that no rule acts on tickets
// that people still answer there.
func (m *Move) RulesOff() *Move {
	m.asleep = true
	return m
}

// Run carries over what is not here yet, and returns how much each step has carried in all runs.
func (m *Move) Run(ctx context.Context) ([]Step, error) {
	if err := m.by.Require("write", "ticket"); err != nil {
		return nil, err
	}
	totals := m.totals(ctx)
	for _, step := range []struct {
		name string
		do   func(ctx context.Context, s *Step) error
	}{
		{"groups", m.groups}, {"ticket_fields", m.fields("ticket_fields", "ticket_field")}, {"user_fields", m.fields("user_fields", "user_field")},
		{"organization_fields", m.fields("organization_fields", "organization_field")}, {"brands", m.brands}, {"ticket_forms", m.forms}, {"schedules", m.schedules},
		{"organizations", m.organizations}, {"users", m.users}, {"organization_memberships", m.belongings}, {"group_memberships", m.memberships}, {"tickets", m.tickets}, {"satisfaction_ratings", m.ratings},
		{"sla_policies", m.rules(policyRule, "/slas/policies")}, {"macros", m.rules(macroRule, "/macros")}, {"views", m.rules(viewRule, "/views")},
		{"webhooks", m.webhooks}, {"triggers", m.rules(triggerRule, "/triggers")}, {"automations", m.rules(automationRule, "/automations")},
	} {
		s, err := m.load(ctx, step.name)
		if err != nil {
			return m.steps, err
		}
		s.Total = totals[step.name]
		err = m.try(ctx, &s, step.do)
		m.steps = append(m.steps, s)
		if saved := m.save(context.WithoutCancel(ctx), s); err == nil {
			err = saved
		}
		if err != nil {
			return m.steps, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return m.steps, nil
}

// totals asks the source once how many there are of what there can be many of. A source that does not say is moved all
// the same.
func (m *Move) totals(ctx context.Context) map[string]int64 {
	out := map[string]int64{}
	for _, list := range []string{"organizations", "users", "tickets"} {
		out[list] = m.source.count(ctx, "/"+list+"/count")
	}
	return out
}

// planned are the steps whose lists not every plan of Zendesk has.
var planned = []string{"user_fields", "organization_fields", "brands", "ticket_forms", "schedules", "organization_memberships", "satisfaction_ratings", "sla_policies", "webhooks"}

// try does a step. Where the source refuses a list that not every plan has, the report says so and the move goes on.
func (m *Move) try(ctx context.Context, s *Step, do func(ctx context.Context, s *Step) error) error {
	err := do(ctx, s)
	if err != nil && !errors.Is(err, errGone) && !fault.Is(err, fault.Forbidden) {
		return err
	}
	if slices.Contains(planned, s.Name) {
		if gone := m.forget(ctx, s.Name, ""); gone != nil || err == nil {
			return gone
		}
		return m.problem(ctx, s.Name, "", "none were read: %s Where the plan there has them, the token must be an administrator's.", sourceSays(err))
	}
	if errors.Is(err, errGone) {
		return fault.New(fault.Invalid, "The source has no such list (404). Is %s the address of a Zendesk?", m.source.Name())
	}
	return err
}

// sourceSays is how a source refuses, in words.
func sourceSays(err error) string {
	if errors.Is(err, errGone) {
		return "the source has no such list (404)."
	}
	return "the source refuses it (403)."
}

// load is how far a step was in the run before.
func (m *Move) load(ctx context.Context, name string) (Step, error) {
	s := Step{Name: name}
	err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT place, moved, failed FROM zendesk_move WHERE source = $1 AND step = $2`, m.name, name).Scan(&s.place, &s.Moved, &s.Failed)
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return s, err
}

// save notes how far a step is.
func (m *Move) save(ctx context.Context, s Step) error {
	m.told(s)
	return m.server.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO zendesk_move (source, step, place, moved, known, failed, updated) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (source, step) DO UPDATE SET place = excluded.place, moved = excluded.moved, known = excluded.known, failed = excluded.failed, updated = excluded.updated`,
			m.name, s.Name, s.place, s.Moved, s.Known, s.Failed, db.Micros(m.server.Clock()))
		return err
	})
}

// known loads which of some ids there are here already, so that ours answers for them.
func (m *Move) known(ctx context.Context, kind string, theirs []string) error {
	have := m.ids[kind]
	if have == nil {
		have = map[string]int64{}
		m.ids[kind] = have
	}
	var ask []any
	for _, id := range theirs {
		if _, ok := have[id]; !ok && id != "" {
			ask = append(ask, id)
		}
	}
	for len(ask) > 0 {
		n := min(len(ask), 500)
		w := (&db.Where{}).And("source = ?", m.name).And("kind = ?", kind).In("id", ask[:n])
		err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id, record_id FROM external_id WHERE `+w.SQL(), w.Args()...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id string
				var ours int64
				if err := rows.Scan(&id, &ours); err != nil {
					return err
				}
				have[id] = ours
			}
			return rows.Err()
		})
		if err != nil {
			return err
		}
		ask = ask[n:]
	}
	return nil
}

// ours is a record's id here by its id there; 0 when it was not brought over.
func (m *Move) ours(ctx context.Context, kind, theirs string) (int64, error) {
	if theirs == "" || theirs == "0" {
		return 0, nil
	}
	if err := m.known(ctx, kind, []string{theirs}); err != nil {
		return 0, err
	}
	return m.ids[kind][theirs], nil
}

// answered is what our own API said.
type answered struct {
	status int
	body   bytes.Buffer
	header http.Header
}

// Header implements http.ResponseWriter.
func (a *answered) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answered) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *answered) Write(b []byte) (int, error) { return a.body.Write(b) }

// refusal is an answer of ours that says no: the record stays there, and the report says why.
type refusal struct {
	status int
	text   string
}

// Error implements error.
func (r *refusal) Error() string { return r.text }

// call makes a call of our own API and reads the answer into v.
func (m *Move) call(ctx context.Context, method, path string, body []byte, v any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://localhost"+Prefix+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req = req.WithContext(rest.With(ctx, rest.Request{Actor: m.by}))
	a := &answered{status: http.StatusOK, header: http.Header{}}
	m.server.ServeHTTP(a, req)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if a.status >= http.StatusInternalServerError {
		return fault.New(fault.Unavailable, "This instance cannot take it in now: %s", a.body.String())
	}
	if a.status >= http.StatusBadRequest {
		return &refusal{a.status, reason(a.body.Bytes())}
	}
	if v == nil || a.body.Len() == 0 {
		return nil
	}
	return json.Unmarshal(a.body.Bytes(), v)
}

// reason is what an error of ours says, in words.
func reason(body []byte) string {
	var f failure
	if json.Unmarshal(body, &f) != nil {
		return string(body)
	}
	return f.words()
}

// words are an error's findings in one line.
func (f failure) words() string {
	var out []string
	for field, list := range f.Details {
		for _, one := range list {
			out = append(out, strings.TrimPrefix(field+": "+one.Description, "base: "))
		}
	}
	if len(out) == 0 {
		return strings.TrimSuffix(f.Error+": "+f.Description, ": ")
	}
	return strings.Join(out, " ")
}
