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
	"time"

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

	refused map[string]bool // tickets there, in this run
	asleep  bool            // triggers and automations come switched off
}

// Step is how far one part of the move is.
type Step struct {
	Name   string `json:"step"`
	Moved  int64  `json:"moved"`  // brought over, in all runs
	Known  int64  `json:"known"`  // were here already
	More   int64  `json:"more"`   // of those, went on there and were brought up to date, in this run
	Failed int64  `json:"failed"` // could not be brought over; see the report

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
	return &Move{server: s, source: source, by: by, name: "zendesk-" + strings.ReplaceAll(strings.ToLower(source.Name()), ":", "-"), told: told, ids: map[string]map[string]int64{}, refused: map[string]bool{}}
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
	for _, step := range []struct {
		name string
		do   func(ctx context.Context, s *Step) error
	}{
		{"groups", m.groups}, {"ticket_fields", m.fields("ticket_fields", "ticket_field")}, {"user_fields", m.fields("user_fields", "user_field")},
		{"organization_fields", m.fields("organization_fields", "organization_field")}, {"brands", m.brands}, {"ticket_forms", m.forms}, {"schedules", m.schedules},
		{"organizations", m.organizations}, {"users", m.users}, {"group_memberships", m.memberships}, {"tickets", m.tickets}, {"satisfaction_ratings", m.ratings},
		{"sla_policies", m.rules(policyRule, "/slas/policies")}, {"macros", m.rules(macroRule, "/macros")}, {"views", m.rules(viewRule, "/views")},
		{"triggers", m.rules(triggerRule, "/triggers")}, {"automations", m.rules(automationRule, "/automations")},
	} {
		s, err := m.load(ctx, step.name)
		if err != nil {
			return m.steps, err
		}
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

// planned are the steps whose lists not every plan of Zendesk has.
var planned = []string{"user_fields", "organization_fields", "brands", "ticket_forms", "schedules", "satisfaction_ratings", "sla_policies"}

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

// maxProblem is how long a problem's words may be.
const maxProblem = 1000

// problem notes what could not be carried over. Saying it again changes nothing.
func (m *Move) problem(ctx context.Context, kind, theirs, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	if len(what) > maxProblem {
		what = strings.ToValidUTF8(what[:maxProblem], "")
	}
	return m.server.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO zendesk_move_problem (source, kind, theirs, what, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source, kind, theirs, what) DO NOTHING`,
			m.name, kind, theirs, what, db.Micros(m.server.Clock()))
		return err
	})
}

// reported are the records of a sort that something was reported of.
func (m *Move) reported(ctx context.Context, kind string) (out map[string]bool, err error) {
	out = map[string]bool{}
	for after := ""; ; {
		var some []string
		err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT DISTINCT theirs FROM zendesk_move_problem WHERE source = $1 AND kind = $2 AND theirs > $3 ORDER BY theirs LIMIT 1000`, m.name, kind, after)
			some, err = db.Collect(rows, err, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) })
			return err
		})
		if err != nil || len(some) == 0 {
			return out, err
		}
		for _, id := range some {
			out[id], after = true, id
		}
	}
}

// forget takes back what was reported of a record that this run tries again.
func (m *Move) forget(ctx context.Context, kind, theirs string) error {
	return m.server.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM zendesk_move_problem WHERE source = $1 AND kind = $2 AND theirs = $3`, m.name, kind, theirs)
		return err
	})
}

// Problems calls fn for everything that could not be carried over, in the order it was met.
func (m *Move) Problems(ctx context.Context, fn func(MoveProblem) error) error {
	after := int64(0)
	for {
		var list []MoveProblem
		err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id, kind, theirs, what FROM zendesk_move_problem WHERE source = $1 AND id > $2 ORDER BY id LIMIT 1000`, m.name, after)
			list, err = db.Collect(rows, err, func(r db.Scanner) (p MoveProblem, err error) { return p, r.Scan(&after, &p.Kind, &p.Theirs, &p.What) })
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, p := range list {
			if err := fn(p); err != nil {
				return err
			}
		}
	}
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

// note keeps the id that a record had there.
func (m *Move) note(ctx context.Context, kind, theirs string, ours int64) error {
	err := m.server.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO external_id (source, kind, id, record_id) VALUES ($1, $2, $3, $4) ON CONFLICT (source, kind, id) DO UPDATE SET record_id = excluded.record_id`,
			m.name, kind, theirs, ours)
		return err
	})
	if m.ids[kind] == nil {
		m.ids[kind] = map[string]int64{}
	}
	m.ids[kind][theirs] = ours
	return err
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

// call makes a call of our own API, at a time that has passed when at is not zero, and reads the answer into v.
func (m *Move) call(ctx context.Context, method, path string, at time.Time, body []byte, v any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://localhost"+Prefix+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	by := m.by
	if !at.IsZero() && at.Before(by.Now()) {
		by.Clock = func() time.Time { return at }
	}
	req = req.WithContext(rest.With(ctx, rest.Request{Actor: by}))
	a := &answered{status: http.StatusOK, header: http.Header{}}
	m.server.ServeHTTP(a, req)
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

// madeID is the id of the record an answer tells.
func madeID(answer map[string]json.RawMessage, name string) (int64, error) {
	var made struct {
		ID number `json:"id"`
	}
	if err := json.Unmarshal(answer[name], &made); err != nil || made.ID == 0 {
		return 0, fault.New(fault.Internal, "Our answer names no %s.", name)
	}
	return int64(made.ID), nil
}

// make makes a record through our own API and notes the id it had there.
func (m *Move) make(ctx context.Context, path, name, kind string, theirs string, at time.Time, body record) (int64, error) {
	var answer map[string]json.RawMessage
	if err := m.call(ctx, http.MethodPost, path, at, wrap(name, body), &answer); err != nil {
		return 0, err
	}
	ours, err := madeID(answer, name)
	if err != nil {
		return 0, err
	}
	return ours, m.note(ctx, kind, theirs, ours)
}
