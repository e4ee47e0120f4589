package mail

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/db"
)

// SideRef is what a message id of ours says about a mail of a side conversation: the conversation, the
// message, and which of the mails about that message it is.
type SideRef struct {
	SideID    int64
	MessageID int64
	Copy      int
}

// SideAddress returns the address whose replies belong to a side conversation: as ReplyAddress, with an s
// before the number. Its signature does not stand for a ticket, nor a ticket's for it.
func SideAddress(mailbox string, sideID int64, keys Keys) (string, error) {
	return signedAddress(mailbox, "side", "s"+strconv.FormatInt(sideID, 10), keys)
}

// ParseSideAddress returns the side conversation that an address belongs to; ok is false when it is not one,
// or not signed by us.
func ParseSideAddress(addr string, keys Keys) (sideID int64, ok bool) {
	what, ok := signedPart(addr, "side", keys)
	if !ok || !strings.HasPrefix(what, "s") {
		return 0, false
	}
	return parseInt(what[1:])
}

// SideMessageID returns the id, without angle brackets, of a mail of a side conversation. The same mail
// always has the same id.
func SideMessageID(ref SideRef, domain string, keys Keys) string {
	return signedID(fmt.Sprintf("s%d.%d.%d", ref.SideID, ref.MessageID, ref.Copy), "side", domain, keys)
}

// ParseSideMessageID returns what a message id of a side conversation says; ok is false for any other.
func ParseSideMessageID(id string, keys Keys) (ref SideRef, ok bool) {
	what, ok := verifiedID(id, "side", keys)
	if !ok || !strings.HasPrefix(what, "s") {
		return SideRef{}, false
	}
	parts := strings.Split(what[1:], ".")
	if len(parts) != 3 {
		return SideRef{}, false
	}
	side, ok1 := parseInt(parts[0])
	message, ok2 := parseInt(parts[1])
	n, err := strconv.Atoi(parts[2])
	return SideRef{side, message, n}, ok1 && ok2 && err == nil
}

// Ours reports whether a message id is one that we signed.
func Ours(id string, keys Keys) bool {
	if _, ok := ParseMessageID(id, keys); ok {
		return true
	}
	_, ok := ParseSideMessageID(id, keys)
	return ok
}

// SideThreading returns the side conversations a mail may belong to, the likeliest first: by the signed
// address it was sent to, then by ids of ours that it answers. recipients are those of the envelope.
func SideThreading(m *Message, keys Keys, recipients ...string) []int64 {
	return threads(m, recipients, func(address string) (int64, bool) { return ParseSideAddress(address, keys) }, func(id string) (int64, bool) {
		ref, ok := ParseSideMessageID(id, keys)
		return ref.SideID, ok
	})
}

// OutsOf returns outgoing mails by id. It checks no permission.
func (s *Service) OutsOf(ctx context.Context, tx db.Tx, ids []any) (map[int64]Out, error) {
	found := map[int64]Out{}
	if len(ids) == 0 {
		return found, nil
	}
	w := (&db.Where{}).In("id", ids)
	rows, err := tx.Query(ctx, `SELECT `+outFields+` FROM outbox WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	list, err := db.Collect(rows, err, anOut)
	for _, o := range list {
		found[o.ID] = o
	}
	return found, err
}

// BouncesOfMails returns what came back of these mails, by the mail's id, oldest first and at most 1,000.
func (s *Service) BouncesOfMails(ctx context.Context, tx db.Tx, ids []any) (map[int64][]Returned, error) {
	out := map[int64][]Returned{}
	if len(ids) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("outbox_id", ids)
	rows, err := tx.Query(ctx, `SELECT `+returnedFields+` FROM mail_bounce WHERE `+w.SQL()+` ORDER BY id LIMIT 1000`, w.Args()...)
	list, err := db.Collect(rows, err, scanReturned)
	for _, r := range list {
		out[r.OutboxID] = append(out[r.OutboxID], r)
	}
	return out, err
}

// MoveMails puts stored mails on another ticket: what is written about goes on there. It checks no permission.
func (s *Service) MoveMails(ctx context.Context, tx db.Tx, c Copies, ticketID int64) error {
	for _, id := range c.Received {
		if _, err := tx.Exec(ctx, `UPDATE mail_in SET ticket_id = $1 WHERE id = $2`, ticketID, id); err != nil {
			return err
		}
	}
	for _, id := range c.Sent {
		if _, err := tx.Exec(ctx, `UPDATE outbox SET ticket_id = $1 WHERE id = $2`, ticketID, id); err != nil {
			return err
		}
	}
	return nil
}
