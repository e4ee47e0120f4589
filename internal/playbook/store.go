package playbook

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"

	"steward/internal/approval"
	"steward/internal/db"
	"steward/internal/fault"
)

const runFields = `r.id, r.playbook_id, r.playbook_version, r.subject_kind, r.subject_id, r.organization_id, r.about_id, r.title, r.state, r.outcome, r.stage,
	r.starter_id, r.owner_id, r.team_id, r.parent_id, r.parent_step, r.asked, r.watching, r.timer, r.paused_at, r.created, r.started, r.ended, r.version`

const runColumns = `playbook_id, playbook_version, subject_kind, subject_id, organization_id, about_id, title, state, outcome, stage,
	starter_id, owner_id, team_id, parent_id, parent_step, asked, watching, timer, paused_at, created, started, ended, version`

func scanRun(row db.Scanner) (*Run, error) {
	r := &Run{}
	var organization, about, starter, owner, team, parent, timer, paused, started, ended sql.NullInt64
	var asked string
	var created int64
	err := row.Scan(&r.ID, &r.PlaybookID, &r.PlaybookVersion, &r.Subject.Kind, &r.Subject.ID, &organization, &about, &r.Title, &r.Status, &r.Outcome, &r.Stage,
		&starter, &owner, &team, &parent, &r.ParentStep, &asked, &r.watching, &timer, &paused, &created, &started, &ended, &r.Version)
	if err != nil {
		return nil, err
	}
	r.OrganizationID, r.AboutID, r.StarterID, r.OwnerID, r.TeamID, r.ParentID = organization.Int64, about.Int64, starter.Int64, owner.Int64, team.Int64, parent.Int64
	r.timer, r.PausedAt, r.Created, r.Started, r.Ended = db.NullTime(timer), db.NullTime(paused), db.Time(created), db.NullTime(started), db.NullTime(ended)
	return r, json.Unmarshal([]byte(asked), &r.Asked)
}

func (r *Run) row() ([]any, error) {
	asked, err := encode(r.Asked)
	return []any{r.PlaybookID, r.PlaybookVersion, r.Subject.Kind, r.Subject.ID, db.NullID(r.OrganizationID), db.NullID(r.AboutID), r.Title, string(r.Status), r.Outcome, r.Stage,
		db.NullID(r.StarterID), db.NullID(r.OwnerID), db.NullID(r.TeamID), db.NullID(r.ParentID), r.ParentStep, asked, r.watching, db.NullMicros(r.timer),
		db.NullMicros(r.PausedAt), db.Micros(r.Created), db.NullMicros(r.Started), db.NullMicros(r.Ended), r.Version}, err
}

