package mail

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"steward/internal/db"
)

// Way says how far one mail of ours has come: out of the outbox, and back in through a mailbox.
type Way struct {
	State   OutState  // "" when there is no such mail
	Error   string    // why it did not leave
	Caught  bool      // kept by the catcher: nothing leaves this instance
	Sent    time.Time // zero: not yet
	Arrived time.Time // when a mailbox here received it; zero: not yet
}

// WayOf follows a mail of ours by its Message-ID, without angle brackets. The caller decides who may.
func (s *Service) WayOf(ctx context.Context, tx db.Tx, messageID string) (w Way, err error) {
	var sent, arrived sql.NullInt64
	var box int64
	err = tx.QueryRow(ctx, `SELECT state, error, sent_at, mailbox_id, (SELECT min(i.received) FROM mail_in i WHERE i.message_id = $1) FROM outbox WHERE message_id = $1`, messageID).
		Scan(&w.State, &w.Error, &sent, &box, &arrived)
	if errors.Is(err, sql.ErrNoRows) {
		return w, nil
	}
	w.Sent, w.Arrived = db.NullTime(sent), db.NullTime(arrived)
	if b, ok := s.boxes().Box(box); ok {
		w.Caught = s.sandbox || s.catch && b.Spec.Outgoing == nil
	}
	return w, err
}
