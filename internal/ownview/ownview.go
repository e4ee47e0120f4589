package ownview

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Area is a kind of list.
type Area string

// The areas.
const (
	Tickets  Area = "ticket"
	Accounts Area = "account"
)

// most is how many views of one area a person can have for themselves.
const most = 50

// View is a view that somebody made for themselves. Spec is what the list shows, as its module reads it.
type View struct {
	ID      int64
	Title   string
	Spec    json.RawMessage
	Version int64
	Created time.Time
}

// ErrStale says that somebody changed the view meanwhile: it is what List tells of it.
var ErrStale = errors.New("the view is another version")

// List lists the actor's views of an area, the oldest first. Everybody may see their own.
func List(ctx context.Context, tx db.Tx, by act.Actor, area Area) ([]View, error) {
	rows, err := tx.Query(ctx, `SELECT id, title, spec, version, created FROM own_view WHERE person_id = $1 AND area = $2 ORDER BY id LIMIT $3`, by.PersonID, string(area), most)
	return db.Collect(rows, err, func(r db.Scanner) (v View, err error) {
		var spec string
		var created int64
		err = r.Scan(&v.ID, &v.Title, &spec, &v.Version, &created)
		v.Spec, v.Created = json.RawMessage(spec), db.Time(created)
		return v, err
	})
}

// Make keeps a view for the actor, who must be somebody. The caller has looked at the spec.
func Make(ctx context.Context, tx db.Tx, by act.Actor, area Area, v View) (View, error) {
	if err := v.titled(); err != nil {
		return v, err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM own_view WHERE person_id = $1 AND area = $2`, by.PersonID, string(area)).Scan(&n); err != nil {
		return v, err
	}
	if n >= most {
		return v, fault.New(fault.Conflict, "You have %d views of your own, which is the most. Delete one you no longer use.", n)
	}
	v.Version, v.Created = 1, by.Now()
	err := tx.QueryRow(ctx, `INSERT INTO own_view (person_id, area, title, spec, version, created) VALUES ($1, $2, $3, $4, 1, $5) RETURNING id`,
		by.PersonID, string(area), v.Title, string(v.Spec), db.Micros(v.Created)).Scan(&v.ID)
	return v, err
}

// Change replaces a view of the actor; nobody else's is found. When it has another version than v the error is
// ErrStale, and the view is returned as it is.
func Change(ctx context.Context, tx db.Tx, by act.Actor, area Area, v View) (View, error) {
	if err := v.titled(); err != nil {
		return v, err
	}
	all, err := List(ctx, tx, by, area)
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(all, func(o View) bool { return o.ID == v.ID })
	if i < 0 {
		return v, fault.Missing("view of yours", v.ID)
	}
	if all[i].Version != v.Version {
		return all[i], ErrStale
	}
	v.Version, v.Created = v.Version+1, all[i].Created
	_, err = tx.Exec(ctx, `UPDATE own_view SET title = $1, spec = $2, version = $3 WHERE id = $4 AND person_id = $5`, v.Title, string(v.Spec), v.Version, v.ID, by.PersonID)
	return v, err
}

// Drop deletes a view of the actor; nobody else's is found.
func Drop(ctx context.Context, tx db.Tx, by act.Actor, area Area, id int64) error {
	n, err := tx.Exec(ctx, `DELETE FROM own_view WHERE id = $1 AND person_id = $2 AND area = $3`, id, by.PersonID, string(area))
	if err == nil && n == 0 {
		err = fault.Missing("view of yours", id)
	}
	return err
}

// titled refuses a title that no list of views could show.
func (v *View) titled() error {
	if v.Title = strings.TrimSpace(v.Title); v.Title == "" || utf8.RuneCountInString(v.Title) > 80 {
		return fault.Field("title", v.Title, "1 to 80 characters", "A view needs a name of at most 80 characters.")
	}
	return nil
}

// Eraser removes the views of an erased person, of every area.
type Eraser struct{}

var _ directory.Eraser = Eraser{}

// What implements directory.Eraser.
func (Eraser) What() string { return "views they made for themselves" }

// Count implements directory.Eraser.
func (Eraser) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	w := (&db.Where{}).Among(tx.Engine(), "person_id", who.IDs)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM own_view WHERE `+w.SQL(), w.Args()...).Scan(&n) // a person has few
	return db.Capped(n), err
}

// Erase implements directory.Eraser.
func (Eraser) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	w := (&db.Where{}).Among(tx.Engine(), "person_id", who.IDs)
	n, err := tx.Exec(ctx, `DELETE FROM own_view WHERE id IN (SELECT id FROM own_view WHERE `+w.SQL()+` ORDER BY id LIMIT `+w.Arg(limit)+`)`, w.Args()...)
	return int(n), err
}
