package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// dueJob is the kind of timer that tells of a promise that is soon due.
const dueJob = "notify.due"

// soon is how long before its due time a promise is told of.
const soon = 30 * time.Minute

// Follower reads from the ledger what concerns somebody. It begins with what happens from now on.
func (s *Service) Follower() ledger.Follower {
	verbs := []string{"ticket.created", "ticket.changed", "ticket.commented", "ticket.noted", "ticket.review_asked", "ticket.review_approved", "ticket.review_returned", "ticket.reply_undone", "ticket.side_begun", "ticket.side_said", "ticket.side_answered", "account.health_noticed", "pool.low", "config.request_discussed",
		"clock.started", "clock.resumed", "clock.moved", "clock.reopened", "clock.breached"}
	return ledger.Follower{Name: "notify", Verbs: append(verbs, deciding...), Handle: s.handle}
}

// told is what events say that matters here.
type told struct {
	Assignee json.RawMessage            `json:"assignee_id"`
	Changes  map[string]json.RawMessage `json:"changes"`
	Send     int64                      `json:"send"`
	Tell     []int64                    `json:"tell"`
	Side     int64                      `json:"side"`
	Band     []string                   `json:"band"`
	People   []int64                    `json:"people"`
	Metric   string                     `json:"metric"`
	Due      json.RawMessage            `json:"due"`
}

// pair reads [old, new].
func pair(raw json.RawMessage) (now int64) {
	var both []json.RawMessage
	if json.Unmarshal(raw, &both) == nil && len(both) == 2 {
		_ = json.Unmarshal(both[1], &now)
		return now
	}
	_ = json.Unmarshal(raw, &now)
	return now
}

func (s *Service) handle(ctx context.Context, tx db.Tx, e ledger.Event) error {
	n := news{event: e.ID, by: e.ActorID, at: e.At, about: e.Subject}
	if s.Wanted[e.Subject.Kind] != nil && slices.Contains(deciding, e.Verb) {
		return s.decisions(ctx, tx, n)
	}
	if s.Clock().Sub(e.At) > 24*time.Hour {
		return nil // history that is taken in or read again is no news
	}
	var d told
	if len(e.Data) > 0 {
		if err := e.Decode(&d); err != nil {
			return err
		}
	}
	switch e.Verb {
	case "ticket.created", "ticket.changed":
		raw := d.Assignee
		if c, ok := d.Changes["assignee_id"]; ok {
			raw = c
		}
		if raw == nil {
			return nil
		}
		n.kind = "assigned"
		return s.tell(ctx, tx, pair(raw), n)
	case "ticket.commented", "clock.breached":
		n.kind = map[string]string{"ticket.commented": "replied", "clock.breached": "breached"}[e.Verb]
		seen, err := s.Tickets.Look(ctx, tx, s.root(), []int64{e.Subject.ID})
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, seen[e.Subject.ID].AssigneeID, n)
	case "ticket.noted":
		n.kind = "mentioned"
		return s.tellWork(ctx, tx, n, `event_id = $1 AND source = 'mention' AND key >= $2 AND key < $3`, n.event, fmt.Sprintf("%d:", e.Subject.ID), fmt.Sprintf("%d;", e.Subject.ID))
	case "ticket.side_begun", "ticket.side_said", "ticket.side_answered":
		n.kind, n.detail = "aside", fmt.Sprint(d.Side)
		return s.tellAll(ctx, tx, d.Tell, n)
	case "config.request_discussed":
		n.kind = "discussed"
		return s.tellAll(ctx, tx, d.Tell, n)
	case "account.health_noticed":
		n.kind, n.detail = "health", strings.Join(d.Band, ",")
		return s.tellAll(ctx, tx, d.People, n)
	case "ticket.review_asked":
		n.kind, n.detail = "approval", fmt.Sprint(d.Send)
		return s.tellWork(ctx, tx, n, `event_id = $1 AND source = 'review' AND key = $2`, n.event, n.detail)
	case "ticket.review_approved", "ticket.review_returned", "ticket.reply_undone": // it waits for nobody any more
		_, err := tx.Exec(ctx, `DELETE FROM notification WHERE subject_kind = $1 AND subject_id = $2 AND kind = 'approval' AND detail = $3`, n.about.Kind, n.about.ID, fmt.Sprint(d.Send))
		return err
	case "pool.low":
		n.kind = "stock"
		return s.tellWork(ctx, tx, n, `source = 'pool' AND key = $1 AND state <> 'done'`, fmt.Sprint(e.Subject.ID))
	}
	due := pair(d.Due)
	if due == 0 {
		return nil
	}
	return s.Jobs.Set(ctx, tx, s.Clock(), job.Spec{Kind: dueJob, Key: fmt.Sprintf("%d:%s", e.Subject.ID, d.Metric), Subject: e.Subject, Due: db.Time(due).Add(-soon),
		Args: dueArgs{Metric: d.Metric, Event: e.ID}})
}

func (s *Service) root() act.Actor {
	by := act.Root()
	by.Clock = s.Clock
	return by
}

func (s *Service) tellAll(ctx context.Context, tx db.Tx, people []int64, n news) error {
	for _, id := range people {
		if err := s.tell(ctx, tx, id, n); err != nil {
			return err
		}
	}
	return nil
}

// tellWork tells those whose work some items are: a person, or a team's members.
func (s *Service) tellWork(ctx context.Context, tx db.Tx, n news, where string, args ...any) error {
	rows, err := tx.Query(ctx, `SELECT COALESCE(person_id, 0), COALESCE(team_id, 0) FROM work_item WHERE `+where+` LIMIT 50`, args...)
	all, err := db.Collect(rows, err, func(r db.Scanner) (w [2]int64, err error) { return w, r.Scan(&w[0], &w[1]) })
	if err != nil {
		return err
	}
	for _, w := range all {
		ids := []int64{w[0]}
		if w[0] == 0 && w[1] != 0 {
			members, err := s.Directory.Members(ctx, tx, []int64{w[1]})
			if err != nil {
				return err
			}
			for _, p := range members[w[1]][:min(len(members[w[1]]), 50)] {
				ids = append(ids, p.ID)
			}
		}
		if err := s.tellAll(ctx, tx, ids, n); err != nil {
			return err
		}
	}
	return nil
}

type dueArgs struct {
	Metric string `json:"metric"`
	Event  int64  `json:"event"`
}

// onDue is the timer's handler: it tells the ticket's assignee if the promise still stands.
func (s *Service) onDue(ctx context.Context, tx db.Tx, j job.Job) error {
	var args dueArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	now := s.Clock()
	due, ok, err := s.Tickets.Due(ctx, tx, j.Subject.ID, args.Metric)
	if err != nil || !ok || due.After(now.Add(soon+time.Minute)) || !due.After(now) {
		return err
	}
	seen, err := s.Tickets.Look(ctx, tx, s.root(), []int64{j.Subject.ID})
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, seen[j.Subject.ID].AssigneeID, news{kind: "due", event: args.Event, at: now, about: j.Subject})
}
