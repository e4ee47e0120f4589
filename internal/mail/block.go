package mail

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Block is a sender whose mail is set aside: an address, or a domain with those below it.
type Block struct {
	ID       int64
	Sender   string // ann@acme.example or acme.example, lower case
	At       time.Time
	ByID     int64 // who blocked it
	Reason   string
	TicketID int64 // the ticket that led to it, 0 for none
}

// Domain reports whether a whole domain is blocked.
func (b Block) Domain() bool { return !strings.Contains(b.Sender, "@") }

const blockFields = `id, sender, at, by_id, reason, ticket_id`

func scanBlock(row db.Scanner) (Block, error) {
	var b Block
	var at int64
	var ticket sql.NullInt64
	err := row.Scan(&b.ID, &b.Sender, &at, &b.ByID, &b.Reason, &ticket)
	b.At, b.TicketID = db.Time(at), ticket.Int64
	return b, err
}

// cleanSender checks what is to be blocked. Our own addresses and whole top-level domains cannot be.
func (s *Service) cleanSender(sender string) (string, error) {
	sender = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(sender)), "@")
	accepted := "an address such as ann@acme.example, or a domain such as acme.example"
	if strings.Contains(sender, "@") {
		if sender = normalEmail(sender); !plausibleEmail(sender) {
			return "", fault.Field("sender", clip(sender, 200), accepted, "This is neither an address nor a domain.")
		}
		if s.Own(sender) {
			return "", fault.Field("sender", sender, "an address that is not one of your mailboxes", "%s is one of your own mailboxes.", sender)
		}
		return sender, nil
	}
	if !hostname.MatchString(sender) || !strings.Contains(sender, ".") {
		return "", fault.Field("sender", clip(sender, 200), accepted, "This is neither an address nor a domain.")
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(sender); err != nil {
		return "", fault.Field("sender", sender, accepted, "Everybody under %s would be blocked. Name one domain below it.", sender)
	}
	for _, box := range s.boxes().All() {
		if _, domain, ok := cutAddress(box.Spec.Address); ok && strings.EqualFold(domain, sender) {
			return "", fault.Field("sender", sender, "a domain that none of your mailboxes is in", "Your own mailbox %s is in this domain.", box.Spec.Address)
		}
	}
	return sender, nil
}

// Block sets mail of a sender aside from now on; one that is blocked stays so. Whoever may
// write mail may; for others, who mark a ticket as spam, see BlockRequester.
func (s *Service) Block(ctx context.Context, tx db.Tx, by act.Actor, sender, reason string) (Block, error) {
	if err := by.Require("write", "mail"); err != nil {
		return Block{}, err
	}
	return s.block(ctx, tx, by, sender, reason, 0)
}

// BlockRequester blocks the address that a ticket came from. The desk has checked that the
// actor may mark the ticket as spam; a whole domain asks for the right to write mail.
func (s *Service) BlockRequester(ctx context.Context, tx db.Tx, by act.Actor, address string, domain bool, ticketID int64) (Block, error) {
	if domain {
		if err := by.Require("write", "mail"); err != nil {
			return Block{}, err
		}
		_, address, _ = cutAddress(address)
	}
	return s.block(ctx, tx, by, address, "A ticket from there was marked as spam.", ticketID)
}

