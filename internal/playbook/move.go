package playbook

import (
	"context"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

// Landing is where a run would be after a move to another version.
type Landing struct {
	Run     *Run
	Title   string
	From    int      // version
	Now     []string // steps under way as it is
	Then    []string // steps under way after the move
	Added   []string // steps that are new and lie ahead
	Dropped []string // steps under way that are gone: what was done about them stays in the history
	Over    bool     // nothing would be left to do, so it would end
}

// moved is a run's state under another definition: steps of the same name and kind keep theirs. What
// follows at once is in it, as Advance would have it.
func moved(from, to *Definition, st State, w World) (State, []Effect, error) {
	next := st.clone()
	next.Steps = to.fresh(State{}).Steps
	for i := range next.Steps {
		n := from.Step(next.Steps[i].Name)
		if n >= 0 && from.Steps[n].kind() == to.Steps[i].kind() && from.Steps[n].prim == to.Steps[i].prim {
			next.Steps[i] = st.Steps[n]
		}
	}
	for i := range next.Steps { // a settled repeat may have lost what it begins anew, which is fine
		if next.Steps[i].State == Ahead && next.Steps[i].Round > 0 {
			next.Steps[i].Round = 0
		}
	}
	if next.Parts == nil {
		next.Parts = map[string]Part{}
	}
	return Advance(to, next, Input{Do: DoLook}, w)
}

// underWay are the titles of steps that are active, scheduled or failed.
func (d *Definition) underWay(st State) []string {
	out := []string{}
	for i, s := range st.Steps {
		if s.State == Open || s.State == Scheduled || s.State == Failed {
			out = append(out, d.Steps[i].Title)
		}
	}
	return out
}

func landing(r *Run, from, to *Definition, after State) Landing {
	l := Landing{Run: r, From: r.PlaybookVersion, Now: from.underWay(r.State), Then: to.underWay(after), Added: []string{}, Dropped: []string{}, Over: after.Status.Over()}
	for i, s := range after.Steps {
		if from.Step(s.Name) < 0 && s.State == Ahead {
			l.Added = append(l.Added, to.Steps[i].Title)
		}
	}
	for i, s := range r.Steps {
		if to.Step(s.Name) < 0 && (s.State == Open || s.State == Scheduled || s.State == Failed) {
			l.Dropped = append(l.Dropped, from.Steps[i].Title)
		}
	}
	return l
}

// PreviewMove says where a run would be after Move. Whoever may read the run may.
func (s *Service) PreviewMove(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Landing, error) {
	r, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return Landing{}, err
	}
	to, err := s.current(ctx, tx, "", r.PlaybookID)
	if err != nil {
		return Landing{}, err
	}
	l, err := s.land(ctx, tx, by, r, to)
	if err != nil {
		return l, err
	}
	titles, err := s.titles(ctx, tx, []*Run{r})
	l.Title = titles[r.ID]
	return l, err
}

func (s *Service) land(ctx context.Context, tx db.Tx, by act.Actor, r *Run, to *Definition) (Landing, error) {
	from, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return Landing{}, err
	}
	after, _, err := moved(from, to, r.State, World{Now: by.Now(), Subject: s.about(ctx, tx, r)})
	return landing(r, from, to, after), err
}

// maxLandings is how many runs a preview shows.
const maxLandings = 200

