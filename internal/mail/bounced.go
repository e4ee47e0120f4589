package mail

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Unclear is the kind of a report that says nothing which can be read.
const Unclear BounceKind = "unclear"

// An address that so many mails did not reach within that time gets no more.
const (
	softLimit  = 5
	softWithin = 30 * 24 * time.Hour
)

// Returned is a bounce as recorded: what became of one mail for one address.
type Returned struct {
	ID         int64
	At         time.Time
	MailID     int64 // the received report; 0 when the relay refused at once
	OutboxID   int64
	TicketID   int64
	CommentID  int64
	Address    string
	Kind       BounceKind // "lifted": a soft one from before the address was taken off the list
	Status     string
	Diagnostic string
}

// Reason says in words what the report says: "mailbox unknown (5.1.1)".
func (r Returned) Reason() string { return reason(r.Status) }

func reason(status string) string {
	if status == "" {
		return StatusWords(status)
	}
	return StatusWords(status) + " (" + status + ")"
}

// Outgoing finds the mail that a bounce is about: by our signed Message-ID in it, else by
// the ticket whose signed address it came back to and the address it names. Nothing else
// counts, so that nobody can write a bounce about mail they never saw.
func (s *Service) Outgoing(ctx context.Context, tx db.Tx, b Bounce, tickets []int64) (Out, bool, error) {
	if Ours(b.MessageID, s.keys) {
		o, err := scanOut(tx.QueryRow(ctx, `SELECT `+outFields+` FROM outbox WHERE message_id IN ($1, $2)`, b.MessageID, strings.ToLower(b.MessageID)))
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return o, err == nil, err
		}
	}
	for _, ticket := range tickets {
		rows, err := tx.Query(ctx, `SELECT `+outFields+` FROM outbox WHERE ticket_id = $1 AND attempts > 0 ORDER BY id DESC LIMIT 50`, ticket)
		list, err := db.Collect(rows, err, anOut)
		if err != nil {
			return Out{}, false, err
		}
		for _, o := range list {
			if slices.ContainsFunc(b.Recipients, func(r BouncedRecipient) bool {
				return o.sentTo(r.Address) || o.sentTo(r.Final)
			}) {
				return o, true, nil
			}
		}
	}
	return Out{}, false, nil
}

func (o Out) sentTo(address string) bool {
	return slices.ContainsFunc(o.Recipients, func(a string) bool { return strings.EqualFold(a, address) })
}

// Bounced records a report about a mail of ours and draws the consequences: events on its
// ticket, and no more mail to an address that does not work. who says whose an address is, 0
// when that is unknown; mailID the received report. The same report counts once.
func (s *Service) Bounced(ctx context.Context, tx db.Tx, by act.Actor, mailID int64, o Out, b Bounce, who func(address string) (int64, error)) error {
	for _, r := range about(o, b) {
		ret := Returned{MailID: mailID, OutboxID: o.ID, TicketID: o.TicketID, CommentID: o.CommentID, Address: r.Address, Kind: r.Kind, Status: r.Status, Diagnostic: r.Diagnostic}
		fresh, err := s.noteReturned(ctx, tx, by, ret)
		if err != nil || !fresh {
			if err != nil {
				return err
			}
			continue
		}
		personID, err := who(r.Address)
		if err != nil {
			return err
		}
		if _, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailBounced, Subject: outSubject(o.TicketID, o.ID), Data: map[string]any{
			"outbox": o.ID, "comment": o.CommentID, "mail": mailID, "kind": string(r.Kind), "status": r.Status, "person_id": personID}}); err != nil {
			return err
		}
		if err := s.consequences(ctx, tx, by, ret); err != nil {
			return err
		}
	}
	return nil
}

