package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// UndoSide takes the newest message of a side conversation back while all of its mails still wait, and gives
// its words back to its author as a draft. A conversation without another message goes, too. Its author may.
func (s *Service) UndoSide(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id, messageID int64) (*Ticket, error) {
	t, side, err := s.side(ctx, tx, by, ticketID, id)
	if err != nil {
		return nil, err
	}
	all, _, err := s.sideMessages(ctx, tx, side, 0, 1)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || all[0].ID != messageID {
		return nil, fault.New(fault.Conflict, "Only the newest message of a side conversation can be taken back, while it has not left.")
	}
	m := all[0]
	if m.AuthorID != by.PersonID {
		return nil, fault.New(fault.Forbidden, "Only its author can take a message back.")
	}
	mails, err := s.sideMails(ctx, tx, []any{m.ID})
	if err != nil {
		return nil, err
	}
	if len(mails[m.ID]) == 0 {
		return nil, fault.New(fault.Conflict, "This message did not leave by mail, so there is nothing to take back.")
	}
	for _, o := range mails[m.ID] {
		if o.State != mail.Queued || !o.NotBefore.After(by.Now()) {
			return nil, fault.New(fault.Conflict, "This message has left already, so it cannot be taken back.")
		}
		if err := s.mail.TakeBack(ctx, tx, by, o.ID); err != nil {
			return nil, err
		}
	}
	by = by.Still()
	if _, err := s.ledger.Append(ctx, tx, by.Because(act.Cause{Event: m.EventID}), sideEvent(TicketSideUndone, side, nil)); err != nil {
		return nil, err
	}
	draft := SideDraft{To: m.Marks}
	if draft.Text, err = sourceOf(ctx, tx, m); err != nil {
		return nil, err
	}
	first := side.Messages == 1
	if first {
		draft.Subject = side.Subject
	} else {
		draft.SideID = side.ID
	}
	for _, f := range m.Files {
		draft.Files = append(draft.Files, f.ID)
		if err := s.jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: unusedUpload, Key: fmt.Sprint(f.ID), Subject: ledger.Ref{Kind: "file", ID: f.ID}, Due: by.Now().Add(uploadFor)}); err != nil {
			return nil, err
		}
	}
	if err := keepSideDraft(ctx, tx, by, t.ID, draft); err != nil {
		return nil, err
	}
	if err := sideWork(ctx, tx, side.ID, `DELETE FROM work_item`); err != nil {
		return nil, err
	}
	for _, statement := range []string{`DELETE FROM side_file WHERE message_id = $1`, `DELETE FROM side_mail WHERE message_id = $1`, `DELETE FROM side_message WHERE id = $1`} {
		if _, err := tx.Exec(ctx, statement, m.ID); err != nil {
			return nil, err
		}
	}
	if first {
		for _, statement := range []string{`DELETE FROM side_party WHERE side_id = $1`, `DELETE FROM side_draft WHERE side_id = $1`, `DELETE FROM side_moved WHERE side_id = $1`, `DELETE FROM side WHERE id = $1`} {
			if _, err := tx.Exec(ctx, statement, side.ID); err != nil {
				return nil, err
			}
		}
		return t, nil
	}
	side.Messages--
	side.Updated = by.Now()
	return t, side.store(ctx, tx)
}

// keepSource keeps what was typed of the newest message of a side conversation, and of no other.
func keepSource(ctx context.Context, tx db.Tx, sideID, messageID int64, source string) error {
	return tx.Later(ctx, nil, `UPDATE side_message SET source = CASE WHEN id = $1 THEN $2 ELSE '' END WHERE side_id = $3 AND (id = $1 OR source <> '')`, messageID, source, sideID)
}

// sourceOf is what was typed of a message; its plain words when that was not kept.
func sourceOf(ctx context.Context, tx db.Tx, m *SideMessage) (source string, err error) {
	err = tx.QueryRow(ctx, `SELECT source FROM side_message WHERE id = $1`, m.ID).Scan(&source)
	return cmp.Or(source, m.Text), err
}

// sideMails are the mails that carry messages out, by message.
func (s *Service) sideMails(ctx context.Context, tx db.Tx, messages []any) (map[int64][]mail.Out, error) {
	out := map[int64][]mail.Out{}
	if len(messages) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("message_id", messages)
	type pair struct{ message, outbox int64 }
	rows, err := tx.Query(ctx, `SELECT message_id, outbox_id FROM side_mail WHERE `+w.SQL()+` ORDER BY message_id, outbox_id`, w.Args()...)
	pairs, err := db.Collect(rows, err, func(r db.Scanner) (p pair, err error) { return p, r.Scan(&p.message, &p.outbox) })
	if err != nil {
		return nil, err
	}
	var ids []any
	for _, p := range pairs {
		ids = append(ids, p.outbox)
	}
	mails, err := s.mail.OutsOf(ctx, tx, ids)
	for _, p := range pairs {
		if o, ok := mails[p.outbox]; ok {
			out[p.message] = append(out[p.message], o)
		}
	}
	return out, err
}

