package desk

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/ledger"
	"steward/internal/ownview"
)

// Removed stands where an erased person's words stood.
const Removed = "Removed on request."

// ownWords are what people who are no colleagues wrote in messages of one kind, with the files they
// sent. What colleagues answered stays, also what an erased colleague answered: it is the company's.
type ownWords struct {
	s      *Service
	what   string
	from   string // the messages, as m
	ticket string // the column of the ticket
	table  string
	files  string // the table of their files
	of     string // its column for the message
}

// onTickets are the messages on tickets themselves.
func (s *Service) onTickets() ownWords {
	return ownWords{s, "messages they wrote, with their files", `comment m`, `m.ticket_id`, `comment`, `comment_file`, `comment_id`}
}

// ownSubjects are those of tickets somebody opened.
type ownSubjects struct{ s *Service }

var (
	_ directory.Eraser = ownWords{}
	_ directory.Eraser = ownSubjects{}
	_ directory.Eraser = batchWords{}
)

// Erasers remove what an erased person wrote.
func (s *Service) Erasers() []directory.Eraser {
	return []directory.Eraser{uploadNames{s}, s.onTickets(), ownSubjects{s}, answers{s}, s.asides(), sideParts{}, reportWords{}, batchWords{}, unsent{}, ownview.Eraser{}, sentRequests{s},
		toldWords{s}, partsEraser{parts{s}}} // who is copied on what is asked by those before
}

// What implements directory.Eraser.
func (w ownWords) What() string { return w.what }

// theirs finds messages that still say something.
func (w ownWords) theirs(who directory.Erasing) string {
	return ` FROM ` + w.from + ` WHERE m.agent = FALSE AND m.author_id IN (` + idList(who.IDs) + `)
		AND (m.body_text <> '` + Removed + `' OR EXISTS (SELECT 1 FROM ` + w.files + ` f WHERE f.` + w.of + ` = m.id))`
}

// Count implements directory.Eraser.
func (w ownWords) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1`+w.theirs(who))
}

func bounded(ctx context.Context, tx db.Tx, query string) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (`+query+` LIMIT $1) AS bounded`, db.Cap+1).Scan(&n)
	return db.Capped(n), err
}

// idList writes ids into a statement; they are numbers of ours.
func idList(ids []int64) string {
	parts := []string{"0"}
	for _, id := range ids {
		parts = append(parts, fmt.Sprint(id))
	}
	return strings.Join(parts, ",")
}

// Erase implements directory.Eraser.
func (w ownWords) Erase(ctx context.Context, tx db.Tx, by act.Actor, who directory.Erasing, limit int) (int, error) {
	perTicket, order := map[int64]int{}, []int64{}
	rows, err := tx.Query(ctx, `SELECT m.id, `+w.ticket+w.theirs(who)+` ORDER BY m.author_id, m.id LIMIT $1`, limit)
	ids, err := db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
		var ticket int64
		if err = r.Scan(&id, &ticket); err == nil {
			if perTicket[ticket]++; perTicket[ticket] == 1 {
				order = append(order, ticket)
			}
		}
		return id, err
	})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `UPDATE `+w.table+` SET body_text = $1, body_html = $2, quoted_html = '' WHERE id IN (`+idList(ids)+`)`, Removed, "<p>"+Removed+"</p>"); err != nil {
		return 0, err
	}
	files, err := ticketIDs(ctx, tx, `DELETE FROM `+w.files+` WHERE `+w.of+` IN (`+idList(ids)+`) RETURNING file_id`)
	if err != nil {
		return 0, err
	}
	if err := w.s.files.Remove(ctx, tx, files, by.Now()); err != nil {
		return 0, err
	}
	for _, ticket := range order {
		if err := w.s.redacted(ctx, tx, by, ticket, map[string]any{"comments": perTicket[ticket]}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// redacted tells that something of a ticket was removed: search and live views follow it.
func (s *Service) redacted(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, what map[string]any) error {
	_, err := s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketRedacted, Subject: ledger.Ref{Kind: "ticket", ID: ticketID}, Data: what})
	return err
}

// What implements directory.Eraser.
func (ownSubjects) What() string { return "subjects of tickets they opened" }

const opened = ` FROM ticket WHERE requester_id IN (%s) AND subject <> '` + Removed + `'`

// Count implements directory.Eraser.
func (ownSubjects) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1`+fmt.Sprintf(opened, idList(who.IDs)))
}

// Erase implements directory.Eraser.
func (b ownSubjects) Erase(ctx context.Context, tx db.Tx, by act.Actor, who directory.Erasing, limit int) (int, error) {
	ids, err := ticketIDs(ctx, tx, `SELECT id`+fmt.Sprintf(opened, idList(who.IDs))+` LIMIT $1`, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `UPDATE ticket SET subject = $1, version = version + 1 WHERE id IN (`+idList(ids)+`)`, Removed); err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := b.s.redacted(ctx, tx, by, id, map[string]any{"subject": true}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// batchWords is what bulk changes keep of an erased person's tickets so that they can be undone.
type batchWords struct{}

// What implements directory.Eraser.
func (batchWords) What() string { return "how bulk changes found their tickets" }

const batchTheirs = ` FROM ticket_batch_item WHERE became <> '' AND ticket_id IN (SELECT id FROM ticket WHERE requester_id IN (%s))`

// Count implements directory.Eraser.
func (batchWords) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1`+fmt.Sprintf(batchTheirs, idList(who.IDs)))
}

// Erase implements directory.Eraser. Those tickets can no longer be put back.
func (batchWords) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	n, err := tx.Exec(ctx, `UPDATE ticket_batch_item SET was = '', became = '' WHERE (batch_id, n) IN (SELECT batch_id, n`+fmt.Sprintf(batchTheirs, idList(who.IDs))+` LIMIT $1)`, limit)
	return int(n), err
}
