package desk

import (
	"context"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
)

// lookedThrough is how many of somebody's requests are searched for words, the last changed ones, and how many open ones are sorted.
const lookedThrough = 2000

// Requests says whose requests a customer asks for; exactly one of the two is set.
type Requests struct {
	RequesterID    int64
	OrganizationID int64
	Words          string // of the subject, or the number; "" for all
}

func (q Requests) column() (column string, id int64) {
	if q.OrganizationID != 0 {
		return "organization_id", q.OrganizationID
	}
	return "requester_id", q.RequesterID
}

// Requested returns a page of requests as customers see them: open ones first, then the others, the last changed first. Those in which
// nobody said anything publicly are left out. Whoever may read the tickets may.
func (s *Service) Requested(ctx context.Context, tx db.Tx, by act.Actor, q Requests, page db.Page) (tickets []*Ticket, next string, err error) {
	rest, open := strings.CutPrefix(page.Cursor, "open.")
	if !open {
		rest = strings.TrimPrefix(rest, "done.")
	}
	page.Cursor, open = rest, open || page.Cursor == ""
	n := page.Size()
	if open {
		if tickets, err = s.requested(ctx, tx, by, q, false, page, n+1); err != nil {
			return nil, "", err
		}
		if len(tickets) > n {
			return tickets[:n], "open." + requestCursor(tickets[n-1]), nil
		}
		page.Cursor = ""
	}
	done, err := s.requested(ctx, tx, by, q, true, page, n+1-len(tickets))
	tickets = append(tickets, done...)
	if err != nil || len(tickets) <= n {
		return tickets, "", err
	}
	tickets, next = tickets[:n], "done."
	if last := tickets[n-1]; last.Status.Done() {
		next += requestCursor(last)
	}
	return tickets, next, nil
}

func requestCursor(t *Ticket) string { return db.Cursor(db.Micros(t.Updated), t.ID) }

// requested is one part of Requested: what is open or what is done.
func (s *Service) requested(ctx context.Context, tx db.Tx, by act.Actor, q Requests, done bool, page db.Page, limit int) ([]*Ticket, error) {
	w := (&db.Where{}).And("t.deleted_at IS NULL").And("EXISTS (SELECT 1 FROM comment c WHERE c.ticket_id = t.id AND c.public = TRUE)")
	if err := auth.Scope(by, "read", "ticket").Where(w, columnsOn(tx.Engine())); err != nil {
		return nil, err
	}
	column, id := q.column()
	open := "done = FALSE"
	if done {
		open = "done = TRUE"
	}
	switch words := strings.TrimSpace(q.Words); {
	case words != "": // few, so that they are found first, whatever the order
		number, _ := strconv.ParseInt(strings.TrimPrefix(words, "#"), 10, 64) // 0 is nobody's id
		w.And("t.id IN (SELECT r.id FROM (SELECT x.id, x.subject FROM ticket x WHERE x."+column+" = ? AND x.deleted_at IS NULL ORDER BY x.updated DESC, x.id DESC LIMIT "+strconv.Itoa(lookedThrough)+") r"+
			" WHERE "+holds("r")+" UNION ALL SELECT n.id FROM ticket n WHERE n.id = ? AND n."+column+" = ?)", id, containing(words), number, id).And("t." + open)
	case done: // an index has them in their order
		w.And("t."+column+" = ?", id).And("t." + open)
	default:
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket a WHERE a.`+column+` = $1 AND a.done = FALSE AND a.deleted_at IS NULL LIMIT $2) few`, id, lookedThrough).Scan(&n); err != nil {
			return nil, err
		}
		if n == lookedThrough { // so many that the order finds the first of them at once
			w.And("t."+column+" = ?", id).And("NOT t.done = TRUE")
		} else { // few, whom another index knows; else a long past would be walked for them
			w.And("t.id IN (SELECT a.id FROM ticket a WHERE a."+column+" = ? AND a.done = FALSE AND a.deleted_at IS NULL)", id)
		}
	}
	last, lastID, ok, err := page.After()
	if err != nil {
		return nil, err
	}
	if ok {
		w.And("(t.updated, t.id) < (?, ?)", last, lastID)
	}
	rows, err := tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL()+` ORDER BY t.updated DESC, t.id DESC LIMIT `+w.Arg(limit), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
}

// holds is true of tickets, under this name, whose subject holds a text, whatever the capitals; containing makes its argument.
func holds(name string) string { return `lower(` + name + `.subject) LIKE ? ESCAPE '\'` }

func containing(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)) + "%"
}
