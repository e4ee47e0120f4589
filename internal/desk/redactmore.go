package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
	"steward/internal/mail"
)

// drafts takes the words out of what colleagues have begun to write on the ticket, and of what
// stands beside its messages.
func (r *redaction) drafts(ctx context.Context, tx db.Tx, ticketID int64, whole bool) error {
	if !whole {
		return nil
	}
	type draft struct {
		person int64
		text   string
	}
	rows, err := tx.Query(ctx, `SELECT person_id, body FROM draft WHERE ticket_id = $1 LIMIT 1000`, ticketID)
	all, err := db.Collect(rows, err, func(row db.Scanner) (d draft, err error) { err = row.Scan(&d.person, &d.text); return d, err })
	if err != nil {
		return err
	}
	for _, d := range all {
		text, in := r.words.Text(d.text)
		if in.Times == 0 {
			continue
		}
		r.out.Drafts++
		if r.dry {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE draft SET body = $1 WHERE person_id = $2 AND ticket_id = $3`, text, d.person, ticketID); err != nil {
			return err
		}
	}
	return r.besides(ctx, tx, ticketID)
}

// batches takes the words out of the messages of bulk changes that wrote on the ticket. What
// they keep to put it back goes: a bulk change must not bring the words back.
func (r *redaction) batches(ctx context.Context, tx db.Tx, ticketID int64) error {
	rows, err := tx.Query(ctx, `SELECT `+batchFields+` FROM ticket_batch WHERE id IN (SELECT batch_id FROM ticket_batch_item WHERE ticket_id = $1) LIMIT 1000`, ticketID)
	all, err := db.Collect(rows, err, scanBatch)
	if err != nil {
		return err
	}
	for _, b := range all {
		if b.Change.Comment == nil {
			continue
		}
		text, in := r.words.Text(b.Change.Comment.Text)
		if in.Times == 0 {
			continue
		}
		b.Change.Comment.Text = text
		change, err := json.Marshal(b.Change)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE ticket_batch SET change = $1 WHERE id = $2`, string(change), b.ID); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, forgetBatches, ticketID)
	return err
}

// inJSON reports whether any text in a JSON value holds the words.
func (r *redaction) inJSON(data []byte) bool {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return false
	}
	return r.inValue(v)
}

func (r *redaction) inValue(v any) bool {
	switch v := v.(type) {
	case string:
		if r.words.Holds(v) {
			return true
		}
		_, in := r.words.HTML(v)
		return in.Times > 0
	case []any:
		return slices.ContainsFunc(v, r.inValue)
	case map[string]any:
		for _, x := range v {
			if r.inValue(x) {
				return true
			}
		}
	}
	return false
}

// others redacts the copies of messages on tickets that were split off, and the other way.
func (r *redaction) others(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, touched map[int64]*mail.Taken, files attached) error {
	if len(touched) == 0 {
		return nil
	}
	type copied struct{ ticket, comment int64 }
	list := idList(slices.Sorted(maps.Keys(touched)))
	rows, err := tx.Query(ctx, `SELECT ticket_id, copy_id FROM comment_split WHERE comment_id IN (`+list+`) UNION SELECT from_id, comment_id FROM comment_split WHERE copy_id IN (`+list+`) ORDER BY 1, 2`)
	all, err := db.Collect(rows, err, func(row db.Scanner) (c copied, err error) { err = row.Scan(&c.ticket, &c.comment); return c, err })
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.ticket == ticketID {
			continue
		}
		t, err := r.ticket(ctx, tx, by, c.ticket)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			return fault.New(fault.Invalid, "Ticket %d holds a copy of one of these messages, and you may not redact it, or it was deleted. Ask somebody who may, or restore it first.", c.ticket)
		}
		if err != nil {
			return err
		}
		theirs, err := r.messages(ctx, tx, t.ID, c.comment)
		if err != nil {
			return err
		}
		of, err := r.sameFiles(ctx, tx, c.comment, files)
		if err != nil {
			return err
		}
		for _, id := range of.ids {
			r.removed[id] = true
		}
		covered, err := r.cover(ctx, tx, t.ID, c.comment)
		if err != nil {
			return err
		}
		if len(of.ids)+len(covered) > 0 && theirs[c.comment] == nil {
			theirs[c.comment] = &mail.Taken{}
		}
		if len(theirs) == 0 {
			continue
		}
		r.out.Others = append(r.out.Others, t.ID)
		if err := r.finish(ctx, tx, by, t, theirs, of, false); err != nil {
			return err
		}
	}
	r.out.Others = slices.Compact(r.out.Others)
	return nil
}

// sameFiles are the files of a message with the same bytes as those that go.
func (r *redaction) sameFiles(ctx context.Context, tx db.Tx, comment int64, files attached) (out attached, err error) {
	out.of = map[int64]bool{}
	if len(files.hashes) == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, `SELECT f.id, f.hash FROM comment_file cf JOIN file f ON f.id = cf.file_id WHERE cf.comment_id = $1`, comment)
	all, err := db.Collect(rows, err, func(row db.Scanner) (f file.File, err error) { err = row.Scan(&f.ID, &f.Hash); return f, err })
	for _, f := range all {
		if files.hashes[string(f.Hash)] {
			out.ids = append(out.ids, f.ID)
		}
	}
	return out, err
}

// redactedSentence says what a redaction took out.
func redactedSentence(d eventData, l *lang.Language) string {
	var parts []string
	if d.Characters > 0 {
		parts = append(parts, l.Say("%d characters", d.Characters))
	}
	if d.Files > 0 {
		parts = append(parts, l.Count(d.Files, "1 file", "%d files"))
	}
	if d.Covered > 0 {
		parts = append(parts, l.Say("words in %s", l.Count(d.Covered, "1 file", "%d files")))
	}
	if len(parts) == 0 {
		return l.Word("Words were removed") // with a person who was erased
	}
	text := l.Say("Redacted %s", strings.Join(parts, l.Word(" and ")))
	if n := len(d.CommentIDs); n > 0 {
		text += l.Say(" in %s", l.Count(n, "1 message", "%d messages"))
	}
	return text
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
