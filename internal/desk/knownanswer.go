package desk

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// AnswerKnown writes one answer to all tickets of a known issue that are not closed: those attached to it, and those
// linked to its issues. It is a batch: each ticket is answered when its turn comes. status "" leaves the state to
// the answer; undo lets it be taken back as one reply can. Whoever may write known issues and edit tickets may; they reach the
// tickets they may edit.
func (s *Service) AnswerKnown(ctx context.Context, tx db.Tx, by act.Actor, id int64, text string, status Status, undo bool) (*Batch, error) {
	if err := by.Require("write", "known_issue"); err != nil {
		return nil, err
	}
	k, err := s.known(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	tickets, err := s.ticketsOfKnown(ctx, tx, by, k.ID)
	if err != nil {
		return nil, err
	}
	if len(tickets) == 0 {
		return nil, fault.New(fault.Invalid, "No ticket that is not closed is attached to this known issue or linked to its issues.")
	}
	return s.StartBatch(ctx, tx, by, NewBatch{Title: fmt.Sprintf("Answer to known issue %d", k.ID), Tickets: tickets,
		Change: BatchChange{Status: status, Comment: &BatchComment{Text: text, Public: true}}, Undo: undo})
}

// ofKnown finds the tickets of a known issue.
const ofKnown = `t.id IN (SELECT ticket_id FROM known_issue_ticket WHERE known_id = ? UNION SELECT l.ticket_id FROM known_issue_link n JOIN ticket_link l ON l.issue_id = n.issue_id WHERE n.known_id = ?)`

// ticketsOfKnown are the tickets of a known issue that the actor may edit and that are not closed, one more at most than
// a batch takes.
func (s *Service) ticketsOfKnown(ctx context.Context, tx db.Tx, by act.Actor, id int64) ([]int64, error) {
	w := (&db.Where{}).And(ofKnown, id, id).And("t.deleted_at IS NULL").And("t.status <> ?", string(StatusClosed))
	if err := auth.Scope(by, "edit", "ticket").Where(w, columns); err != nil {
		return nil, err
	}
	return ticketIDs(ctx, tx, `SELECT t.id FROM ticket t WHERE `+w.SQL()+` ORDER BY t.id LIMIT `+w.Arg(maxBatch+1), w.Args()...)
}

// KnownTickets lists the tickets of a known issue that the actor may see, newest first. Whoever may read known issues
// may.
func (s *Service) KnownTickets(ctx context.Context, tx db.Tx, by act.Actor, id int64, page db.Page) ([]*Ticket, string, error) {
	if _, err := s.Known(ctx, tx, by, id); err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And(ofKnown, id, id).And("t.deleted_at IS NULL")
	if err := auth.Scope(by, "read", "ticket").Where(w, columns); err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, ticketFields+` FROM ticket t`, "t.id", w, page, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) }, func(t *Ticket) int64 { return t.ID })
}

// fillKnown puts the ticket's known issue into a macro's text: {{known_issue}} is its title, {{workaround}} what helps
// meanwhile. Of several the oldest that is open counts; without one both are empty.
func (s *Service) fillKnown(ctx context.Context, tx db.Tx, t *Ticket, text string) (string, error) {
	if !strings.Contains(text, "{{workaround}}") && !strings.Contains(text, "{{known_issue}}") {
		return text, nil
	}
	list, _, err := s.knownOf(ctx, tx, t.ID)
	if err != nil {
		return "", err
	}
	var k KnownIssue
	for _, one := range list {
		if k.ID == 0 || k.State != KnownOpen && one.State == KnownOpen {
			k = one
		}
	}
	return strings.NewReplacer("{{known_issue}}", k.Title, "{{workaround}}", k.Workaround).Replace(text), nil
}

type postAnswerInput struct {
	IDPath
	Body struct {
		Text   string `json:"text" maxLength:"200000" doc:"In Markdown; {{requester}}, {{subject}} and {{ticket}} stand for values."`
		Status Status `json:"status,omitempty" doc:"New state of each ticket; when left out, the one that an answer means."`
		Undo   bool   `json:"undo,omitempty" doc:"Let it wait as one reply does, so that it can be taken back with POST /bulk/{id}/cancel."`
	}
}

// AnswerView is an answer on its way to many tickets.
type AnswerView struct {
	BatchID int64 `json:"batch_id" doc:"Its progress is at /bulk/{id}."`
	Tickets int64 `json:"tickets"`
}

func (s *Service) postAnswer(_ context.Context, by act.Actor, in *postAnswerInput) (rest.Change[AnswerView], error) {
	return func(ctx context.Context, tx db.Tx) (AnswerView, error) {
		b, err := s.AnswerKnown(ctx, tx, by, in.ID, in.Body.Text, in.Body.Status, in.Body.Undo)
		if err != nil {
			return AnswerView{}, err
		}
		return AnswerView{b.ID, b.Total}, nil
	}, nil
}

func (s *Service) getKnownTickets(ctx context.Context, tx db.Tx, by act.Actor, in *issueTicketsInput) (rest.List[Row], error) {
	tickets, next, err := s.KnownTickets(ctx, tx, by, in.ID, in.Page())
	if err != nil {
		return rest.List[Row]{}, err
	}
	rows, err := s.Rows(ctx, tx, tickets)
	return rest.NewList(rows, next), err
}
