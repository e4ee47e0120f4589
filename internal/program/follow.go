package program

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Follower hears what applicants answer by mail: their answer in the ticket goes on with the application.
func (s *Service) Follower() ledger.Follower {
	return ledger.Follower{Name: "program.answers", Verbs: []string{"ticket.commented"}, Handle: s.heard}
}

func (s *Service) heard(ctx context.Context, tx db.Tx, e ledger.Event) error {
	var data struct {
		Automatic bool   `json:"automatic"`
		Channel   string `json:"channel"`
	}
	if err := e.Decode(&data); err != nil || data.Automatic || data.Channel == Channel {
		return err
	}
	a, err := s.one(ctx, tx, "ticket_id = $1", e.Subject.ID)
	if err != nil || a == nil || a.State != Asked || a.PersonID != e.ActorID {
		return err
	}
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	return s.answered(ctx, tx, s.applicant(a).Because(act.Cause{Event: e.ID}).Still(), p, a, "mail")
}

// Channel is the channel of messages that were written on an application's page.
const Channel = "application"
