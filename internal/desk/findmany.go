package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
)

// SearchColumns are the columns of tickets that FindMany's tests may name; t is the ticket.
var SearchColumns = map[string]string{
	"id": "t.id", "status": "t.status", "priority": "t.priority", "type": "t.type", "assignee": "t.assignee_id", "requester": "t.requester_id", "submitter": "t.submitter_id",
	"organization": "t.organization_id", "group": "t.team_id", "brand": "t.brand_id", "form": "t.form_id", "problem": "t.problem_id", "channel": "t.channel",
	"created": "t.created", "updated": "t.updated", "solved": "t.solved_at", "due": "t.task_due", "subject": "t.subject",
	"tag":        "t.id IN (SELECT ticket_id FROM ticket_tag WHERE tag = ?)",
	"tags":       "t.id IN (SELECT ticket_id FROM ticket_tag)",
	"cc":         "t.id IN (SELECT ticket_id FROM ticket_person WHERE person_id = ? AND role = 'cc')",
	"follower":   "t.id IN (SELECT ticket_id FROM ticket_person WHERE person_id = ? AND role = 'follower')",
	"commenter":  "t.id IN (SELECT ticket_id FROM comment WHERE author_id = ?)",
	"external":   "t.id IN (SELECT record_id FROM external_id WHERE kind = 'ticket' AND id = ?)",
	"attachment": "t.id IN (SELECT c.ticket_id FROM comment c JOIN comment_file f ON f.comment_id = c.id WHERE c.ticket_id = t.id)",
}

// sortsOfMany are the orders that FindMany knows.
var sortsOfMany = map[string]string{"": "t.updated", "updated": "t.updated", "created": "t.created", "status": "CASE t.status WHEN 'new' THEN 1 WHEN 'open' THEN 2 WHEN 'pending' THEN 3 WHEN 'hold' THEN 4 WHEN 'solved' THEN 5 ELSE 6 END",
	"priority": "CASE t.priority WHEN 'low' THEN 1 WHEN 'normal' THEN 2 WHEN 'high' THEN 3 ELSE 4 END", "type": "t.type", "id": "t.id"}

// FindMany returns tickets within the actor's scope that pass all tests, sorted by updated (when nothing is
// said), created, status, priority, type or id. The tests' columns are the program's own.
func (s *Service) FindMany(ctx context.Context, tx db.Tx, by act.Actor, tests []db.Test, sort string, up bool, n db.Window) ([]*Ticket, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(tx.Engine())); err != nil {
		return nil, err
	}
	w.And("t.deleted_at IS NULL")
	for _, t := range tests {
		t.Add(w)
	}
	direction := " DESC"
	if up {
		direction = ""
	}
	key := sortsOfMany[sort]
	if sort == "id" && n.After != 0 {
		w.And("t.id > ?", n.After)
	}
	rows, err := tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL()+` ORDER BY `+key+direction+`, t.id`+direction+` LIMIT `+w.Arg(n.Limit)+` OFFSET `+w.Arg(n.Skip), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
}

// CountMany counts the same, up to most.
func (s *Service) CountMany(ctx context.Context, tx db.Tx, by act.Actor, tests []db.Test, most int) (n int64, err error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(tx.Engine())); err != nil {
		return 0, err
	}
	w.And("t.deleted_at IS NULL")
	for _, t := range tests {
		t.Add(w)
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket t WHERE `+w.SQL()+` LIMIT `+w.Arg(most)+`) AS bounded`, w.Args()...).Scan(&n)
	return n, err
}
