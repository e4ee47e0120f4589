package playbook

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Filter narrows a list of runs; zero values do not narrow.
type Filter struct {
	Playbook    string
	State       string // of Status, or open for all that have not ended
	Stage       string
	SubjectKind string
	SubjectID   int64 // with SubjectKind: runs about that record, or another side of it
	OwnerID     int64
	Mine        bool // the actor looks after it or takes part in it
}

// columns are what scopes ask of runs.
var columns = auth.Columns{Owners: []string{"r.owner_id", "r.starter_id"}, Involved: "EXISTS (SELECT 1 FROM playbook_part p LEFT JOIN team_member m ON m.team_id = p.team_id WHERE p.run_id = r.id AND ? IN (p.person_id, m.person_id))",
	Team: "r.team_id", Organization: "r.organization_id"}

func scope(by act.Actor, action string, w *db.Where) error {
	return auth.Scope(by, action, Kind).Where(w, columns)
}

// List returns a page of runs with their steps, newest first. Whoever may read runs may, as far as
// their right goes; those about one record are for who may see that record.
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, f Filter, page db.Page) (list []*Run, next string, err error) {
	w := &db.Where{}
	if err := scope(by, "read", w); err != nil {
		return nil, "", err
	}
	if f.Playbook != "" {
		e, ok := s.blueprints.Set().Entry(KindPlaybook, f.Playbook)
		if !ok {
			return nil, "", fault.Field("playbook", f.Playbook, "the name of a playbook", "There is no playbook %q.", f.Playbook)
		}
		w.And("r.playbook_id = ?", e.ID)
	}
	switch {
	case f.State == "open":
		w.In("r.state", []any{string(Queued), string(Active), string(Paused)})
	case slices.Contains([]Status{Queued, Active, Paused, Done, Cancelled}, Status(f.State)):
		w.And("r.state = ?", f.State)
	case f.State != "":
		return nil, "", fault.Field("state", f.State, "open, queued, active, paused, done or cancelled", "Runs are never %q.", f.State)
	}
	if f.Stage != "" {
		w.And("r.stage = ?", f.Stage)
	}
	if f.SubjectKind != "" && f.SubjectID != 0 {
		kinds, err := s.visible(ctx, tx, by, ledger.Ref{Kind: f.SubjectKind, ID: f.SubjectID})
		if err != nil {
			return nil, "", err
		}
		w.In("r.subject_kind", texts(kinds)).And("r.subject_id = ?", f.SubjectID)
	} else if f.SubjectKind != "" {
		w.And("r.subject_kind = ?", f.SubjectKind)
	}
	if f.OwnerID != 0 {
		w.And("r.owner_id = ?", f.OwnerID)
	}
	if f.Mine {
		w.Any(func(or *db.Where) {
			or.And("r.owner_id = ?", by.PersonID)
			or.And(columns.Involved, by.PersonID)
		})
	}
	list, next, err = db.Newest(ctx, tx, runFields+` FROM playbook_run r`, "r.id", w, page, scanRun, func(r *Run) int64 { return r.ID })
	if err != nil {
		return nil, "", err
	}
	return list, next, s.fill(ctx, tx, list)
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, one := range list {
		out[i] = one
	}
	return out
}

// Dated is a step that is due.
type Dated struct {
	Run  *Run
	Step int
}

// maxDated is how many steps a calendar shows.
const maxDated = 1000

// Calendar lists the steps under way that are due in a stretch of time, at most 1,000. Whoever may read runs
// may, as far as their right goes.
func (s *Service) Calendar(ctx context.Context, tx db.Tx, by act.Actor, playbook string, from, to time.Time) ([]Dated, error) {
	if to.Before(from) || to.Sub(from) > 100*24*time.Hour {
		return nil, fault.Field("to", to, "up to 100 days after from", "A calendar shows up to 100 days.")
	}
	w := (&db.Where{}).And("st.state = 'active'").And("st.due >= ?", db.Micros(from)).And("st.due < ?", db.Micros(to)).And("r.state = 'active'")
	if err := scope(by, "read", w); err != nil {
		return nil, err
	}
	if playbook != "" {
		e, ok := s.blueprints.Set().Entry(KindPlaybook, playbook)
		if !ok {
			return nil, fault.Field("playbook", playbook, "the name of a playbook", "There is no playbook %q.", playbook)
		}
		w.And("r.playbook_id = ?", e.ID)
	}
	type place struct {
		run *Run
		n   int
	}
	rows, err := tx.Query(ctx, `SELECT `+runFields+`, st.n FROM playbook_step st JOIN playbook_run r ON r.id = st.run_id WHERE `+w.SQL()+` ORDER BY st.due, r.id LIMIT `+itoa(maxDated), w.Args()...)
	found, err := db.Collect(rows, err, func(row db.Scanner) (p place, err error) {
		p.run, err = scanRun(withLast{row, &p.n})
		return p, err
	})
	if err != nil {
		return nil, err
	}
	byID, runs := map[int64]*Run{}, []*Run{}
	for _, p := range found {
		if byID[p.run.ID] == nil {
			byID[p.run.ID] = p.run
			runs = append(runs, p.run)
		}
	}
	for some := range slices.Chunk(runs, 200) {
		if err := s.fill(ctx, tx, some); err != nil {
			return nil, err
		}
	}
	out := make([]Dated, len(found))
	for i, p := range found {
		out[i] = Dated{byID[p.run.ID], p.n}
	}
	return out, nil
}

// withLast scans one more column behind those of a run.
type withLast struct {
	row  db.Scanner
	last any
}

// Scan implements db.Scanner.
func (w withLast) Scan(dst ...any) error { return w.row.Scan(append(dst, w.last)...) }
