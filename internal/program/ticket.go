package program

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// TicketLine is a ticket that an application's mail is in, as colleagues see it.
type TicketLine struct {
	ID          int64     `json:"id"`
	Subject     string    `json:"subject"`
	Status      string    `json:"status"`
	RequesterID int64     `json:"-"`
	Updated     time.Time `json:"updated"`
	Current     bool      `json:"current" doc:"Whether letters go out from it."`
}

// maxTickets is how many tickets of one application are shown.
const maxTickets = 50

// tie notes that an application's mail is in a ticket; a second time nothing happens.
func (s *Service) tie(ctx context.Context, tx db.Tx, a *Application, ticket int64, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO application_tied (application_id, ticket_id, tied) VALUES ($1, $2, $3) ON CONFLICT (application_id, ticket_id) DO NOTHING`, a.ID, ticket, db.Micros(now))
	return err
}

// tied is the newest application whose mail is in it; nil when there is none.
func (s *Service) tied(ctx context.Context, tx db.Tx, ticket int64) (*Application, error) {
	return s.one(ctx, tx, "id = (SELECT max(application_id) FROM application_tied WHERE ticket_id = $1)", ticket)
}

// tickets are those of an application's tickets that the actor may read, the newest first.
func (s *Service) tickets(ctx context.Context, tx db.Tx, by act.Actor, a *Application) ([]TicketLine, error) {
	rows, err := tx.Query(ctx, `SELECT ticket_id FROM application_tied WHERE application_id = $1 ORDER BY ticket_id DESC LIMIT $2`, a.ID, maxTickets)
	all, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil || len(all) == 0 {
		return []TicketLine{}, err
	}
	list, err := s.Tickets.Lines(ctx, tx, by, all)
	for i := range list {
		list[i].Current = list[i].ID == a.TicketID
	}
	return list, err
}

// Tie says that a ticket is about an application too, such as one that the applicant wrote without answering a letter.
// Whoever may edit the application and the ticket may. Where the applicant asked it themselves and the application waits for
// their answer, it is taken for the answer.
func (s *Service) Tie(ctx context.Context, tx db.Tx, by act.Actor, id, ticket int64) (*Application, error) {
	a, p, err := s.working(ctx, tx, by, "edit", id, 0)
	if err != nil {
		return nil, err
	}
	if a.PersonID == 0 {
		return nil, fault.New(fault.Conflict, "This application is not confirmed yet, so nothing can be about it.")
	}
	by = by.Still()
	if err := s.Tickets.Mark(ctx, tx, by, ticket, p.Name); err != nil {
		return nil, err
	}
	if err := s.tie(ctx, tx, a, ticket, by.Now()); err != nil {
		return nil, err
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Tied, Subject: a.Ref(), Data: map[string]any{"program_id": p.ID, "ticket_id": ticket}})
	if err != nil || a.State != Asked {
		return a, err
	}
	lines, err := s.Tickets.Lines(ctx, tx, by, []int64{ticket})
	if err != nil || len(lines) == 0 || lines[0].RequesterID != a.PersonID {
		return a, err
	}
	return a, s.answered(ctx, tx, s.applicant(a).Because(act.Cause{Event: event}).Still(), p, a, "mail")
}

// Follower hears what happens in applications' tickets: an answer by mail goes on with the application, and a ticket that
// goes on from a closed one, or that one was merged into, is tied to it as well.
func (s *Service) Follower() ledger.Follower {
	return ledger.Follower{Name: "program.answers", Verbs: []string{"ticket.commented", "ticket.created", "ticket.merged", PoolDry, CodesImported, CodeAlert}, Handle: s.heard}
}

func (s *Service) heard(ctx context.Context, tx db.Tx, e ledger.Event) error {
	var data struct {
		Automatic bool    `json:"automatic"`
		Channel   string  `json:"channel"`
		Followup  int64   `json:"followup_of"`
		Merged    []int64 `json:"tickets"`
		Requester int64   `json:"requester_id"`
	}
	if err := e.Decode(&data); err != nil {
		return err
	}
	ticket := e.Subject.ID
	switch {
	case e.Subject.Kind == "pool":
		return s.watch(ctx, tx, ticket, e.ID)
	case e.Verb == "ticket.merged":
		for _, loser := range data.Merged[:min(len(data.Merged), maxTickets)] {
			a, err := s.tied(ctx, tx, loser)
			if err == nil && a != nil {
				err = s.tie(ctx, tx, a, ticket, e.At)
			}
			if err != nil {
				return err
			}
		}
		return nil
	case e.Verb == "ticket.created" && data.Followup == 0:
		return nil
	case e.Verb == "ticket.created":
		if err := s.followed(ctx, tx, data.Followup, ticket, data.Requester, e.At); err != nil {
			return err
		}
	}
	if data.Automatic || data.Channel == Channel {
		return nil
	}
	a, err := s.tied(ctx, tx, ticket)
	if err != nil || a == nil || a.State != Asked || a.PersonID != e.ActorID {
		return err
	}
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	return s.answered(ctx, tx, s.applicant(a).Because(act.Cause{Event: e.ID}).Still(), p, a, "mail")
}

// followed ties a ticket that goes on from a closed one of an application: letters go out from it from now on, where it is
// the applicant's own.
func (s *Service) followed(ctx context.Context, tx db.Tx, closed, next, requester int64, now time.Time) error {
	a, err := s.tied(ctx, tx, closed)
	if err != nil || a == nil {
		return err
	}
	if err := s.tie(ctx, tx, a, next, now); err != nil || a.TicketID != closed || requester != a.PersonID {
		return err
	}
	a.TicketID = next
	return s.update(ctx, tx, a)
}

// Channel is the channel of messages that were written on an application's page.
const Channel = "application"
