package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"

	"steward/internal/db"
)

// Content identifies a mail whichever way it came and whatever the servers on that way
// wrote on top: its Message-ID, the fields its writer's program sets, and its body. A mail
// without a Message-ID is the same only byte for byte.
func Content(m *Message, raw []byte) []byte {
	if m.MessageID == "" {
		sum := sha256.Sum256(stable(raw))
		return sum[:]
	}
	h := sha256.New()
	add := func(b []byte) {
		_ = binary.Write(h, binary.BigEndian, int64(len(b)))
		h.Write(b)
	}
	for _, name := range []string{"Message-Id", "From", "To", "Cc", "Date", "Subject", "Content-Type", "Content-Transfer-Encoding"} {
		add([]byte(m.Header.Get(name)))
	}
	_, body, _ := splitHeader(raw, DefaultLimits.Header, 1)
	add(bytes.TrimRight(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), "\n"))
	return h.Sum(nil)
}

// Once claims a mail by its content for the caller's transaction: first is true for exactly
// one of the deliveries of the same mail, whichever node works on it. The others wait for
// that one's transaction and learn where it went. Whoever is first calls Placed; until
// somebody did, the next may be first.
func (s *Service) Once(ctx context.Context, tx db.Tx, mailID int64, content []byte) (first bool, ticketID, commentID int64, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO mail_once (content, mail_id, ticket_id, comment_id) VALUES ($1, $2, 0, 0) ON CONFLICT (content) DO UPDATE SET mail_id = excluded.mail_id WHERE mail_once.ticket_id = 0`, content, mailID)
	if err != nil || n == 1 {
		return true, 0, 0, err
	}
	err = tx.QueryRow(ctx, `SELECT ticket_id, comment_id FROM mail_once WHERE content = $1`, content).Scan(&ticketID, &commentID)
	return false, ticketID, commentID, err
}

// Placed notes where the mail went that Once claimed.
func (s *Service) Placed(ctx context.Context, tx db.Tx, content []byte, ticketID, commentID int64) error {
	return tx.Later(ctx, nil, `UPDATE mail_once SET ticket_id = $1, comment_id = $2 WHERE content = $3`, ticketID, commentID, content)
}
