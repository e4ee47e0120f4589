package playbook

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/approval"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/work"
)

// workSource is the name of steps as a source of work.
const workSource = "step"

// lateItem ends the key of the item that tells somebody else of a late step.
const lateItem = "late"

// items are what a run's steps ask of people, by key.
func (r *Run) items(d *Definition) map[string]work.Item {
	out := map[string]work.Item{}
	if r == nil || r.Status != Active {
		return out
	}
	for i, st := range r.Steps {
		def := d.Steps[i]
		if st.State != Failed && (st.State != Open || def.prim != workItem) {
			continue
		}
		put := func(more string, p Part) {
			if p == (Part{}) {
				p = Part{PersonID: r.OwnerID, TeamID: r.TeamID}
			}
			if p == (Part{}) {
				return // nobody is known: the run shows that it waits
			}
			if p.PersonID != 0 {
				p.TeamID = 0
			}
			key := runKey(r.ID) + "/" + st.Name + more
			out[key] = work.Item{Source: workSource, Key: key, PersonID: p.PersonID, TeamID: p.TeamID, Due: db.Time(db.Micros(st.Due)), Urgency: d.urgency(i, st), Subject: r.ref(), EventID: st.EventID}
			if st.Due.IsZero() {
				i := out[key]
				i.Due = time.Time{}
				out[key] = i
			}
		}
		switch {
		case st.State == Failed:
			put("", Part{})
			continue
		case def.kind() == kindApproval:
			for _, role := range def.Approval.By {
				p := r.Parts[role]
				if !slices.ContainsFunc(st.Votes, func(v approval.Vote) bool {
					return v.PersonID == p.PersonID || v.Role == role && approval.Mode(def.Approval.Rule) == approval.All
				}) {
					put("/"+role, p)
				}
			}
		case !st.Review && (st.PersonID != 0 || st.TeamID != 0):
			put("", Part{st.PersonID, st.TeamID})
		default:
			var p Part
			for _, role := range def.roles(st) {
				p = r.Parts[role]
			}
			put("", p)
		}
		if st.Late && def.Escalate != nil {
			if p := r.Parts[def.Escalate.To]; p != (Part{}) {
				put("/"+lateItem, p)
			}
		}
	}
	return out
}

// urgency is 1, 2 once somebody was reminded, 3 once it is late.
func (d *Definition) urgency(i int, st Step) int {
	if st.Late {
		return 3
	}
	for _, n := range d.notices(i, st) {
		if n.what == "remind" && !n.at.After(st.Told) {
			return 2
		}
	}
	return 1
}

// putWork keeps the list of work in step with a change.
func putWork(ctx context.Context, tx db.Tx, now time.Time, r *Run, was, is map[string]work.Item) error {
	for _, key := range slices.Sorted(maps.Keys(is)) {
		i, had := is[key], was[key]
		if had.EventID = i.EventID; had == i && was[key].Key != "" {
			continue
		}
		if err := work.Put(ctx, tx, now, i); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(was)) {
		if _, still := is[key]; still {
			continue
		}
		var err error
		if st := r.Step(strings.Split(key, "/")[1]); st != nil && st.State == Finished {
			err = work.Finish(ctx, tx, now, workSource, key)
		} else {
			err = work.TakeBack(ctx, tx, workSource, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// WorkSource shows steps on people's lists.
func (s *Service) WorkSource() work.Source {
	return work.Source{Name: workSource, Title: "Step", Cards: s.cards}
}

func (s *Service) cards(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
	ids := make([]int64, len(items))
	for n, i := range items {
		ids[n] = i.Subject.ID
	}
	byID, titles, err := s.readable(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	out := map[int64]work.Card{}
	for _, i := range items {
		r := byID[i.Subject.ID]
		if r == nil {
			continue
		}
		d, err := s.Definition(ctx, tx, r.PlaybookID, r.PlaybookVersion)
		if err != nil {
			return nil, err
		}
		name := strings.Split(i.Key, "/")
		n := d.Step(name[1])
		if n < 0 {
			continue
		}
		c := work.Card{Title: d.Steps[n].Title, About: titles[r.ID], Why: d.Called(), Promise: "To be done", Mine: true}
		st := r.Steps[n]
		late := len(name) > 2 && name[2] == lateItem
		if c.Part = st.Name; !late {
			c.Act = lang.In(ctx).Word(d.act(r, n, by))
		}
		switch {
		case late:
			c.Why += ": late, and you are to know"
		case st.State == Failed:
			c.Title, c.Why = c.Title+" could not be done", c.Why+": try again or skip it"
		case st.Review:
			c.Title, c.Promise = lang.In(ctx).Say("Review: %s", c.Title), lang.In(ctx).Word("To be reviewed")
		case st.Reason != "" && st.State == Open:
			c.Why = lang.In(ctx).Say("%s: sent back", c.Why)
		}
		out[i.ID] = c
	}
	return out, nil
}

// acts are what somebody does with a step of a kind.
//
//lang:texts
var acts = map[string]string{kindApproval: "Decide", kindForm: "Answer", kindQuiz: "Take the quiz", kindDeliverable: "Hand in", kindChoice: "Choose"}

// act says what the actor can do with a step as it stands, "" for nothing.
func (d *Definition) act(r *Run, i int, by act.Actor) string {
	st, may := r.Steps[i], r.may(d, i, by)
	switch {
	case may.retry:
		return "Try again"
	case may.decide && st.Review:
		return "Review"
	case !may.complete && !may.decide:
		return ""
	}
	if word, ok := acts[d.Steps[i].kind()]; ok {
		return word
	}
	return "Done"
}

// some reads runs without their steps.
func (s *Service) some(ctx context.Context, tx db.Tx, where string, args ...any) ([]*Run, error) {
	rows, err := tx.Query(ctx, `SELECT `+runFields+` FROM playbook_run r WHERE `+where, args...)
	return db.Collect(rows, err, scanRun)
}

// titles are what runs are called, by their id: their own titles, or those of what they are about.
func (s *Service) titles(ctx context.Context, tx db.Tx, runs []*Run) (map[int64]string, error) {
	out, ids := map[int64]string{}, map[string][]int64{}
	for _, r := range runs {
		if out[r.ID] = r.Title; r.Title == "" {
			ids[r.Subject.Kind] = append(ids[r.Subject.Kind], r.Subject.ID)
		}
	}
	for kind, list := range ids {
		sub, ok := s.subjects[kind]
		if !ok || sub.Titles == nil {
			continue
		}
		slices.Sort(list)
		named, err := sub.Titles(ctx, tx, slices.Compact(list))
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			if r.Title == "" && r.Subject.Kind == kind {
				if out[r.ID] = named[r.Subject.ID]; out[r.ID] == "" {
					out[r.ID] = sub.Title + " " + runKey(r.Subject.ID) // it is gone, or was never named
				}
			}
		}
	}
	return out, nil
}

// mayRead reports whether the actor may see a run: by right, or because they take part in it.
func (s *Service) mayRead(by act.Actor, r *Run) bool {
	return auth.Scope(by, "read", Kind).Covers(r.Record()) || by.TokenID == 0 && r.takesPart(by)
}

// mayEdit reports whether the actor may steer a run.
func mayEdit(by act.Actor, r *Run) bool { return auth.Scope(by, "edit", Kind).Covers(r.Record()) }
