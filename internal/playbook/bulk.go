package playbook

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// BulkInput is what StartMany takes: which records, and what each run is started with.
type BulkInput struct {
	Playbook string          `json:"playbook"`
	IDs      []int64         `json:"ids,omitempty"`     // the records
	Where    string          `json:"where,omitempty"`   // or a condition that they meet, reading subject
	Segment  string          `json:"segment,omitempty"` // or the segment that they are in
	Ask      map[string]any  `json:"ask,omitempty"`
	People   map[string]Part `json:"people,omitempty"`
	OwnerID  int64           `json:"owner_id,omitempty"`
}

// Bulk is a start of many runs and how far it is.
type Bulk struct {
	ID         int64
	PlaybookID int64
	PersonID   int64 // who asked for it
	Input      BulkInput
	State      string // running, done
	Total      int    // records looked at so far
	Started    int
	Refused    int
	Place      int64     // the last record that was looked at
	Problems   []Problem // the first hundred that were refused
	Created    time.Time
	Ended      time.Time
}

// Problem is a record about which no run could be started.
type Problem struct {
	ID   int64  `json:"id"`
	Text string `json:"text"`
}

// Bounds of a bulk start.
const (
	maxBulkIDs  = 10_000
	bulkBatch   = 200
	maxProblems = 100
)

// Actors gives a person the rights they have now.
type Actors interface {
	As(ctx context.Context, tx db.Tx, personID int64) (act.Actor, error)
}

// ActAs makes bulk starts act with the rights of who asked for them.
func (s *Service) ActAs(a Actors) { s.actors = a }

const bulkFields = `id, playbook_id, person_id, input, state, total, started, refused, place, problems, created, ended`

func scanBulk(row db.Scanner) (*Bulk, error) {
	b := &Bulk{}
	var input, problems string
	var created int64
	var ended sql.NullInt64
	if err := row.Scan(&b.ID, &b.PlaybookID, &b.PersonID, &input, &b.State, &b.Total, &b.Started, &b.Refused, &b.Place, &problems, &created, &ended); err != nil {
		return nil, err
	}
	b.Created, b.Ended = db.Time(created), db.NullTime(ended)
	return b, errors.Join(json.Unmarshal([]byte(input), &b.Input), json.Unmarshal([]byte(problems), &b.Problems))
}

// StartMany starts runs about many records by a job; Bulk tells how far it is. Whoever may write
// runs may; each record is started with the rights they have then.
func (s *Service) StartMany(ctx context.Context, tx db.Tx, by act.Actor, in BulkInput) (*Bulk, error) {
	if err := by.Require("write", Kind); err != nil {
		return nil, err
	}
	d, err := s.current(ctx, tx, in.Playbook, 0)
	if err != nil {
		return nil, err
	}
	sub, err := s.subject(d.Spec.Subject)
	if err != nil {
		return nil, err
	}
	switch {
	case len(in.IDs) > maxBulkIDs:
		return nil, fault.Field("ids", len(in.IDs), "at most 10000", "These are %d records; 10,000 is the most at once.", len(in.IDs))
	case len(in.IDs) == 0 && in.Where == "" && in.Segment == "", len(in.IDs) > 0 && in.Where != "", in.Segment != "" && (len(in.IDs) > 0 || in.Where != ""):
		return nil, fault.New(fault.Invalid, "Name the records by their ids, or say by a segment or a condition which ones.")
	case in.Segment != "" && sub.Segment == nil:
		return nil, fault.Field("segment", in.Segment, "ids or a condition", "Records of kind %s are in no segments.", sub.Kind)
	case in.Where != "" && sub.Page == nil:
		return nil, fault.Field("where", in.Where, "ids", "Records of kind %s can only be named by their ids.", sub.Kind)
	}
	if in.Where != "" {
		if _, err := rule.Compile(environment(), in.Where); err != nil {
			return nil, fault.Field("where", in.Where, "a condition about subject, such as subject.attributes.plan == \"premium\"", "%s", err)
		}
	}
	if in.Segment != "" {
		ids, err := sub.Segment(ctx, tx, by, in.Segment, 0, 1)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			return nil, fault.Field("segment", in.Segment, "a segment of accounts", "No account that you may see is in the segment %q.", in.Segment)
		}
	}
	if _, err := d.CheckAsk(in.Ask, by.Now(), nil); err != nil {
		return nil, err
	}
	text, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	b := &Bulk{PlaybookID: d.ID, PersonID: by.PersonID, Input: in, State: "running", Created: by.Now(), Problems: []Problem{}}
	err = tx.QueryRow(ctx, `INSERT INTO playbook_bulk (playbook_id, person_id, input, state, total, started, refused, place, problems, created) VALUES ($1, $2, $3, 'running', 0, 0, 0, 0, '[]', $4) RETURNING id`,
		d.ID, by.PersonID, string(text), db.Micros(by.Now())).Scan(&b.ID)
	if err != nil {
		return nil, err
	}
	return b, s.jobs.Enqueue(ctx, tx, by.Now(), job.Spec{Kind: bulkJob, Key: runKey(b.ID), Due: by.Now(), Args: actArgs{Run: b.ID}})
}