// Sides lists the side conversations of a ticket, the one that moved last first and at most 100. Those who
// work on the ticket may.
func (s *Service) Sides(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) ([]*Side, error) {
	t, err := s.working(ctx, tx, by, ticketID)
	if err != nil || !t.beside.has(besideSides) {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+sideFields+` FROM side WHERE ticket_id = $1 ORDER BY updated DESC, id DESC LIMIT $2`, t.ID, maxSides*2)
	list, err := db.Collect(rows, err, scanSide)
	if err != nil {
		return nil, err
	}
	return list, loadParties(ctx, tx, list)
}

// sideSeen is a side conversation of a ticket that the actor works on.
func (s *Service) sideSeen(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64) (*Side, error) {
	t, err := s.working(ctx, tx, by, ticketID)
	if err != nil {
		return nil, err
	}
	side, err := loadSide(ctx, tx, id)
	if err == nil && side.TicketID != t.ID {
		err = fault.Missing("side conversation", id)
	}
	return side, err
}

// sideMessages reads messages of a side conversation, the newest first, up to n before the one with id before (0: from
// the end).
func (s *Service) sideMessages(ctx context.Context, tx db.Tx, side *Side, before int64, n int) (list []*SideMessage, more bool, err error) {
	w := (&db.Where{}).And("side_id = ?", side.ID)
	if before != 0 {
		w.And("id < ?", before)
	}
	rows, err := tx.Query(ctx, `SELECT id, event_id, author_id, agent, channel, at, body_text, body_html, quoted_html, message_id, COALESCE(mail_id, 0), marks FROM side_message
		WHERE `+w.SQL()+` ORDER BY id DESC LIMIT `+w.Arg(n+1), w.Args()...)
	list, err = db.Collect(rows, err, func(r db.Scanner) (*SideMessage, error) { return scanSideMessage(r, side.TicketID) })
	if err != nil {
		return nil, false, err
	}
	if more = len(list) > n; more {
		list = list[:n]
	}
	return list, more, sideFiles(ctx, tx, list)
}

// sideFiles adds the files of messages.
func sideFiles(ctx context.Context, tx db.Tx, list []*SideMessage) error {
	if len(list) == 0 {
		return nil
	}
	ids, at := make([]any, len(list)), map[int64]*SideMessage{}
	for i, m := range list {
		ids[i], at[m.ID] = m.ID, m
	}
	w := (&db.Where{}).In("sf.message_id", ids)
	rows, err := tx.Query(ctx, `SELECT sf.message_id, sf.content_id, sf.inline, f.id, f.hash, f.filename, f.content_type, f.size FROM side_file sf JOIN file f ON f.id = sf.file_id WHERE `+w.SQL()+` ORDER BY f.id`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (f CommentFile, err error) {
		var of int64
		if err = r.Scan(&of, &f.ContentID, &f.Inline, &f.ID, &f.Hash, &f.Filename, &f.ContentType, &f.Size); err == nil {
			at[of].Files = append(at[of].Files, f)
		}
		return f, err
	})
	return err
}

// countAside adds to rows of tickets how many side conversations go on, for those who work on them.
func (s *Service) countAside(ctx context.Context, tx db.Tx, by act.Actor, tickets []*Ticket, rows []Row) error {
	var seen []*Ticket
	for _, t := range tickets {
		if Agent(by, t) {
			seen = append(seen, t)
		}
	}
	counts, err := countSides(ctx, tx, seen)
	for i := range rows {
		if v, ok := counts[rows[i].ID]; ok {
			rows[i].Sides = &v
		}
	}
	return err
}

// countSides counts the open side conversations of tickets, and those among them in which an answer waits.
func countSides(ctx context.Context, tx db.Tx, tickets []*Ticket) (map[int64]SidesView, error) {
	out := map[int64]SidesView{}
	var ids []any
	for _, t := range tickets {
		if t.beside.has(besideSides) && !slices.Contains(ids, any(t.ID)) {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	w := (&db.Where{}).And("state = 'open'").In("ticket_id", ids)
	rows, err := tx.Query(ctx, `SELECT ticket_id, count(*), sum(CASE WHEN answered THEN 1 ELSE 0 END) FROM side WHERE `+w.SQL()+` GROUP BY ticket_id`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (v SidesView, err error) {
		var id int64
		err = r.Scan(&id, &v.Open, &v.Answered)
		out[id] = v
		return v, err
	})
	return out, err
}

// undoUntil is until when a message can be taken back; nil when one of its mails may have left.
func undoUntil(mails []mail.Out, by act.Actor) *time.Time {
	var until *time.Time
	for _, o := range mails {
		if o.State != mail.Queued || !o.NotBefore.After(by.Now()) {
			return nil
		}
		until = &o.NotBefore
	}
	return until
}
