package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// toldWords is an erased person's address or full name where others wrote it on the tickets they
// opened or are copied on: it is covered there, what is written around it stays.
type toldWords struct{ s *Service }

var _ directory.Eraser = toldWords{}

// What implements directory.Eraser.
func (toldWords) What() string { return "texts of others that name them" }

// parties selects the tickets that somebody opened or is copied on.
func parties(who directory.Erasing) string {
	list := idList(who.IDs)
	return `SELECT id FROM ticket WHERE requester_id IN (` + list + `) UNION SELECT ticket_id FROM ticket_person WHERE role = 'cc' AND person_id IN (` + list + `)`
}

// naming are the words that name somebody: addresses and full names, at most as many as one redactor takes.
func naming(who directory.Erasing) []string {
	words := slices.Clone(who.Addresses)
	for _, name := range who.Names {
		if strings.Contains(name, " ") { // a single name may be an ordinary word
			words = append(words, name)
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool { return len(w) < 5 || len(w) > 500 })
	return words[:min(len(words), 20)]
}

// holding is the condition that some text of a row names them; its arguments are counted from 1.
func holding(texts, words []string) (sql string, args []any) {
	var any []string
	for _, w := range words {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(w))+"%")
		for _, text := range texts {
			any = append(any, fmt.Sprintf(`lower(%s) LIKE $%d ESCAPE '\'`, text, len(args)))
		}
	}
	return strings.Join(any, " OR "), args
}

// Count implements directory.Eraser.
func (toldWords) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	words, all := naming(who), int64(0)
	if len(words) == 0 {
		return db.Count{}, nil
	}
	for _, from := range tellers {
		cond, args := holding(from.columns(), words)
		var n int64
		q := fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s WHERE `+from.on+` AND (%s) LIMIT $%d) AS bounded`, from.table, parties(who), cond, len(args)+1)
		if err := tx.QueryRow(ctx, q, append(args, db.Cap+1)...).Scan(&n); err != nil {
			return db.Count{}, err
		}
		all += n
	}
	return db.Capped(all), nil
}

// Erase implements directory.Eraser.
func (e toldWords) Erase(ctx context.Context, tx db.Tx, by act.Actor, who directory.Erasing, limit int) (done int, err error) {
	words := naming(who)
	if len(words) == 0 {
		return 0, nil
	}
	cover, err := mail.NewRedactor(words)
	if err != nil {
		return 0, err
	}
	for _, from := range tellers {
		cond, args := holding(from.columns(), words)
		all, err := from.find(ctx, tx, parties(who), cond, args, limit-done)
		if err != nil {
			return done, err
		}
		for _, f := range all {
			in, err := from.cover(cover, &f)
			if err != nil {
				return done, err
			}
			if in.Times == 0 {
				continue // it stands only where it names nobody
			}
			if err := from.put(ctx, tx, f); err != nil {
				return done, err
			}
			if err := e.tell(ctx, tx, by, from.table, f.id, f.ticket, cover); err != nil {
				return done, err
			}
			done++
		}
		if done >= limit {
			return done, nil
		}
	}
	return done, nil
}

// tell lets the search and live views follow, and forgets what events keep apart of the same words.
func (e toldWords) tell(ctx context.Context, tx db.Tx, by act.Actor, table string, id, ticket int64, cover *mail.Redactor) (err error) {
	about, verb, data := ledger.Ref{Kind: "ticket", ID: ticket}, TicketRedacted, map[string]any{}
	switch table {
	case "comment":
		data["comments"] = 1
	case "known_issue":
		about, verb = ledger.Ref{Kind: "known_issue", ID: id}, KnownRedacted
	default:
		return nil
	}
	event, err := e.s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: about, Data: data})
	if err != nil {
		return err
	}
	_, err = e.s.ledger.EraseHolding(ctx, tx, about, event, (&redaction{words: cover}).inJSON)
	return err
}

// reportWords is what was reported to trackers from tickets of an erased person. What was not sent yet is not.
type reportWords struct{}

var _ directory.Eraser = reportWords{}

// What implements directory.Eraser.
func (reportWords) What() string { return "reports of their tickets to trackers" }

const reportsTheirs = ` FROM issue_report WHERE title <> '` + Removed + `' AND ticket_id IN (SELECT id FROM ticket WHERE requester_id IN (%s))`

// Count implements directory.Eraser.
func (reportWords) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1`+fmt.Sprintf(reportsTheirs, idList(who.IDs)))
}

// Erase implements directory.Eraser. The issue in the tracker is the tracker's.
func (reportWords) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	ids, err := ticketIDs(ctx, tx, `SELECT id`+fmt.Sprintf(reportsTheirs, idList(who.IDs))+` ORDER BY id LIMIT $1`, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM issue_report WHERE state <> $1 AND id IN (`+idList(ids)+`)`, string(ReportCreated)); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE issue_report SET title = $1, body = '', error = '' WHERE id IN (`+idList(ids)+`)`, Removed)
	return len(ids), err
}

