package desk

import (
	"context"
	"encoding/json"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/file"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// bringSides lets the side conversations of a merged ticket go on at the one that stays. Undoing brings
// them back.
func (s *Service) bringSides(ctx context.Context, tx db.Tx, by act.Actor, from, to *Ticket, mergeID int64) error {
	if !from.beside.has(besideSides) {
		return nil
	}
	ids, err := ticketIDs(ctx, tx, `SELECT id FROM side WHERE ticket_id = $1 ORDER BY id`, from.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	for _, id := range ids {
		if err := tx.Later(ctx, nil, `INSERT INTO side_moved (merge_id, side_id, from_id) VALUES ($1, $2, $3)`, mergeID, id, from.ID); err != nil {
			return err
		}
	}
	return s.moveSides(ctx, tx, by, ids, from.ID, to)
}

// takeSidesBack brings side conversations back to a ticket whose merge is undone.
func (s *Service) takeSidesBack(ctx context.Context, tx db.Tx, by act.Actor, winner, to *Ticket, mergeID int64) error {
	ids, err := ticketIDs(ctx, tx, `SELECT m.side_id FROM side_moved m JOIN side ON side.id = m.side_id WHERE m.merge_id = $1 AND m.from_id = $2 AND side.ticket_id = $3 ORDER BY m.side_id`, mergeID, to.ID, winner.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.moveSides(ctx, tx, by, ids, winner.ID, to)
}

// moveSides puts side conversations on another ticket, with their mails, drafts and what waits in them.
func (s *Service) moveSides(ctx context.Context, tx db.Tx, by act.Actor, ids []int64, from int64, to *Ticket) error {
	list := idList(ids)
	c := mail.Copies{}
	var err error
	if c.Received, err = ticketIDs(ctx, tx, `SELECT mail_id FROM side_message WHERE mail_id IS NOT NULL AND side_id IN (`+list+`)`); err != nil {
		return err
	}
	if c.Sent, err = ticketIDs(ctx, tx, `SELECT sm.outbox_id FROM side_mail sm JOIN side_message m ON m.id = sm.message_id WHERE m.side_id IN (`+list+`)`); err != nil {
		return err
	}
	if err := s.mail.MoveMails(ctx, tx, c, to.ID); err != nil {
		return err
	}
	for _, statement := range []string{
		`UPDATE side SET ticket_id = $1 WHERE id IN (` + list + `)`,
		`UPDATE side_draft SET ticket_id = $1 WHERE side_id IN (` + list + `)`,
	} {
		if _, err := tx.Exec(ctx, statement, to.ID); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if err := sideWork(ctx, tx, id, `UPDATE work_item SET subject_id = $1`, to.ID); err != nil {
			return err
		}
	}
	if err := to.mark(ctx, tx, besideSides); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketSideMoved, Subject: ledger.Ref{Kind: "ticket", ID: to.ID}, Data: map[string]any{"sides": ids, "ticket": from}})
	return err
}

// purgeSides are the statements that take a ticket's side conversations away.
var purgeSides = []string{
	`DELETE FROM side_file WHERE message_id IN (SELECT m.id FROM side_message m JOIN side ON side.id = m.side_id WHERE side.ticket_id = $1)`,
	`DELETE FROM side_mail WHERE message_id IN (SELECT m.id FROM side_message m JOIN side ON side.id = m.side_id WHERE side.ticket_id = $1)`,
	`DELETE FROM side_message WHERE side_id IN (SELECT id FROM side WHERE ticket_id = $1)`,
	`DELETE FROM side_party WHERE side_id IN (SELECT id FROM side WHERE ticket_id = $1)`,
	`DELETE FROM side_moved WHERE side_id IN (SELECT id FROM side WHERE ticket_id = $1)`,
	`DELETE FROM side_draft WHERE ticket_id = $1`,
	`DELETE FROM side WHERE ticket_id = $1`,
	`DELETE FROM work_item WHERE source = 'side' AND subject_id = $1`,
}

// sideHolders are the references of side conversations to people, for merging.
func sideHolders() []directory.Holder {
	return []directory.Holder{helpers{"side_party", "person_id", "side conversations they take part in", ""},
		helpers{"work_item", "person_id", "answers in side conversations", " AND source = 'side' AND state <> 'done'"}}
}

// asides are the messages of side conversations.
func (s *Service) asides() ownWords {
	return ownWords{s, "messages they wrote in side conversations, with their files", `side_message m JOIN side ON side.id = m.side_id`, `side.ticket_id`,
		`side_message`, `side_file`, `message_id`}
}

// sideParts are the places of erased people in side conversations, and what they had begun to write.
type sideParts struct{}

var _ directory.Eraser = sideParts{}

// What implements directory.Eraser.
func (sideParts) What() string {
	return "side conversations they take part in or had begun to write in"
}

// Count implements directory.Eraser.
func (sideParts) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	list := idList(who.IDs)
	return bounded(ctx, tx, `SELECT 1 FROM side_party WHERE person_id IN (`+list+`) UNION ALL SELECT 1 FROM side_draft WHERE person_id IN (`+list+`)`)
}

