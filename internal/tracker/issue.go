package tracker

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Issue is an issue or merge request that somebody wants to know of, as last heard.
type Issue struct {
	ID int64
	Remote
	ETag   string
	Synced time.Time // when it was last heard of; zero: never
	Error  string    // why the last look failed; "" when it did not
	Due    time.Time // when it is asked for again; zero: never
	Ended  time.Time // when it was seen to be done; zero while it is not
}

// never is the due time of what is not asked for. Below 2^53.
const never = int64(1)<<53 - 1

// Fields are the columns of an issue under the alias i, for Scan.
const Fields = `i.id, i.tracker_id, i.sign, i.project, i.number, i.sort, i.title, i.state, i.labels, i.milestone, i.assignee, i.confidential, i.url, i.etag,
	i.remote_updated, i.synced, i.error, i.due, i.ended`

// Scan reads Fields, after more.
func Scan(row db.Scanner, more ...any) (i Issue, err error) {
	var labels string
	var updated, synced, ended sql.NullInt64
	var due int64
	err = row.Scan(append(more, &i.ID, &i.TrackerID, &i.Sign, &i.Project, &i.Number, &i.Sort, &i.Title, &i.State, &labels, &i.Milestone, &i.Assignee, &i.Confidential,
		&i.URL, &i.ETag, &updated, &synced, &i.Error, &due, &ended)...)
	if err != nil {
		return i, err
	}
	i.Updated, i.Synced, i.Ended = db.NullTime(updated), db.NullTime(synced), db.NullTime(ended)
	if due != never {
		i.Due = db.Time(due)
	}
	return i, json.Unmarshal([]byte(labels), &i.Labels)
}