// BulkOf tells how far a bulk start is. Who asked for it may, and whoever may edit all runs.
func (s *Service) BulkOf(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Bulk, error) {
	b, err := scanBulk(tx.QueryRow(ctx, `SELECT `+bulkFields+` FROM playbook_bulk WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && b.PersonID != by.PersonID && !by.May("edit", Kind) {
		return nil, fault.Missing("bulk start", id)
	}
	return b, err
}

// onBulk starts runs in batches; a batch and how far it is commit together, so that none is started
// twice after a crash.
func (s *Service) onBulk(ctx context.Context, j job.Job) (job.Finish, error) {
	var args actArgs
	if err := j.Decode(&args); err != nil {
		return nil, err
	}
	for done := false; !done; {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			done, err = s.bulkStep(ctx, tx, args.Run)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (s *Service) bulkStep(ctx context.Context, tx db.Tx, id int64) (done bool, err error) {
	b, err := scanBulk(tx.QueryRow(ctx, `SELECT `+bulkFields+` FROM playbook_bulk WHERE id = $1`, id))
	if err != nil || b.State != "running" {
		return true, err
	}
	by := s.system()
	if s.actors != nil {
		if by, err = s.actors.As(ctx, tx, b.PersonID); err != nil {
			return false, err
		}
		by.Clock = s.clock
	}
	d, err := s.current(ctx, tx, "", b.PlaybookID)
	if err != nil {
		return false, err
	}
	ids, err := s.bulkIDs(ctx, tx, by, d, b)
	if err != nil {
		return false, err
	}
	var where *rule.Program
	if b.Input.Where != "" {
		if where, err = rule.Compile(environment(), b.Input.Where); err != nil {
			return false, err
		}
	}
	by = by.Still()
	known, err := s.several(ctx, tx, by, d.Spec.Subject, ids)
	if err != nil {
		return false, err
	}
	var all []begun
	for _, record := range ids {
		b.Place, b.Total = record, b.Total+1
		one, err := s.bulkOne(ctx, tx, by, d, b, record, known, where)
		f := fault.As(err)
		switch {
		case f != nil && f.Code != fault.Unavailable && f.Code != fault.Internal && f.Code != fault.Conflict:
			if b.Refused++; len(b.Problems) < maxProblems {
				b.Problems = append(b.Problems, Problem{record, f.Error()})
			}
		case err != nil:
			return false, err
		case one != nil:
			b.Started++
			all = append(all, *one)
		}
	}
	if err := s.put(ctx, tx, by, all); err != nil {
		return false, err
	}
	var ended any
	if len(ids) < bulkBatch {
		b.State, ended = "done", db.Micros(s.clock().UTC())
	}
	problems, err := json.Marshal(b.Problems)
	if err != nil {
		return false, err
	}
	return b.State == "done", tx.Later(ctx, nil, `UPDATE playbook_bulk SET state = $1, total = $2, started = $3, refused = $4, place = $5, problems = $6, ended = $7 WHERE id = $8`,
		b.State, b.Total, b.Started, b.Refused, b.Place, string(problems), ended, b.ID)
}

// bulkIDs are the next records of a bulk start, at most a batch.
func (s *Service) bulkIDs(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, b *Bulk) ([]int64, error) {
	if len(b.Input.IDs) > 0 {
		from := min(b.Total, len(b.Input.IDs))
		return b.Input.IDs[from:min(from+bulkBatch, len(b.Input.IDs))], nil
	}
	sub, err := s.subject(d.Spec.Subject)
	if err != nil {
		return nil, err
	}
	if b.Input.Segment != "" {
		return sub.Segment(ctx, tx, by, b.Input.Segment, b.Place, bulkBatch)
	}
	return sub.Page(ctx, tx, b.Place, bulkBatch)
}

// several reads records of a kind that the actor may see, where their module can read several at once.
func (s *Service) several(ctx context.Context, tx db.Tx, by act.Actor, kind string, ids []int64) (map[int64]About, error) {
	if sub := s.subjects[kind]; sub.Several != nil && len(ids) > 0 {
		return sub.Several(ctx, tx, by, ids)
	}
	return nil, nil
}

// bulkOne lets the run about a record begin; nil when it does not meet the condition.
func (s *Service) bulkOne(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, b *Bulk, record int64, known map[int64]About, where *rule.Program) (*begun, error) {
	in := StartInput{Subject: ledger.Ref{Kind: d.Spec.Subject, ID: record}, Ask: b.Input.Ask, People: b.Input.People, OwnerID: b.Input.OwnerID, definition: d}
	if about, ok := known[record]; ok {
		in.about = &about
	}
	if where != nil {
		vars := s.about(ctx, tx, &Run{Subject: in.Subject})
		if in.about != nil && in.about.Vars != nil {
			vars = in.about.Vars
		}
		if held, err := where.Eval(rule.Vars{"now": by.Now(), "subject": vars}); err != nil || !held {
			return nil, err
		}
	}
	one, err := s.begun(ctx, tx, by, in)
	return &one, err
}

// bulkKept is how long a bulk start is remembered.
const bulkKept = 90 * 24 * time.Hour

// Sweep forgets bulk starts that ended long ago.
func Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, fmt.Sprintf(`DELETE FROM playbook_bulk WHERE id IN (SELECT id FROM playbook_bulk WHERE created < $1 AND state = 'done' ORDER BY created LIMIT %d)`, 1000), db.Micros(now.Add(-bulkKept)))
	return err
}