// PreviewMoves says where the runs under way of a playbook would be if they were moved to a version:
// that of a text, or the one in force when text is "". It shows the oldest 200 that the actor may read,
// and how many there are. Whoever may read runs may.
func (s *Service) PreviewMoves(ctx context.Context, tx db.Tx, by act.Actor, name, text string) (list []Landing, total db.Count, err error) {
	if err := by.Require("read", Kind); err != nil {
		return nil, total, err
	}
	to, err := s.current(ctx, tx, name, 0)
	if err != nil {
		return nil, total, err
	}
	id, version := to.ID, to.Version
	if text != "" {
		if to, err = s.ofText(text); err != nil {
			return nil, total, err
		}
		to.ID, version = id, 0
	}
	w := (&db.Where{}).And("r.playbook_id = ?", id).And("r.playbook_version <> ?", version).In("r.state", []any{string(Active), string(Paused), string(Queued)})
	if err := scope(by, "read", w); err != nil {
		return nil, total, err
	}
	var n int64
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM playbook_run r WHERE `+w.SQL()+` LIMIT 1001) AS bounded`, w.Args()...).Scan(&n); err != nil {
		return nil, total, err
	}
	runs, err := s.some(ctx, tx, w.SQL()+` ORDER BY r.id LIMIT `+itoa(maxLandings), w.Args()...)
	if err != nil {
		return nil, total, err
	}
	if err := s.fill(ctx, tx, runs); err != nil {
		return nil, total, err
	}
	titles, err := s.titles(ctx, tx, runs)
	for _, r := range runs {
		l, err := s.land(ctx, tx, by, r, to)
		if err != nil {
			return nil, total, err
		}
		l.Title = titles[r.ID]
		list = append(list, l)
	}
	return list, db.Capped(n), err
}

// ofText makes a definition of a text that is not in force.
func (s *Service) ofText(text string) (*Definition, error) {
	docs, findings := blueprint.ParseFile("playbook.yaml", text)
	if len(docs) != 1 || docs[0].Kind != KindPlaybook {
		msg := "This is not one document of kind playbook."
		if blueprint.HasErrors(findings) {
			msg = findings[0].Message
		}
		return nil, fault.Field("text", nil, "a document of kind playbook", "%s", msg)
	}
	return s.define(s.blueprints.Set(), blueprint.AppliedVersion{Kind: KindPlaybook, Name: docs[0].Name, Text: text})
}

// Move lets a run go on under the version in force. Steps of the same name and kind stay as they are, new
// ones lie ahead, and what is gone is done no more. Whoever may edit the run may.
func (s *Service) Move(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Run, error) {
	r, err := s.reading(ctx, tx, by, id, true)
	if err != nil {
		return nil, err
	}
	if !mayEdit(by, r) {
		return nil, by.Denied("edit", Kind)
	}
	by = by.Still()
	from, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
	if err != nil {
		return nil, err
	}
	to, err := s.current(ctx, tx, "", r.PlaybookID)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Status.Over():
		return nil, fault.New(fault.Invalid, "This run has ended, so it stays with the version it had.")
	case to.Version == r.PlaybookVersion:
		return nil, fault.New(fault.Invalid, "This run has the newest version already.")
	}
	was := *r
	after, effects, err := moved(from, to, r.State, World{Now: by.Now(), Subject: s.about(ctx, tx, r)})
	if err != nil {
		return nil, err
	}
	for _, p := range to.Spec.Participants {
		if _, ok := after.Parts[p.Role]; !ok {
			if r.Parts, err = s.cast(ctx, tx, to, r, carried(to, r.Parts), s.about(ctx, tx, r)); err != nil {
				return nil, err
			}
			after.Parts = r.Parts
			break
		}
	}
	effects = append([]Effect{{Verb: RunMoved, Step: -1, At: by.Now(), Because: -1, Data: map[string]any{"from": r.PlaybookVersion, "to": to.Version}}}, effects...)
	if err := tx.Later(ctx, nil, `DELETE FROM playbook_step WHERE run_id = $1`, r.ID); err != nil {
		return nil, err
	}
	r.State, r.PlaybookVersion = after, to.Version
	rows := &db.Bulk{}
	if err := r.addSteps(rows); err != nil {
		return nil, err
	}
	if err := rows.Later(ctx, tx); err != nil {
		return nil, err
	}
	before := *r
	before.State = after.clone() // the rows that were just written
	before.Parts = was.Parts
	if err := putWork(ctx, tx, by.Now(), r, was.items(from), r.items(to)); err != nil {
		return nil, err
	}
	return r, s.keep(ctx, tx, by, to, &before, r, effects)
}

// carried are the parts that a definition still knows.
func carried(d *Definition, parts map[string]Part) map[string]Part {
	out := map[string]Part{}
	for role, p := range parts {
		if _, ok := d.role(role); ok {
			out[role] = p
		}
	}
	return out
}
