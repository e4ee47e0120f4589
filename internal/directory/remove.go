package directory

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// leaveJob takes the people of a removed organization out of it.
const leaveJob = "directory.leave"

// RemovedReason is why somebody who was removed is suspended.
const RemovedReason = "Removed"

// Remove takes somebody out of the lists of people: they are suspended, and nothing about them is lost
// until they are erased. Whoever may suspend people may, with the same exceptions.
func (s *Service) Remove(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Person, error) {
	p, err := s.begin(ctx, tx, by, "suspend", id)
	if err != nil {
		return p, err
	}
	if p.Suspended.IsZero() {
		if p, err = s.Suspend(ctx, tx, by, id, Suspension{Reason: RemovedReason, HandOver: p.Agent}); err != nil {
			return p, err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE person SET removed_at = $1, updated = $1, version = version + 1 WHERE id = $2`, db.Micros(by.Now()), id); err != nil {
		return p, err
	}
	delete(seenIn(tx).people, id)
	p.Version++
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: PersonUpdated, Subject: ledger.Ref{Kind: "person", ID: id}, Data: map[string]any{"removed": []bool{false, true}}})
	return p, err
}

// Removed tells which of some people were removed. It checks no permission.
func (s *Service) Removed(ctx context.Context, tx db.Tx, people []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	if len(people) == 0 {
		return out, nil
	}
	w := (&db.Where{}).And("removed_at IS NOT NULL").In("id", anyIDs(people))
	all, err := ids(ctx, tx, `SELECT id FROM person WHERE `+w.SQL(), w.Args()...)
	for _, id := range all {
		out[id] = true
	}
	return out, err
}

// RemoveOrganization takes an organization away: its domains and foreign ids are free again, and its
// people leave it by a job. Tickets keep the organization they were opened for. Whoever may write every
// organization may.
func (s *Service) RemoveOrganization(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	o, err := s.EditingOrganization(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !auth.Scope(by, "write", "organization").All() {
		return by.Denied("write", "organization")
	}
	if o.ID != id {
		return fault.New(fault.Invalid, "Organization %d was merged into %d. Use that id.", id, o.ID)
	}
	now := db.Micros(by.Now())
	for _, statement := range []string{`DELETE FROM organization_domain WHERE organization_id = $1`, `DELETE FROM external_id WHERE kind = 'organization' AND record_id = $1`,
		`DELETE FROM directory_card WHERE kind = 'organization' AND record_id = $1`} {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE organization SET deleted_at = $1, updated = $1, version = version + 1 WHERE id = $2`, now, id); err != nil {
		return err
	}
	delete(seenIn(tx).organizations, id)
	if _, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: OrganizationUpdated, Subject: ledger.Ref{Kind: "organization", ID: id}, Data: map[string]any{"removed": []bool{false, true}}}); err != nil {
		return err
	}
	return s.enqueueLeave(ctx, tx, id)
}

func (s *Service) enqueueLeave(ctx context.Context, tx db.Tx, id int64) error {
	now := s.rest.Clock().UTC()
	return s.rest.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: leaveJob, Key: fmt.Sprint(id), Subject: ledger.Ref{Kind: "organization", ID: id}, Due: now})
}

// leaveStep is the job's handler: one batch.
func (s *Service) leaveStep(ctx context.Context, tx db.Tx, j job.Job) error {
	by := act.Root()
	by.Clock = s.rest.Clock
	org := j.Subject.ID
	left, err := ids(ctx, tx, `UPDATE person SET organization_id = NULL, updated = $1, version = version + 1
		WHERE id IN (SELECT id FROM person WHERE organization_id = $2 ORDER BY id LIMIT $3) RETURNING id`, db.Micros(by.Now()), org, batch)
	if err != nil {
		return err
	}
	if err := (people{s}).tell(ctx, tx, by, left, org, 0); err != nil {
		return err
	}
	if len(left) < batch {
		return nil
	}
	return s.enqueueLeave(ctx, tx, org)
}
