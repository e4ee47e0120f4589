package desk

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Draft is what somebody has begun to write on a ticket. It survives a crash of their browser.
type Draft struct {
	Text      string     `json:"text"`
	Public    bool       `json:"public"`
	UpdatedAt *time.Time `json:"updated_at"`
}

// Draft returns the actor's own draft on a ticket they may read; an empty one when there is none.
func (s *Service) Draft(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) (Draft, error) {
	if _, err := s.Get(ctx, tx, by, ticketID); err != nil {
		return Draft{}, err
	}
	var d Draft
	var updated int64
	err := tx.QueryRow(ctx, `SELECT body, public, updated FROM draft WHERE person_id = $1 AND ticket_id = $2`, by.PersonID, ticketID).Scan(&d.Text, &d.Public, &updated)
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{Public: true}, nil
	}
	d.UpdatedAt = rest.Time(db.Time(updated))
	return d, err
}

// KeepDraft stores the actor's draft; an empty text drops it.
func (s *Service) KeepDraft(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, d Draft) error {
	if len(d.Text) > maxBody {
		return fault.New(fault.TooLarge, "This draft is longer than 1 MB, the most one message may have.")
	}
	if _, err := s.Get(ctx, tx, by, ticketID); err != nil {
		return err
	}
	if d.Text == "" {
		_, err := tx.Exec(ctx, `DELETE FROM draft WHERE person_id = $1 AND ticket_id = $2`, by.PersonID, ticketID)
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO draft (person_id, ticket_id, body, public, updated) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person_id, ticket_id) DO UPDATE SET body = excluded.body, public = excluded.public, updated = excluded.updated`,
		by.PersonID, ticketID, d.Text, d.Public, db.Micros(by.Now()))
	return err
}

func (s *Service) getDraft(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (Draft, error) {
	return s.Draft(ctx, tx, by, in.ID)
}

type putDraftInput struct {
	IDPath
	Body struct {
		Text   string `json:"text"`
		Public bool   `json:"public"`
	}
}

func (s *Service) putDraft(_ context.Context, by act.Actor, in *putDraftInput) (rest.Change[Draft], error) {
	return func(ctx context.Context, tx db.Tx) (Draft, error) {
		if err := s.KeepDraft(ctx, tx, by, in.ID, Draft{Text: in.Body.Text, Public: in.Body.Public}); err != nil {
			return Draft{}, err
		}
		return s.Draft(ctx, tx, by, in.ID)
	}, nil
}

func (s *Service) deleteDraft(_ context.Context, by act.Actor, in *IDPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.KeepDraft(ctx, tx, by, in.ID, Draft{})
	}, nil
}