// about are the recipients of a mail that a bounce tells of, under the addresses we wrote
// to. An address that we did not write to is one that our only recipient forwards to: that
// mail did not arrive, but it is not the address itself that failed.
func about(o Out, b Bounce) (out []BouncedRecipient) {
	if !b.Read && len(o.Recipients) == 1 {
		return []BouncedRecipient{{Address: strings.ToLower(o.Recipients[0]), Kind: Unclear}}
	}
	for _, r := range b.Recipients {
		switch {
		case o.sentTo(r.Address):
			if r.Final != "" && r.Kind == Hard && !strings.EqualFold(r.Final, r.Address) {
				r.Kind = Soft
			}
		case o.sentTo(r.Final):
			r.Address = r.Final
		case len(o.Recipients) == 1:
			r.Address = strings.ToLower(o.Recipients[0])
			if r.Kind == Hard {
				r.Kind = Soft
			}
		default:
			continue
		}
		out = append(out, r)
	}
	return out
}

// noteReturned stores a bounce; false when the same was stored before.
func (s *Service) noteReturned(ctx context.Context, tx db.Tx, by act.Actor, r Returned) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO mail_bounce (at, mail_id, outbox_id, ticket_id, comment_id, address, kind, status, diagnostic)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (outbox_id, mail_id, address) DO NOTHING`,
		db.Micros(by.Now()), r.MailID, r.OutboxID, db.NullID(r.TicketID), db.NullID(r.CommentID), r.Address, string(r.Kind), r.Status, r.Diagnostic)
	return n == 1, err
}

// consequences suppresses an address that does not work, or that too much did not reach.
func (s *Service) consequences(ctx context.Context, tx db.Tx, by act.Actor, r Returned) error {
	switch r.Kind {
	case Hard:
		return s.suppress(ctx, tx, by, r.Address, reason(r.Status), r.OutboxID, r.MailID, r.TicketID)
	case Soft:
		var n int
		err := tx.QueryRow(ctx, `SELECT count(DISTINCT outbox_id) FROM mail_bounce WHERE address = $1 AND kind = 'soft' AND at > $2`,
			r.Address, db.Micros(by.Now().Add(-softWithin))).Scan(&n)
		if err != nil || n < softLimit {
			return err
		}
		return s.suppress(ctx, tx, by, r.Address, fmt.Sprintf("%d mails within 30 days did not arrive, the last one: %s", n, reason(r.Status)), r.OutboxID, r.MailID, r.TicketID)
	}
	return nil
}

const returnedFields = `id, at, mail_id, outbox_id, ticket_id, comment_id, address, kind, status, diagnostic`

func scanReturned(row db.Scanner) (Returned, error) {
	var r Returned
	var at int64
	var ticket, comment sql.NullInt64
	err := row.Scan(&r.ID, &at, &r.MailID, &r.OutboxID, &ticket, &comment, &r.Address, &r.Kind, &r.Status, &r.Diagnostic)
	r.At, r.TicketID, r.CommentID = db.Time(at), ticket.Int64, comment.Int64
	return r, err
}

// BouncesOf returns the bounces of the mails that carry these comments out, by comment id,
// oldest first and at most 1,000.
func (s *Service) BouncesOf(ctx context.Context, tx db.Tx, commentIDs []any) (map[int64][]Returned, error) {
	return byComment(ctx, tx, `SELECT `+returnedFields+` FROM mail_bounce`, commentIDs, scanReturned, func(r Returned) int64 { return r.CommentID })
}

// byComment reads at most 1,000 rows that belong to comments, oldest first, by comment id.
func byComment[T any](ctx context.Context, tx db.Tx, query string, commentIDs []any, scan func(db.Scanner) (T, error), of func(T) int64) (map[int64][]T, error) {
	out := map[int64][]T{}
	if len(commentIDs) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("comment_id", commentIDs)
	rows, err := tx.Query(ctx, query+` WHERE `+w.SQL()+` ORDER BY id LIMIT 1000`, w.Args()...)
	list, err := db.Collect(rows, err, scan)
	for _, r := range list {
		out[of(r)] = append(out[of(r)], r)
	}
	return out, err
}