// Erase implements directory.Eraser.
func (sideParts) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	list := idList(who.IDs)
	n, err := tx.Exec(ctx, `DELETE FROM side_party WHERE id IN (SELECT id FROM side_party WHERE person_id IN (`+list+`) ORDER BY id LIMIT $1)`, limit)
	if err != nil || int(n) >= limit {
		return int(n), err
	}
	more, err := tx.Exec(ctx, `DELETE FROM side_draft WHERE (person_id, ticket_id, side_id) IN (SELECT person_id, ticket_id, side_id FROM side_draft WHERE person_id IN (`+list+`) LIMIT $1)`, limit-int(n))
	return int(n + more), err
}

// sides takes the words and files out of the side conversations of a ticket. The stored copies of their mails
// are among the ticket's.
func (r *redaction) sides(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket) error {
	if !t.beside.has(besideSides) {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT `+sideFields+` FROM side WHERE ticket_id = $1 ORDER BY id LIMIT $2`, t.ID, maxSides*2)
	all, err := db.Collect(rows, err, scanSide)
	if err != nil {
		return err
	}
	for _, side := range all {
		if subject, in := r.words.Text(side.Subject); in.Times > 0 {
			r.out.Messages, r.out.Times, r.out.Characters = r.out.Messages+1, r.out.Times+in.Times, r.out.Characters+in.Characters
			if !r.dry {
				if _, err := tx.Exec(ctx, `UPDATE side SET subject = $1 WHERE id = $2`, subject, side.ID); err != nil {
					return err
				}
			}
		}
		for before, more := int64(0), true; more; {
			var page []*SideMessage
			if page, more, err = r.s.sideMessages(ctx, tx, side, before, 50); err != nil {
				return err
			}
			for _, m := range page {
				before = m.ID
				if err := r.sideMessage(ctx, tx, by, m); err != nil {
					return err
				}
			}
		}
	}
	return r.sideDrafts(ctx, tx, t.ID)
}

// asideFiles adds files of side conversations that are to go: those named, and copies of them that were sent along.
func (r *redaction) asideFiles(ctx context.Context, tx db.Tx, ticketID int64, out *attached) error {
	rows, err := tx.Query(ctx, `SELECT f.id, f.hash FROM side_file sf JOIN side_message m ON m.id = sf.message_id JOIN side ON side.id = m.side_id JOIN file f ON f.id = sf.file_id WHERE side.ticket_id = $1`, ticketID)
	all, err := db.Collect(rows, err, func(row db.Scanner) (f file.File, err error) { return f, row.Scan(&f.ID, &f.Hash) })
	for _, f := range all {
		if slices.Contains(r.in.Files, f.ID) || out.hashes[string(f.Hash)] {
			out.ids = append(out.ids, f.ID)
		}
	}
	return err
}

// sideMessage takes the words and files out of one message of a side conversation.
func (r *redaction) sideMessage(ctx context.Context, tx db.Tx, by act.Actor, m *SideMessage) error {
	text, in := r.words.Text(m.Text)
	html, inHTML := r.words.HTML(m.HTML)
	quoted, inQuoted := r.words.HTML(m.QuotedHTML)
	if in.Times+inHTML.Times+inQuoted.Times > 0 {
		r.out.Messages++
		r.out.Times += max(in.Times, inHTML.Times) + inQuoted.Times
		r.out.Characters += max(in.Characters, inHTML.Characters) + inQuoted.Characters
		if !r.dry {
			if _, err := tx.Exec(ctx, `UPDATE side_message SET body_text = $1, body_html = $2, quoted_html = $3, source = '' WHERE id = $4`, text, html, quoted, m.ID); err != nil {
				return err
			}
		}
	}
	for _, f := range m.Files {
		if r.removed[f.ID] {
			continue
		}
		covers, err := r.coverFile(ctx, tx, f.File)
		if err != nil {
			return err
		}
		if covers {
			r.out.Covered++
		}
	}
	return nil
}

// sideDrafts takes the words out of what colleagues have begun to write in side conversations.
func (r *redaction) sideDrafts(ctx context.Context, tx db.Tx, ticketID int64) error {
	type draft struct {
		person, side  int64
		subject, text string
	}
	rows, err := tx.Query(ctx, `SELECT person_id, side_id, subject, body FROM side_draft WHERE ticket_id = $1 LIMIT 1000`, ticketID)
	all, err := db.Collect(rows, err, func(row db.Scanner) (d draft, err error) { return d, row.Scan(&d.person, &d.side, &d.subject, &d.text) })
	if err != nil {
		return err
	}
	for _, d := range all {
		subject, in := r.words.Text(d.subject)
		text, inText := r.words.Text(d.text)
		if in.Times+inText.Times == 0 {
			continue
		}
		r.out.Drafts++
		if r.dry {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE side_draft SET subject = $1, body = $2 WHERE person_id = $3 AND ticket_id = $4 AND side_id = $5`, subject, text, d.person, ticketID, d.side); err != nil {
			return err
		}
	}
	return nil
}

// scanSideMessage reads a message as sideMessages selects it.
func scanSideMessage(r db.Scanner, ticketID int64) (*SideMessage, error) {
	m := &SideMessage{Comment: Comment{TicketID: ticketID}}
	var at int64
	var marks string
	if err := r.Scan(&m.ID, &m.EventID, &m.AuthorID, &m.Agent, &m.Channel, &at, &m.Text, &m.HTML, &m.QuotedHTML, &m.MessageID, &m.MailID, &marks); err != nil {
		return nil, err
	}
	m.At = db.Time(at)
	return m, json.Unmarshal([]byte(marks), &m.Marks)
}