// Get returns an issue; the caller has checked who may.
func (s *Service) Get(ctx context.Context, tx db.Tx, id int64) (Issue, error) {
	i, err := Scan(tx.QueryRow(ctx, `SELECT `+Fields+` FROM tracker_issue i WHERE i.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("issue", id)
	}
	return i, err
}

// Some returns issues by id; the caller has checked who may.
func (s *Service) Some(ctx context.Context, tx db.Tx, ids []int64) (map[int64]Issue, error) {
	out := map[int64]Issue{}
	if len(ids) == 0 {
		return out, nil
	}
	list := make([]any, len(ids))
	for n, id := range ids {
		list[n] = id
	}
	w := (&db.Where{}).In("i.id", list)
	rows, err := tx.Query(ctx, `SELECT `+Fields+` FROM tracker_issue i WHERE `+w.SQL(), w.Args()...)
	all, err := db.Collect(rows, err, func(r db.Scanner) (Issue, error) { return Scan(r) })
	for _, i := range all {
		out[i.ID] = i
	}
	return out, err
}

func (s *Service) byReference(ctx context.Context, tx db.Tx, r Reference) (Issue, bool, error) {
	i, err := Scan(tx.QueryRow(ctx, `SELECT `+Fields+` FROM tracker_issue i WHERE i.tracker_id = $1 AND i.sign = $2 AND i.project = $3 AND i.number = $4`,
		r.TrackerID, r.Sign, r.Project, r.Number))
	if errors.Is(err, sql.ErrNoRows) {
		return Issue{}, false, nil
	}
	return i, err == nil, err
}

// Track begins to know of an issue and returns it; one that is known stays. What was read of it
// already is remembered; without (nil) it is asked for at once. The caller has checked who may.
func (s *Service) Track(ctx context.Context, tx db.Tx, by act.Actor, r Reference, read *Remote) (Issue, error) {
	i, known, err := s.byReference(ctx, tx, r)
	if err != nil {
		return i, err
	}
	if !known {
		if i, err = s.insert(ctx, tx, by, r); err != nil {
			return i, err
		}
	}
	if read != nil {
		return s.heard(ctx, tx, by, i, *read, "")
	}
	if i.Due.IsZero() {
		i.Due = by.Now()
		if err := s.setDue(ctx, tx, i.ID, db.Micros(i.Due)); err != nil {
			return i, err
		}
	}
	return i, s.poke(ctx, tx, r.TrackerID, by.Now())
}

func (s *Service) insert(ctx context.Context, tx db.Tx, by act.Actor, r Reference) (Issue, error) {
	i := Issue{Remote: Remote{Reference: r, Sort: IssueSort, State: Unknown, Labels: []string{}}, Due: by.Now()}
	if r.Sign == "!" {
		i.Sort = MergeSort
	}
	w, ok := s.byID(r.TrackerID)
	if ok {
		i.URL = w.address(r)
	}
	err := tx.QueryRow(ctx, `INSERT INTO tracker_issue (tracker_id, sign, project, number, sort, title, state, labels, milestone, assignee, confidential, url, etag, error, due, created)
		VALUES ($1, $2, $3, $4, $5, '', $6, '[]', '', '', FALSE, $7, '', '', $8, $8) ON CONFLICT (tracker_id, project, number, sign) DO UPDATE SET error = tracker_issue.error RETURNING id`,
		r.TrackerID, r.Sign, r.Project, r.Number, string(i.Sort), string(i.State), i.URL, db.Micros(by.Now())).Scan(&i.ID)
	if err != nil {
		return i, err
	}
	_, err = s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: IssueTracked, Subject: ledger.Ref{Kind: "issue", ID: i.ID}, Data: map[string]any{"tracker_id": r.TrackerID, "number": r.Number}})
	return i, err
}

// address is where people open an issue that was not read yet.
func (w InForce) address(r Reference) string {
	number := r.Short()[len(r.Project)+1:]
	switch {
	case w.Spec.Software == GitHub:
		return w.Spec.URL + "/" + r.Project + "/issues/" + number
	case r.Sign == "!":
		return w.Spec.URL + "/" + r.Project + "/-/merge_requests/" + number
	default:
		return w.Spec.URL + "/" + r.Project + "/-/issues/" + number
	}
}

// Ask asks for an issue again from now on, as somebody wants to know of it; one that is asked for stays as it is.
func (s *Service) Ask(ctx context.Context, tx db.Tx, id int64) error {
	i, err := s.Get(ctx, tx, id)
	if err != nil || !i.Due.IsZero() {
		return err
	}
	now := s.Clock()
	if err := s.setDue(ctx, tx, id, db.Micros(now)); err != nil {
		return err
	}
	return s.poke(ctx, tx, i.TrackerID, now)
}

// Forget stops asking for an issue that nobody wants to know of any more; its webhooks still count.
func (s *Service) Forget(ctx context.Context, tx db.Tx, id int64) error {
	return s.setDue(ctx, tx, id, never)
}

func (s *Service) setDue(ctx context.Context, tx db.Tx, id, due int64) error {
	return tx.Later(ctx, nil, `UPDATE tracker_issue SET due = $1 WHERE id = $2`, due, id)
}

// afterEnd is how often an issue that is done is asked for, in case it is opened again, and how long.
const (
	afterEnd = 7 * 24 * time.Hour
	lookBack = 90 * 24 * time.Hour
)

// heard takes over what a tracker tells of an issue. What is older than what is known changes
// nothing, so that neither a late nor a repeated message turns back time.
func (s *Service) heard(ctx context.Context, tx db.Tx, by act.Actor, i Issue, m Remote, etag string) (Issue, error) {
	if !i.Updated.IsZero() && m.Updated.Before(i.Updated) {
		return i, nil
	}
	before, now := i, by.Now()
	i.Remote, i.Reference, i.ETag, i.Synced, i.Error = m, before.Reference, etag, now, ""
	switch {
	case !i.State.Done():
		i.Ended = time.Time{}
	case !before.State.Done():
		i.Ended = now
	}
	i.Due = s.next(i, now)
	labels, err := json.Marshal(i.Labels)
	if err != nil {
		return i, err
	}
	_, err = tx.Exec(ctx, `UPDATE tracker_issue SET sort = $1, title = $2, state = $3, labels = $4, milestone = $5, assignee = $6, confidential = $7, url = $8, etag = $9,
		remote_updated = $10, synced = $11, error = '', due = $12, ended = $13 WHERE id = $14`,
		string(i.Sort), i.Title, string(i.State), string(labels), i.Milestone, i.Assignee, i.Confidential, i.URL, i.ETag, db.NullMicros(i.Updated), db.Micros(now),
		dueColumn(i.Due), db.NullMicros(i.Ended), i.ID)
	if err != nil {
		return i, err
	}
	fields := changed(before.Remote, i.Remote)
	if before.State == i.State && len(fields) == 0 {
		return i, s.poke(ctx, tx, i.TrackerID, i.Due)
	}
	data := map[string]any{"tracker_id": i.TrackerID, "fields": fields}
	if before.State != i.State {
		data["state"] = []State{before.State, i.State}
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: IssueChanged, Subject: ledger.Ref{Kind: "issue", ID: i.ID}, Data: data})
	if err != nil {
		return i, err
	}
	for _, f := range s.changed {
		if err := f(ctx, tx, by.Because(act.Cause{Event: event}), before, i, event); err != nil {
			return i, err
		}
	}
	return i, s.poke(ctx, tx, i.TrackerID, i.Due)
}

func dueColumn(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return db.Micros(t)
}

// next is when an issue is asked for again; zero for never.
func (s *Service) next(i Issue, now time.Time) time.Time {
	w, ok := s.byID(i.TrackerID)
	switch {
	case !ok:
		return time.Time{}
	case !i.State.Done():
		return w.Spec.next(now, i.Labels)
	case now.Sub(i.Ended) < lookBack:
		return now.Add(afterEnd)
	default:
		return time.Time{}
	}
}

// changed names the fields besides the state that differ.
func changed(a, b Remote) []string {
	out := []string{}
	for name, differs := range map[string]bool{"title": a.Title != b.Title, "labels": !slices.Equal(a.Labels, b.Labels), "milestone": a.Milestone != b.Milestone,
		"assignee": a.Assignee != b.Assignee, "confidential": a.Confidential != b.Confidential} {
		if differs {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
