package directory

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// ErasedName is what stands where an erased person's name stood.
const ErasedName = "Erased person"

// eraseJob removes what an erased person left behind, batch by batch.
const eraseJob = "directory.erase"

var timeZero time.Time

// Erasure is an entry of the erasure list: it says who was erased and nothing about them.
// Keep the list apart from backups and replay it after a restore.
type Erasure struct {
	PersonID int64     `json:"person_id"`
	Created  time.Time `json:"person_created"` // tells the person from a later one with the same id
	At       time.Time `json:"at"`
	Reason   string    `json:"reason"`
	ByID     int64     `json:"by_id"`
	Done     bool      `json:"done"` // nothing is left to remove
}

// Removal is how many records of one sort an erasure removes.
type Removal struct {
	What  string   `json:"what"`
	Count db.Count `json:"count"`
}

// PreviewErase lists what erasing somebody would remove. Whoever may erase people may.
func (s *Service) PreviewErase(ctx context.Context, tx db.Tx, by act.Actor, id int64) ([]Removal, error) {
	if _, err := s.begin(ctx, tx, by, "erase", id); err != nil {
		return nil, err
	}
	who, err := erasing(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return s.removals(ctx, tx, who)
}

func (s *Service) removals(ctx context.Context, tx db.Tx, who Erasing) ([]Removal, error) {
	n, err := count(ctx, tx, `SELECT 1 FROM event_private WHERE erased_by IS NULL AND person_id IN (`+list(who.IDs)+`)`)
	if err != nil {
		return nil, err
	}
	out := []Removal{{"names and addresses", db.Count{Count: int64(len(who.IDs) + len(who.Addresses))}}, {"private values of events", n}}
	for _, e := range s.rest.Erasers {
		n, err := e.Count(ctx, tx, who)
		if err != nil {
			return nil, err
		}
		out = append(out, Removal{e.What(), n})
	}
	return out, nil
}

// list writes ids into a statement; they are numbers of ours.
func list(ids []int64) string {
	text := "0"
	for _, id := range ids {
		text += fmt.Sprintf(",%d", id)
	}
	return text
}

// erasing gathers a person's ids and addresses, those merged into them included.
func erasing(ctx context.Context, tx db.Tx, id int64) (who Erasing, err error) {
	if who.IDs, err = ids(ctx, tx, `SELECT id FROM person WHERE id = $1 OR alias_of = $1 ORDER BY id`, id); err != nil {
		return who, err
	}
	who.Addresses, err = texts(ctx, tx, `SELECT value FROM identity WHERE kind = 'email' AND person_id IN (`+list(who.IDs)+`)
		UNION SELECT email FROM person WHERE email <> '' AND id IN (`+list(who.IDs)+`)`)
	if err != nil {
		return who, err
	}
	who.Names, err = texts(ctx, tx, `SELECT DISTINCT name FROM person WHERE name <> '' AND name <> '`+ErasedName+`' AND id IN (`+list(who.IDs)+`)`)
	return who, err
}

// Erase removes somebody for good: name, addresses, attributes and the private values of
// events at once, together with the event that says so; what they wrote, their mail and
// their files by a job. Records about them stay, without them. confirm repeats the id.
// Whoever may erase people may, except themselves, people who may do more than they, and
// the last who could administer the instance.
func (s *Service) Erase(ctx context.Context, tx db.Tx, by act.Actor, id, confirm int64, reason string) (Erasure, error) {
	p, err := s.begin(ctx, tx, by, "erase", id)
	if err != nil {
		return Erasure{}, err
	}
	if confirm != id {
		return Erasure{}, fault.Field("confirm", confirm, "the person's id once more", "Erasing cannot be undone, so repeat the id of the person: %d.", id)
	}
	if reason, err = cleanReason(reason); err != nil {
		return Erasure{}, err
	}
	who, err := erasing(ctx, tx, id)
	if err != nil {
		return Erasure{}, err
	}
	var moving bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM directory_merge WHERE kind = 'person' AND state IN ('moving', 'undoing') AND winner_id = $1)`, id).Scan(&moving); err != nil {
		return Erasure{}, err
	}
	if moving {
		return Erasure{}, fault.New(fault.Invalid, "A merge of person %d is still moving records. Try again in a moment.", id)
	}
	if err := s.rest.Access.Forget(ctx, tx, by, who.IDs); err != nil {
		return Erasure{}, err
	}
	done := Erasure{PersonID: id, Created: p.Created, At: by.Now(), Reason: reason, ByID: by.PersonID}
	if err := s.forget(ctx, tx, by, who, done); err != nil {
		return done, err
	}
	if err := s.rest.Guard(ctx, tx); err != nil {
		return done, err
	}
	return done, s.enqueueErase(ctx, tx, id, who)
}

// forget removes who the people were and notes the erasure of each.
func (s *Service) forget(ctx context.Context, tx db.Tx, by act.Actor, who Erasing, e Erasure) error {
	now := db.Micros(e.At)
	_, err := tx.Exec(ctx, `UPDATE person SET name = $1, name_fold = $2, email = '', organization_id = NULL, agent = FALSE, time_zone = '', attributes = '{}', seen = NULL,
		suspended_at = NULL, suspended_reason = '', removed_at = NULL, updated = $3, deleted_at = $3, version = version + 1 WHERE id IN (`+list(who.IDs)+`)`, ErasedName, Fold(ErasedName), now)
	if err != nil {
		return err
	}
	for _, table := range []string{"identity", "team_member"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE person_id IN (`+list(who.IDs)+`)`); err != nil {
			return err
		}
	}
	for _, f := range s.fields().On("person") {
		if _, err := tx.Exec(ctx, `DELETE FROM attr_index WHERE field_id = $1 AND record_id IN (`+list(who.IDs)+`)`, f.ID); err != nil {
			return err
		}
	}
	clear(seenIn(tx).people)
	for _, id := range who.IDs {
		event, err := s.ledger.Erase(ctx, tx, by, id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO erasure (person_id, person_created, at, reason, by_id, event_id) SELECT id, created, $1, $2, $3, $4 FROM person WHERE id = $5
			ON CONFLICT (person_id) DO NOTHING`, now, e.Reason, e.ByID, event, id)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) enqueueErase(ctx context.Context, tx db.Tx, id int64, who Erasing) error {
	now := s.rest.Clock().UTC()
	return s.rest.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: eraseJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "person", ID: id}, Due: now, Args: who})
}

func (s *Service) eraseStep(ctx context.Context, tx db.Tx, j job.Job) error {
	var who Erasing
	if err := j.Decode(&who); err != nil {
		return err
	}
	more, err := s.eraseBatch(ctx, tx, j.Subject.ID, who)
	if err != nil || !more {
		return err
	}
	return s.enqueueErase(ctx, tx, j.Subject.ID, who)
}

// eraseBatch removes a batch of what an erased person left and reports whether there is more.
func (s *Service) eraseBatch(ctx context.Context, tx db.Tx, id int64, who Erasing) (more bool, err error) {
	var event int64
	if err := tx.QueryRow(ctx, `SELECT event_id FROM erasure WHERE person_id = $1`, id).Scan(&event); err != nil {
		return false, err
	}
	left := batch
	for _, e := range s.rest.Erasers {
		n, err := e.Erase(ctx, tx, s.consequence(event), who, left)
		if err != nil {
			return false, fmt.Errorf("erase %s: %w", e.What(), err)
		}
		if left -= n; left <= 0 {
			return true, nil
		}
	}
	_, err = tx.Exec(ctx, `UPDATE erasure SET done_at = $1 WHERE person_id IN (`+list(who.IDs)+`)`, db.Micros(s.rest.Clock()))
	return false, err
}

// EraseNow is Erase with everything done when it returns, for the command line and a
// restore. It opens its own transactions; when it is cut short, the job goes on.
func (s *Service) EraseNow(ctx context.Context, by act.Actor, id int64, reason string) (out Erasure, err error) {
	var who Erasing
	err = s.rest.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if who, err = erasing(ctx, tx, id); err != nil {
			return err
		}
		out, err = s.Erase(ctx, tx, by, id, id, reason)
		return err
	})
	for more := true; err == nil && more; {
		err = s.rest.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			if more, err = s.eraseBatch(ctx, tx, id, who); err != nil || more {
				return err
			}
			return s.rest.Jobs.Cancel(ctx, tx, eraseJob, fmt.Sprint(id))
		})
	}
	out.Done = err == nil
	return out, err
}

// Erasures is the erasure list after a person's id, in the order of ids. Whoever may erase
// people may read it.
func (s *Service) Erasures(ctx context.Context, tx db.Tx, by act.Actor, after int64, limit int) ([]Erasure, error) {
	if !auth.Scope(by, "erase", "person").All() {
		return nil, by.Denied("erase", "person")
	}
	rows, err := tx.Query(ctx, `SELECT person_id, person_created, at, reason, by_id, done_at IS NOT NULL FROM erasure WHERE person_id > $1 ORDER BY person_id LIMIT $2`, after, limit)
	return db.Collect(rows, err, func(r db.Scanner) (e Erasure, err error) {
		var created, at int64
		err = r.Scan(&e.PersonID, &created, &at, &e.Reason, &e.ByID, &e.Done)
		e.Created, e.At = db.Time(created), db.Time(at)
		return e, err
	})
}

// ReplayErasures erases again whom a restored backup brought back, from a list kept apart
// from it, and returns how many it erased. Somebody who is not in the backup, or is another
// person under the same id, is passed over. It opens its own transactions; call it before
// the restored instance is served.
func (s *Service) ReplayErasures(ctx context.Context, by act.Actor, list []Erasure) (erased int, err error) {
	for _, e := range list {
		back := false
		err := s.rest.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM person WHERE id = $1 AND created = $2 AND deleted_at IS NULL)`, e.PersonID, db.Micros(e.Created)).Scan(&back)
		})
		if err != nil {
			return erased, err
		}
		if !back {
			continue
		}
		if err := s.freeAlias(ctx, e.PersonID); err != nil {
			return erased, err
		}
		if _, err := s.EraseNow(ctx, by, e.PersonID, e.Reason); err != nil {
			return erased, fmt.Errorf("person %d: %w", e.PersonID, err)
		}
		erased++
	}
	return erased, nil
}

// freeAlias lets somebody be erased who was merged into another in the backup, but erased
// by themselves later.
func (s *Service) freeAlias(ctx context.Context, id int64) error {
	return s.rest.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE person SET alias_of = NULL WHERE id = $1`, id)
		return err
	})
}

// known are the ids that other systems knew somebody by, and import rows about them.
type known struct{}

var _ Eraser = known{}

func (known) What() string { return "ids of other systems" }

func (known) Count(ctx context.Context, tx db.Tx, who Erasing) (db.Count, error) {
	return count(ctx, tx, `SELECT 1 FROM external_id WHERE kind = 'person' AND record_id IN (`+list(who.IDs)+`)`)
}

func (known) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who Erasing, _ int) (int, error) {
	_, err := tx.Exec(ctx, `DELETE FROM external_id WHERE kind = 'person' AND record_id IN (`+list(who.IDs)+`)`)
	return 0, err
}
