package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/rule"
)

// reweighJob works out anew the waiting tickets of an organization, or of a requester, that changed.
const reweighJob = "desk.reweigh"

// queuesRead are the fields of a ticket's organization and requester that the queues read, by kind of
// record: "attributes.plan".
func (cfg *Config) queuesRead() map[string][]string {
	out := map[string][]string{}
	read := func(programs ...*rule.Program) {
		for _, p := range programs {
			if p == nil {
				continue
			}
			for _, path := range p.Fields() {
				for at, kind := range map[string]string{"ticket.organization": "organization", "ticket.requester": "person"} {
					if name, is := strings.CutPrefix(path+".", at+"."); is {
						out[kind] = append(out[kind], strings.TrimSuffix(name, "."))
					}
				}
			}
		}
	}
	for _, q := range cfg.Queues {
		read(q.Match)
		read(q.points...)
		read(q.prefers...)
		read(q.skills...)
	}
	return out
}

// readsChange reports whether one of the fields read is among those that an event says were changed.
func readsChange(read []string, data json.RawMessage) bool {
	var changed map[string]json.RawMessage
	if len(read) == 0 || json.Unmarshal(data, &changed) != nil {
		return false
	}
	if _, ok := changed["email"]; ok {
		changed["domain"] = nil
	}
	return slices.ContainsFunc(read, func(one string) bool {
		for name := range changed {
			if name == one || one == "" || strings.HasPrefix(name, one+".") {
				return true
			}
		}
		return false
	})
}

// Follower keeps the queues in step with organizations and requesters whose fields they read.
func (s *Service) Follower() ledger.Follower {
	return ledger.Follower{Name: "desk.queues", Verbs: []string{directory.OrganizationUpdated, directory.PersonUpdated}, Handle: s.noteAround}
}

// noteAround sets the job when an event changes something that a queue reads.
func (s *Service) noteAround(ctx context.Context, tx db.Tx, e ledger.Event) error {
	if !readsChange(s.config().reads[e.Subject.Kind], e.Data) {
		return nil
	}
	now := s.clock().UTC()
	return s.jobs.Set(ctx, tx, now, job.Spec{Kind: reweighJob, Key: fmt.Sprint(e.Subject.Kind, ":", e.Subject.ID), Subject: e.Subject, Due: now})
}

// onReweigh works out some of the tickets anew and comes again for the others.
func (s *Service) onReweigh(ctx context.Context, tx db.Tx, j job.Job) error {
	var from struct {
		After int64 `json:"after"`
	}
	if err := j.Decode(&from); err != nil {
		return err
	}
	column := map[string]string{"organization": "t.organization_id", "person": "t.requester_id"}[j.Subject.Kind]
	if len(s.config().Queues) == 0 || column == "" {
		return nil
	}
	last, more, err := s.weighSome(ctx, tx, (&db.Where{}).And(column+" = ?", j.Subject.ID), from.After)
	if err != nil || !more {
		return err
	}
	from.After = last
	now := s.clock().UTC()
	return s.jobs.Set(ctx, tx, now, job.Spec{Kind: reweighJob, Key: j.Key, Subject: j.Subject, Due: now, Args: from})
}

// weighSome works out the waiting tickets that w finds, in the order of their ids: some of those
// after one, and whether there may be more behind the last.
func (s *Service) weighSome(ctx context.Context, tx db.Tx, w *db.Where, after int64) (last int64, more bool, err error) {
	w.And("t.id > ?", after).And("t.assignee_id IS NULL AND t.done = FALSE AND t.deleted_at IS NULL")
	q := `SELECT ` + ticketFields + ` FROM ticket t WHERE ` + w.SQL() + ` ORDER BY t.id LIMIT ` + w.Arg(perWeighing)
	if tx.Engine() == db.Postgres {
		q += ` FOR UPDATE`
	}
	rows, err := tx.Query(ctx, q, w.Args()...)
	tickets, err := db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
	if err != nil {
		return after, false, err
	}
	now, queues := s.clock().UTC(), len(s.config().Queues)
	for _, t := range tickets {
		after = t.ID
		var p *place
		if t.waits() && queues > 0 {
			if p, err = s.placeOf(ctx, tx, t); err != nil {
				return after, false, err
			}
		}
		if p == nil {
			err = leaveQueue(ctx, tx, t.ID)
		} else {
			err = tx.Later(ctx, nil, putQueueSQL, p.row(t, now)...)
		}
		if err != nil {
			return after, false, err
		}
	}
	return after, len(tickets) == perWeighing, nil
}
