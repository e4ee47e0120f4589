package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/mail"
)

// teller is a table with texts that people wrote about tickets. on finds the rows of tickets, given as a list.
type teller struct {
	table, id, ticket, on string
	texts                 []string
	html                  []string // the same texts as HTML
	said                  []string // each a Submission as JSON, or empty
	beside                bool     // a redaction of the ticket covers it here; the others have a way of their own
}

// tellers are all of them.
var tellers = []teller{
	{table: "comment", id: "id", ticket: "ticket_id", on: ofTickets, texts: []string{"body_text"}, html: []string{"body_html", "quoted_html"}},
	{table: "handover", id: "id", ticket: "ticket_id", on: ofTickets, texts: []string{"reason", "next_step"}, beside: true},
	{table: "attention", id: "id", ticket: "ticket_id", on: ofTickets, texts: []string{"reason", "closed_why"}, beside: true},
	{table: "ticket_send", id: "id", ticket: "ticket_id", on: ofTickets, texts: []string{"why"}, said: []string{"message"}, beside: true},
	{table: "draft", id: "person_id", ticket: "ticket_id", on: ofTickets, texts: []string{"body", "more"}},
	{table: "issue_report", id: "id", ticket: "ticket_id", on: ofTickets, texts: []string{"title", "body", "error"}, beside: true},
	{table: "known_issue", id: "id", ticket: "0", on: "id IN (SELECT known_id FROM known_issue_ticket WHERE ticket_id IN (%s))", texts: []string{"title", "symptom", "workaround"}},
}

const ofTickets = "ticket_id IN (%s)"

// columns are those with texts, in the order of a row.
func (f teller) columns() []string { return slices.Concat(f.texts, f.html, f.said) }

// tellerRow is a row with its texts.
type tellerRow struct {
	id, ticket int64
	texts      []string
}

// find reads rows of tickets for which cond holds, the lowest ids first.
func (f teller) find(ctx context.Context, tx db.Tx, tickets, cond string, args []any, limit int) ([]tellerRow, error) {
	columns := f.columns()
	q := fmt.Sprintf(`SELECT %s, %s, %s FROM %s WHERE `+f.on+` AND (%s) ORDER BY 1, 2 LIMIT $%d`, f.id, f.ticket, strings.Join(columns, ", "), f.table, tickets, cond, len(args)+1)
	rows, err := tx.Query(ctx, q, append(slices.Clone(args), limit)...)
	return db.Collect(rows, err, func(r db.Scanner) (row tellerRow, err error) {
		row.texts = make([]string, len(columns))
		into := []any{&row.id, &row.ticket}
		for n := range row.texts {
			into = append(into, &row.texts[n])
		}
		return row, r.Scan(into...)
	})
}

// cover takes the words out of the texts of a row.
func (f teller) cover(words *mail.Redactor, row *tellerRow) (all mail.Taken, err error) {
	for n, text := range row.texts {
		var in mail.Taken
		switch {
		case n < len(f.texts):
			row.texts[n], in = words.Text(text)
		case n < len(f.texts)+len(f.html):
			row.texts[n], in = words.HTML(text)
		default:
			if row.texts[n], in, err = coverSaid(words, text); err != nil {
				return all, err
			}
		}
		all.Times, all.Characters = all.Times+in.Times, all.Characters+in.Characters
	}
	return all, nil
}

// coverSaid takes the words out of a submission that is stored as JSON.
func coverSaid(words *mail.Redactor, stored string) (string, mail.Taken, error) {
	if stored == "" {
		return "", mail.Taken{}, nil
	}
	var said Submission
	if err := json.Unmarshal([]byte(stored), &said); err != nil {
		return "", mail.Taken{}, err
	}
	text, in := words.Text(said.Text)
	html, inHTML := words.HTML(said.HTML)
	in.Times, in.Characters = in.Times+inHTML.Times, in.Characters+inHTML.Characters
	if in.Times == 0 {
		return stored, in, nil
	}
	said.Text, said.HTML = text, html
	b, err := json.Marshal(said)
	return string(b), in, err
}

// put stores the texts of a row.
func (f teller) put(ctx context.Context, tx db.Tx, row tellerRow) error {
	var sets []string
	var values []any
	for n, c := range f.columns() {
		sets, values = append(sets, fmt.Sprintf("%s = $%d", c, n+1)), append(values, row.texts[n])
	}
	where := fmt.Sprintf(`%s = $%d AND (%s = $%d OR %s = 0)`, f.id, len(values)+1, f.ticket, len(values)+2, f.ticket)
	_, err := tx.Exec(ctx, `UPDATE `+f.table+` SET `+strings.Join(sets, ", ")+` WHERE `+where, append(values, row.id, row.ticket)...)
	return err
}

// besides takes the words out of what stands on the ticket beside its messages: replies that wait,
// requests for attention, hand-overs and reports to trackers.
func (r *redaction) besides(ctx context.Context, tx db.Tx, ticketID int64) error {
	const page = 200
	for _, from := range tellers {
		if !from.beside {
			continue
		}
		for after := int64(0); ; {
			rows, err := from.find(ctx, tx, fmt.Sprint(ticketID), from.id+" > $1", []any{after}, page)
			if err != nil {
				return err
			}
			for _, row := range rows {
				after = row.id
				in, err := from.cover(r.words, &row)
				if err != nil {
					return err
				}
				if in.Times == 0 {
					continue
				}
				if r.out.Texts++; r.dry {
					continue
				}
				if err := from.put(ctx, tx, row); err != nil {
					return err
				}
			}
			if len(rows) < page {
				break
			}
		}
	}
	return nil
}
