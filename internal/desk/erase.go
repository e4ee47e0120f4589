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

// ownWords are what people wrote on tickets, with the files they sent and the subjects of the
// tickets they opened. What colleagues answered stays, also what an erased colleague
// answered: it is the company's.
type ownWords struct{ s *Service }

// ownSubjects are those of tickets somebody opened.
type ownSubjects struct{ s *Service }

var (
	_ directory.Eraser = ownWords{}
	_ directory.Eraser = ownSubjects{}
	_ directory.Eraser = batchWords{}
)

// Erasers remove what an erased person wrote.
func (s *Service) Erasers() []directory.Eraser {
	return []directory.Eraser{uploadNames{s}, ownWords{s}, ownSubjects{s}, answers{s}, sideWords{s}, sideParts{}, reportWords{}, batchWords{}, unsent{}, ownview.Eraser{}, sentRequests{s},
		toldWords{s}, partsEraser{parts{s}}} // who is copied on what is asked by those before
}

// What implements directory.Eraser.
func (ownWords) What() string { return "messages they wrote, with their files" }

// theirs finds comments that still say something.
const theirs = ` FROM comment c WHERE c.agent = FALSE AND c.author_id IN (%s) AND (c.body_text <> '` + Removed + `' OR EXISTS (SELECT 1 FROM comment_file f WHERE f.comment_id = c.id))`

// Count implements directory.Eraser.
func (ownWords) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1`+fmt.Sprintf(theirs, idList(who.IDs)))
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
	type said struct{ id, ticket int64 }
	rows, err := tx.Query(ctx, `SELECT c.id, c.ticket_id`+fmt.Sprintf(theirs, idList(who.IDs))+` ORDER BY c.author_id, c.id LIMIT $1`, limit)
	all, err := db.Collect(rows, err, func(r db.Scanner) (c said, err error) { err = r.Scan(&c.id, &c.ticket); return c, err })
	if err != nil || len(all) == 0 {
		return 0, err
	}
	ids, perTicket := []int64{}, map[int64]int{}
	var order []int64
	for _, c := range all {
		ids = append(ids, c.id)
		if perTicket[c.ticket]++; perTicket[c.ticket] == 1 {
			order = append(order, c.ticket)
		}
	}
	_, err = tx.Exec(ctx, `UPDATE comment SET body_text = $1, body_html = $2, quoted_html = '' WHERE id IN (`+idList(ids)+`)`, Removed, "<p>"+Removed+"</p>")
	if err != nil {
		return 0, err
	}
	files, err := ticketIDs(ctx, tx, `DELETE FROM comment_file WHERE comment_id IN (`+idList(ids)+`) RETURNING file_id`)
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
	return len(all), nil
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