// UnblockRequester lets mail through again whose sender was blocked because a ticket was marked as spam, now that it is
// none. Who restores the ticket decides; a blocked domain stays for who may not write mail, unless they blocked it themselves.
func (s *Service) UnblockRequester(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) error {
	rows, err := tx.Query(ctx, `SELECT `+blockFields+` FROM mail_block WHERE ticket_id = $1`, ticketID)
	blocks, err := db.Collect(rows, err, scanBlock)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if b.Domain() && b.ByID != by.PersonID && !by.May("write", "mail") {
			continue
		}
		if err := s.unblock(ctx, tx, by, b.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) block(ctx context.Context, tx db.Tx, by act.Actor, sender, reason string, ticketID int64) (Block, error) {
	sender, err := s.cleanSender(sender)
	if err != nil {
		return Block{}, err
	}
	if len(reason) > 500 {
		return Block{}, fault.Field("reason", len(reason), "at most 500 bytes", "The reason is too long.")
	}
	b := Block{Sender: sender, At: by.Now(), ByID: by.PersonID, Reason: strings.TrimSpace(reason), TicketID: ticketID}
	err = tx.QueryRow(ctx, `INSERT INTO mail_block (sender, at, by_id, reason, ticket_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (sender) DO NOTHING RETURNING id`,
		b.Sender, db.Micros(b.At), b.ByID, b.Reason, db.NullID(b.TicketID)).Scan(&b.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return scanBlock(tx.QueryRow(ctx, `SELECT `+blockFields+` FROM mail_block WHERE sender = $1`, sender))
	}
	if err != nil {
		return b, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailBlocked, Subject: ledger.Ref{Kind: "mail_block", ID: b.ID}, Data: map[string]any{"domain": b.Domain(), "ticket": ticketID}})
	return b, err
}

// Unblock lets mail of a sender through again. Whoever may write mail may.
func (s *Service) Unblock(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	if err := by.Require("write", "mail"); err != nil {
		return err
	}
	return s.unblock(ctx, tx, by, id)
}

func (s *Service) unblock(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	n, err := tx.Exec(ctx, `DELETE FROM mail_block WHERE id = $1`, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Missing("blocked sender", id)
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: MailUnblocked, Subject: ledger.Ref{Kind: "mail_block", ID: id}})
	return err
}

// unblockSender lifts what blocks the sender of a received mail: the address and domains above it.
func (s *Service) unblockSender(ctx context.Context, tx db.Tx, by act.Actor, mailID int64) error {
	r, err := scanReceived(tx.QueryRow(ctx, `SELECT `+receivedFields+` FROM mail_in WHERE id = $1`, mailID))
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing("mail", mailID)
	}
	if err != nil {
		return err
	}
	for { // each lookup finds one
		b, err := s.blocked(ctx, tx, r.From, r.EnvelopeFrom)
		if err != nil || b.ID == 0 {
			return err
		}
		if err := s.Unblock(ctx, tx, by, b.ID); err != nil {
			return err
		}
	}
}

// Blocks lists blocked senders, the newest first; sender narrows it to what would block that
// address or is that domain. Whoever may read mail may.
func (s *Service) Blocks(ctx context.Context, tx db.Tx, by act.Actor, sender string, page db.Page) ([]Block, string, error) {
	if err := by.Require("read", "mail"); err != nil {
		return nil, "", err
	}
	w := &db.Where{}
	if sender = strings.ToLower(strings.TrimSpace(sender)); sender != "" {
		w.In("sender", sendersOf(sender))
	}
	return db.Newest(ctx, tx, blockFields+` FROM mail_block`, "id", w, page, scanBlock, func(b Block) int64 { return b.ID })
}

// blocked finds what blocks one of these addresses; ID 0 when nothing does.
func (s *Service) blocked(ctx context.Context, tx db.Tx, addresses ...string) (Block, error) {
	var all []any
	for _, a := range addresses {
		all = append(all, sendersOf(strings.ToLower(a))...)
	}
	if len(all) == 0 {
		return Block{}, nil
	}
	w := (&db.Where{}).In("sender", all)
	b, err := scanBlock(tx.QueryRow(ctx, `SELECT `+blockFields+` FROM mail_block WHERE `+w.SQL()+` ORDER BY id LIMIT 1`, w.Args()...))
	if errors.Is(err, sql.ErrNoRows) {
		return Block{}, nil
	}
	return b, err
}

// sendersOf are the entries that block an address: itself, its domain and those above.
func sendersOf(address string) (out []any) {
	if address == "" {
		return nil
	}
	out = append(out, address)
	_, domain, ok := cutAddress(address)
	if !ok {
		domain = address
	}
	for range 20 {
		out = append(out, domain)
		_, above, more := strings.Cut(domain, ".")
		if !more || !strings.Contains(above, ".") {
			break
		}
		domain = above
	}
	return out
}