func encode(v map[string]any) (string, error) {
	if len(v) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// loadSome is load for several runs at once, by id; those that are not there are left out.
func (s *Service) loadSome(ctx context.Context, tx db.Tx, ids []int64, lock bool) ([]*Run, error) {
	w := (&db.Where{}).In("r.id", anys(ids))
	q := w.SQL() + ` ORDER BY r.id`
	if lock && tx.Engine() == db.Postgres {
		q += ` FOR UPDATE`
	}
	runs, err := s.some(ctx, tx, q, w.Args()...)
	if err != nil {
		return nil, err
	}
	return runs, s.fill(ctx, tx, runs)
}

func anys(ids []int64) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// load reads a run whole, for a change when lock is set: on PostgreSQL others who change it wait.
func (s *Service) load(ctx context.Context, tx db.Tx, id int64, lock bool) (*Run, error) {
	q := `SELECT ` + runFields + ` FROM playbook_run r WHERE r.id = $1`
	if lock && tx.Engine() == db.Postgres {
		q += ` FOR UPDATE`
	}
	r, err := scanRun(tx.QueryRow(ctx, q, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Missing("run", id)
	}
	if err != nil {
		return nil, err
	}
	return r, s.fill(ctx, tx, []*Run{r})
}

// fill reads steps, parts and votes of some runs: three questions for all of them.
func (s *Service) fill(ctx context.Context, tx db.Tx, runs []*Run) error {
	if len(runs) == 0 {
		return nil
	}
	byID, ids := map[int64]*Run{}, make([]any, len(runs))
	for i, r := range runs {
		byID[r.ID], ids[i] = r, r.ID
		r.Parts = map[string]Part{}
	}
	w := (&db.Where{}).In("run_id", ids)
	rows, err := tx.Query(ctx, `SELECT run_id, `+stepFields+` FROM playbook_step WHERE `+w.SQL()+` ORDER BY run_id, n`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		st, err := scanStep(rows, &id)
		if err != nil {
			return err
		}
		byID[id].Steps = append(byID[id].Steps, st)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, `SELECT run_id, role, person_id, team_id FROM playbook_part WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var role string
		var person, team sql.NullInt64
		if err := rows.Scan(&id, &role, &person, &team); err != nil {
			return err
		}
		byID[id].Parts[role] = Part{person.Int64, team.Int64}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	return s.votes(ctx, tx, byID, w)
}

func (s *Service) votes(ctx context.Context, tx db.Tx, byID map[int64]*Run, w *db.Where) error {
	rows, err := tx.Query(ctx, `SELECT run_id, step, round, person_id, role, yes, note, at FROM playbook_vote WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, at int64
		var round int
		var step string
		var v approval.Vote
		if err := rows.Scan(&id, &step, &round, &v.PersonID, &v.Role, &v.Yes, &v.Note, &at); err != nil {
			return err
		}
		v.At = db.Time(at)
		if st := byID[id].Step(step); st != nil && st.Round == round {
			st.Votes = append(st.Votes, v)
		}
	}
	return rows.Err()
}

const stepFields = `name, state, round, person_id, team_id, begins, ready, due, wake, told, ended, ended_by, outcome, data, child_id, event_id`

// stepData is what no index and no list asks for.
type stepData struct {
	Review   bool           `json:"review,omitempty"`
	Pending  bool           `json:"pending,omitempty"`
	Late     bool           `json:"late,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	Answers  map[string]any `json:"answers,omitempty"`
	Evidence map[string]any `json:"evidence,omitempty"`
	Score    int            `json:"score,omitempty"`
	Tries    int            `json:"tries,omitempty"`
}

func scanStep(row db.Scanner, first *int64) (st Step, err error) {
	var person, team, begins, ready, due, wake, told, ended, by, child sql.NullInt64
	var data string
	err = row.Scan(first, &st.Name, &st.State, &st.Round, &person, &team, &begins, &ready, &due, &wake, &told, &ended, &by, &st.Outcome, &data, &child, &st.EventID)
	if err != nil {
		return st, err
	}
	st.PersonID, st.TeamID, st.ByID, st.ChildID = person.Int64, team.Int64, by.Int64, child.Int64
	st.Begins, st.Ready, st.Due, st.Wake, st.Told, st.Ended = db.NullTime(begins), db.NullTime(ready), db.NullTime(due), db.NullTime(wake), db.NullTime(told), db.NullTime(ended)
	var d stepData
	if data != "{}" {
		err = json.Unmarshal([]byte(data), &d)
	}
	st.Review, st.Pending, st.Late, st.Reason, st.Answers, st.Evidence, st.Score, st.Tries = d.Review, d.Pending, d.Late, d.Reason, d.Answers, d.Evidence, d.Score, d.Tries
	return st, err
}

func (st Step) row() ([]any, error) {
	data, err := json.Marshal(stepData{st.Review, st.Pending, st.Late, st.Reason, st.Answers, st.Evidence, st.Score, st.Tries})
	return []any{st.Name, string(st.State), st.Round, db.NullID(st.PersonID), db.NullID(st.TeamID), db.NullMicros(st.Begins), db.NullMicros(st.Ready), db.NullMicros(st.Due),
		db.NullMicros(st.Wake), db.NullMicros(st.Told), db.NullMicros(st.Ended), db.NullID(st.ByID), st.Outcome, string(data), db.NullID(st.ChildID), st.EventID}, err
}

func (s *Service) putParts(ctx context.Context, tx db.Tx, r *Run, before map[string]Part) error {
	for role, p := range r.Parts {
		if was, ok := before[role]; ok && was == p {
			continue
		}
		if err := tx.Later(ctx, nil, `INSERT INTO playbook_part (run_id, role, person_id, team_id) VALUES ($1, $2, $3, $4)
			ON CONFLICT (run_id, role) DO UPDATE SET person_id = excluded.person_id, team_id = excluded.team_id`, r.ID, role, db.NullID(p.PersonID), db.NullID(p.TeamID)); err != nil {
			return err
		}
	}
	return nil
}

var updateStepSQL = func() string {
	var set []string
	for i, name := range strings.Split(stepFields, ", ") {
		set = append(set, name+" = $"+itoa(i+1))
	}
	return `UPDATE playbook_step SET ` + strings.Join(set, ", ") + ` WHERE run_id = $17 AND n = $18`
}()

var updateRunSQL = func() string {
	var set []string
	for i, name := range strings.Split(strings.Join(strings.Fields(runColumns), " "), ", ") {
		set = append(set, name+" = $"+itoa(i+1))
	}
	return `UPDATE playbook_run SET ` + strings.Join(set, ", ") + ` WHERE id = $24 AND version = $25`
}()

// update writes what differs of a run whose state was before.
func (s *Service) update(ctx context.Context, tx db.Tx, r *Run, before State) error {
	r.Version++
	row, err := r.row()
	if err != nil {
		return err
	}
	if err := tx.Must(ctx, fault.Stale("This run", nil), updateRunSQL, append(row, r.ID, r.Version-1)...); err != nil {
		return err
	}
	for i, st := range r.Steps {
		was := before.Steps[i]
		votes := !slices.Equal(was.Votes, st.Votes)
		was.Votes, st.Votes = nil, nil
		if !reflect.DeepEqual(was, st) {
			row, err := st.row()
			if err != nil {
				return err
			}
			if err := tx.Later(ctx, nil, updateStepSQL, append(row, r.ID, i)...); err != nil {
				return err
			}
		}
		if votes {
			if err := s.putVotes(ctx, tx, r, r.Steps[i]); err != nil {
				return err
			}
		}
	}
	return s.putParts(ctx, tx, r, before.Parts)
}

// putVotes writes the votes of a step's round anew; those of earlier rounds stay.
func (s *Service) putVotes(ctx context.Context, tx db.Tx, r *Run, st Step) error {
	if err := tx.Later(ctx, nil, `DELETE FROM playbook_vote WHERE run_id = $1 AND step = $2 AND round = $3`, r.ID, st.Name, st.Round); err != nil {
		return err
	}
	for _, v := range st.Votes {
		if err := tx.Later(ctx, nil, `INSERT INTO playbook_vote (run_id, step, round, person_id, role, yes, note, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.ID, st.Name, st.Round, v.PersonID, v.Role, v.Yes, v.Note, db.Micros(v.At)); err != nil {
			return err
		}
	}
	return nil
}
