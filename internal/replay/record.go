package replay

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// State says where a replay stands.
type State string

// The states of a replay.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Record is a stored replay. It is kept for 30 days.
type Record struct {
	ID      int64
	State   State
	ByID    int64
	Created time.Time
	Ended   time.Time // zero while it waits or runs
	Since   time.Time
	Until   time.Time
	Done    int64
	Total   int64   // 0 until it has been counted
	Report  *Report // nil until done
	Error   string
}

const recordFields = `id, state, by_id, created, ended, since, until, done, total, report, error`

func scanRecord(row db.Scanner) (Record, error) {
	var r Record
	var created, since, until int64
	var ended sql.NullInt64
	var report sql.NullString
	if err := row.Scan(&r.ID, &r.State, &r.ByID, &created, &ended, &since, &until, &r.Done, &r.Total, &report, &r.Error); err != nil {
		return r, err
	}
	r.Created, r.Ended, r.Since, r.Until = db.Time(created), db.NullTime(ended), db.Time(since), db.Time(until)
	if r.State != Done {
		return r, nil
	}
	r.Report = &Report{}
	return r, json.Unmarshal([]byte(report.String), r.Report)
}

// Get returns a replay with how far it is and what came out. Whoever may read blueprints may.
func (s *Service) Get(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Record, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return Record{}, err
	}
	r, err := scanRecord(tx.QueryRow(ctx, `SELECT `+recordFields+` FROM replay WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.Missing("replay", id)
	}
	return r, err
}

// List lists replays, newest first, without their reports. Whoever may read blueprints may.
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) (list []Record, next string, err error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, "", err
	}
	const fields = `id, state, by_id, created, ended, since, until, done, total, '{}', error`
	list, next, err = db.Newest(ctx, tx, fields+` FROM replay`, "id", &db.Where{}, page, scanRecord, func(r Record) int64 { return r.ID })
	for i := range list {
		list[i].Report = nil
	}
	return list, next, err
}

// Cancel stops a replay that waits or runs; one that has ended stays as it is. Whoever may
// apply blueprints may.
func (s *Service) Cancel(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Record, error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return Record{}, err
	}
	_, err := tx.Exec(ctx, `UPDATE replay SET state = 'cancelled', ended = $1 WHERE id = $2 AND state IN ('waiting', 'running')`, db.Micros(by.Now()), id)
	if err != nil {
		return Record{}, err
	}
	return s.Get(ctx, tx, act.Root(), id)
}
