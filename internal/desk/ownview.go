package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Columns are what a list of tickets can show beside the subject.
var Columns = []string{"status", "priority", "type", "requester", "organization", "assignee", "team", "tags", "due", "created", "updated"}

// Groupings are what a list of tickets can be grouped by.
var Groupings = []string{"due", "status", "priority", "type", "assignee", "team", "organization", "none"}

// maxOwnViews is how many views one person can have for themselves.
const maxOwnViews = 50

// Shown is how a list of tickets is shown.
type Shown struct {
	Columns []string `json:"columns,omitempty" maxItems:"11" doc:"What stands beside the subject, in this order; the usual ones when left out."`
	Group   string   `json:"group,omitempty" doc:"What the tickets are grouped by; due when left out and sorted by due."`
}

// OwnView is a view that somebody made for themselves.
type OwnView struct {
	ID        int64
	Title     string
	Selection Selection
	Shown     Shown
	Version   int64
	Created   time.Time
}

// ownSpec is what the table holds of it.
type ownSpec struct {
	Selection
	Shown
}

// OwnViews lists the views that the actor made for themselves, the oldest first. Everybody may see their own.
func (s *Service) OwnViews(ctx context.Context, tx db.Tx, by act.Actor) ([]OwnView, error) {
	rows, err := tx.Query(ctx, `SELECT id, title, spec, version, created FROM own_view WHERE person_id = $1 ORDER BY id LIMIT $2`, by.PersonID, maxOwnViews)
	return db.Collect(rows, err, func(r db.Scanner) (v OwnView, err error) {
		var spec string
		var created int64
		if err := r.Scan(&v.ID, &v.Title, &spec, &v.Version, &created); err != nil {
			return v, err
		}
		var stored ownSpec
		err = json.Unmarshal([]byte(spec), &stored)
		v.Selection, v.Shown, v.Created = stored.Selection, stored.Shown, db.Time(created)
		return v, err
	})
}

// MakeOwnView keeps a view for the actor. Whoever may read tickets may.
func (s *Service) MakeOwnView(ctx context.Context, tx db.Tx, by act.Actor, v OwnView) (OwnView, error) {
	spec, err := s.checkOwn(by, &v)
	if err != nil {
		return v, err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM own_view WHERE person_id = $1`, by.PersonID).Scan(&n); err != nil {
		return v, err
	}
	if n >= maxOwnViews {
		return v, fault.New(fault.Conflict, "You have %d views of your own, which is the most. Delete one you no longer use.", n)
	}
	v.Version, v.Created = 1, by.Now()
	err = tx.QueryRow(ctx, `INSERT INTO own_view (person_id, title, spec, version, created) VALUES ($1, $2, $3, 1, $4) RETURNING id`,
		by.PersonID, v.Title, spec, db.Micros(v.Created)).Scan(&v.ID)
	return v, err
}

// ChangeOwnView replaces a view of the actor. Nobody else may.
func (s *Service) ChangeOwnView(ctx context.Context, tx db.Tx, by act.Actor, v OwnView) (OwnView, error) {
	spec, err := s.checkOwn(by, &v)
	if err != nil {
		return v, err
	}
	all, err := s.OwnViews(ctx, tx, by)
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(all, func(o OwnView) bool { return o.ID == v.ID })
	if i < 0 {
		return v, fault.Missing("view of yours", v.ID)
	}
	if all[i].Version != v.Version {
		return v, fault.Stale("view", ownViewView(all[i], db.Count{}, ""))
	}
	v.Version, v.Created = v.Version+1, all[i].Created
	_, err = tx.Exec(ctx, `UPDATE own_view SET title = $1, spec = $2, version = $3 WHERE id = $4 AND person_id = $5`, v.Title, spec, v.Version, v.ID, by.PersonID)
	return v, err
}

// DropOwnView deletes a view of the actor. Nobody else may.
func (s *Service) DropOwnView(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	n, err := tx.Exec(ctx, `DELETE FROM own_view WHERE id = $1 AND person_id = $2`, id, by.PersonID)
	if err == nil && n == 0 {
		err = fault.Missing("view of yours", id)
	}
	return err
}

// checkOwn refuses what no list could show, and returns what the table holds.
func (s *Service) checkOwn(by act.Actor, v *OwnView) (string, error) {
	if by.PersonID == 0 || auth.Scope(by, "read", "ticket").None() {
		return "", by.Denied("read", "ticket")
	}
	v.Title = strings.TrimSpace(v.Title)
	if v.Title == "" || utf8.RuneCountInString(v.Title) > 80 {
		return "", fault.Field("title", v.Title, "1 to 80 characters", "A view needs a name of at most 80 characters.")
	}
	for _, c := range v.Shown.Columns {
		if !slices.Contains(Columns, c) {
			return "", fault.Field("columns", c, strings.Join(Columns, ", "), "There is no column %q.", c)
		}
	}
	if v.Shown.Group != "" && !slices.Contains(Groupings, v.Shown.Group) {
		return "", fault.Field("group", v.Shown.Group, strings.Join(Groupings, ", "), "Tickets cannot be grouped by %q.", v.Shown.Group)
	}
	if _, err := s.ownFilter(by, v.Selection); err != nil {
		return "", err
	}
	spec, err := json.Marshal(ownSpec{v.Selection, v.Shown})
	return string(spec), err
}

// ownFilter is what a view of the actor shows. Conditions about what they do not see are refused; those of a
// view of all are its author's.
func (s *Service) ownFilter(by act.Actor, in Selection) (Filter, error) {
	f, view, err := in.filter(s.config())
	if err == nil {
		err = f.check()
	}
	if err == nil && view == nil {
		err = s.config().mayAsk(by, f.Match)
	}
	return f, err
}

// ownViews are views of an erased person.
type ownViews struct{}

var _ directory.Eraser = ownViews{}

// What implements directory.Eraser.
func (ownViews) What() string { return "views they made for themselves" }

// Count implements directory.Eraser.
func (ownViews) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM own_view WHERE person_id IN (`+idList(who.IDs)+`)`)
}

// Erase implements directory.Eraser.
func (ownViews) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM own_view WHERE id IN (SELECT id FROM own_view WHERE person_id IN (`+idList(who.IDs)+`) ORDER BY id LIMIT $1)`, limit)
	return int(n), err
}