// uploadNames are files that came through upload links of an erased person's tickets.
type uploadNames struct{ s *Service }

var _ directory.Eraser = uploadNames{}

// What implements directory.Eraser.
func (uploadNames) What() string { return "files they sent through upload links" }

const uploadsTheirs = ` FROM upload u JOIN upload_link l ON l.id = u.link_id WHERE u.filename <> '' AND l.ticket_id IN (SELECT id FROM ticket WHERE requester_id IN (%s))`

// Count implements directory.Eraser.
func (uploadNames) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1`+fmt.Sprintf(uploadsTheirs, idList(who.IDs)))
}

// Erase implements directory.Eraser.
func (e uploadNames) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	type sent struct {
		id, ticket int64
		gone       bool
	}
	rows, err := tx.Query(ctx, `SELECT u.id, l.ticket_id, u.file_id IS NULL`+fmt.Sprintf(uploadsTheirs, idList(who.IDs))+` ORDER BY u.id LIMIT $1`, limit)
	all, err := db.Collect(rows, err, func(r db.Scanner) (u sent, err error) { return u, r.Scan(&u.id, &u.ticket, &u.gone) })
	if err != nil {
		return 0, err
	}
	for _, u := range all {
		if !u.gone {
			if err := e.s.dropUpload(ctx, tx, u.id, u.ticket, "erased"); err != nil {
				return 0, err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE upload SET filename = '', sha256 = NULL WHERE id = $1`, u.id); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// unsent is what an erased person had begun to write, or waits for its time.
type unsent struct{}

var _ directory.Eraser = unsent{}

// What implements directory.Eraser.
func (unsent) What() string { return "drafts and replies of theirs that wait" }

const sendsTheirs = ` FROM ticket_send WHERE state IN ('waiting', 'held') AND author_id IN (%s)`

// Count implements directory.Eraser.
func (unsent) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM draft WHERE person_id IN (`+idList(who.IDs)+`) UNION ALL SELECT 1`+fmt.Sprintf(sendsTheirs, idList(who.IDs)))
}

// Erase implements directory.Eraser.
func (unsent) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM draft WHERE (person_id, ticket_id) IN (SELECT person_id, ticket_id FROM draft WHERE person_id IN (`+idList(who.IDs)+`) LIMIT $1)`, limit)
	if err != nil || int(n) >= limit {
		return int(n), err
	}
	gone, err := tx.Exec(ctx, `DELETE FROM ticket_send WHERE id IN (SELECT id`+fmt.Sprintf(sendsTheirs, idList(who.IDs))+` ORDER BY id LIMIT $1)`, limit-int(n))
	return int(n + gone), err
}

// answers are what was written into free custom fields of an erased person's tickets.
type answers struct{ s *Service }

var _ directory.Eraser = answers{}

// What implements directory.Eraser.
func (answers) What() string { return "words in custom fields of their tickets" }

// find reads tickets with free fields that are filled.
func (e answers) find(ctx context.Context, tx db.Tx, who directory.Erasing, limit int) ([]*Ticket, error) {
	w, holds := &db.Where{}, []string{}
	for _, f := range e.s.config().Fields.On("ticket") {
		if f.Free() {
			holds = append(holds, fmt.Sprintf(`t.attributes LIKE '%%"%d":%%'`, f.ID), fmt.Sprintf(`t.attributes LIKE '%%"%s":%%'`, f.Name))
		}
	}
	if len(holds) == 0 {
		return nil, nil
	}
	w.And("t.requester_id IN (" + idList(who.IDs) + ")").And("(" + strings.Join(holds, " OR ") + ")")
	rows, err := tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL()+` ORDER BY t.id LIMIT `+w.Arg(limit), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
}

// Count implements directory.Eraser.
func (e answers) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	found, err := e.find(ctx, tx, who, int(db.Cap)+1)
	return db.Capped(int64(len(found))), err
}

// Erase implements directory.Eraser.
func (e answers) Erase(ctx context.Context, tx db.Tx, by act.Actor, who directory.Erasing, limit int) (int, error) {
	found, err := e.find(ctx, tx, who, limit)
	if err != nil {
		return 0, err
	}
	fields := e.s.config().Fields
	for _, t := range found {
		left := maps.Clone(t.Attributes)
		for _, f := range fields.On("ticket") {
			if f.Free() {
				delete(left, fmt.Sprint(f.ID))
				delete(left, f.Name)
			}
		}
		encoded, err := left.Encode()
		if err != nil {
			return 0, err
		}
		if err := fields.Index(ctx, tx, "ticket", t.ID, t.Attributes, left); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `UPDATE ticket SET attributes = $1, version = version + 1 WHERE id = $2`, encoded, t.ID); err != nil {
			return 0, err
		}
		if err := e.s.redacted(ctx, tx, by, t.ID, map[string]any{"attributes": len(t.Attributes) - len(left)}); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}
