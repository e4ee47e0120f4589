package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// NewRedaction says what to take out of a ticket.
type NewRedaction struct {
	TicketID  int64
	CommentID int64    // only out of this message; 0 for everything on the ticket
	Words     []string // words or phrases
	Files     []int64  // files attached to its messages
	Dry       bool     // nothing will be changed: what would take the place of files is not stored
}

// Redaction is what was taken out, or would be.
type Redaction struct {
	Messages   int     `json:"messages" doc:"Messages that change, with copies of them on other tickets."`
	Times      int     `json:"times" doc:"How often the words were found."`
	Characters int     `json:"characters" doc:"How many characters are covered."`
	Files      int     `json:"files" doc:"Files that are removed."`
	Covered    int     `json:"covered" doc:"Files whose words are covered, with copies of them on other tickets."`
	Originals  int     `json:"originals" doc:"Received mails whose stored original is removed."`
	Sent       int     `json:"sent" doc:"Sent mails whose stored copy is removed; what arrived at their recipients stays there."`
	Withdrawn  int     `json:"withdrawn" doc:"Mails that have not left and are taken back."`
	Drafts     int     `json:"drafts" doc:"Drafts that change."`
	Texts      int     `json:"texts" doc:"Replies that wait, requests for attention, hand-overs and reports to trackers that change."`
	Subject    bool    `json:"subject" doc:"Whether the subject changes."`
	Attributes int     `json:"attributes" doc:"Custom attributes that change."`
	Values     int     `json:"values" doc:"Values kept apart from events that are removed."`
	Others     []int64 `json:"others" nullable:"false" doc:"Other tickets that hold copies of these messages."`

	Attachments []FileFinding `json:"attachments" nullable:"false" doc:"Files in which the words stand, or which were not read."`
}

// redaction is one under way.
type redaction struct {
	s       *Service
	in      NewRedaction
	words   *mail.Redactor
	copies  mail.Copies        // stored mails of the ticket that hold the words
	clean   map[string]cleaned // texts without the words, by what the files' content is named
	removed map[int64]bool     // files that go whole
	dry     bool
	told    int             // files whose covering an event tells already
	event   map[int64]int64 // of each ticket
	out     Redaction
}

// PrepareRedaction looks through the stored mails and the files of a ticket, outside the transaction that
// redacts: reading them takes a while. It opens its own and checks no permission; Redact does.
func (s *Service) PrepareRedaction(ctx context.Context, in NewRedaction) (Redactor, error) {
	words, err := mail.NewRedactor(in.Words)
	if err != nil {
		return Redactor{}, err
	}
	if len(in.Words) == 0 && len(in.Files) == 0 {
		return Redactor{}, fault.Field("words", nil, "words, files or both", "Say what to redact: words or files.")
	}
	if len(in.Files) > maxFiles {
		return Redactor{}, fault.Field("file_ids", len(in.Files), "at most 100 files", "At most 100 files are redacted at once; these are %d.", len(in.Files))
	}
	r := Redactor{in: in, words: words, clean: map[string]cleaned{}, found: []FileFinding{}}
	if len(in.Words) == 0 {
		return r, nil
	}
	if err := r.lookIntoFiles(ctx, s, !in.Dry); err != nil || in.CommentID != 0 {
		return r, err
	}
	r.copies, err = s.mail.CopiesHolding(ctx, in.TicketID, words.InMail)
	return r, err
}

// Redactor is a redaction that was prepared.
type Redactor struct {
	in     NewRedaction
	words  *mail.Redactor
	copies mail.Copies
	clean  map[string]cleaned
	found  []FileFinding
}

// Redact takes words and files out of a ticket for ever: out of its messages and what they
// quote, its subject and attributes, files that are text, drafts, replies that wait, what is said
// beside the messages, the stored copies of mail and what events keep apart. The search follows within a second. Copies of the same messages on tickets that were
// split off change, too. The event tells who, which messages and how many characters, never
// the words. With dry nothing changes. Whoever may redact the tickets may.
func (s *Service) Redact(ctx context.Context, tx db.Tx, by act.Actor, prepared Redactor, dry bool) (Redaction, error) {
	r := &redaction{s: s, in: prepared.in, words: prepared.words, copies: prepared.copies, dry: dry, event: map[int64]int64{}, clean: prepared.clean, removed: map[int64]bool{},
		out: Redaction{Others: []int64{}, Attachments: prepared.found}}
	by = by.Still()
	t, err := r.ticket(ctx, tx, by, r.in.TicketID)
	if err != nil {
		return r.out, err
	}
	files, err := r.files(ctx, tx, t.ID)
	if err != nil {
		return r.out, err
	}
	touched, err := r.messages(ctx, tx, t.ID, r.in.CommentID)
	if err != nil {
		return r.out, err
	}
	for _, id := range files.ids {
		r.removed[id] = true
	}
	covered, err := r.cover(ctx, tx, t.ID, r.in.CommentID)
	if err != nil {
		return r.out, err
	}
	maps.Copy(files.of, covered)
	for id := range files.of {
		if touched[id] == nil {
			touched[id] = &mail.Taken{}
		}
	}
	if r.in.CommentID == 0 {
		if err := r.sides(ctx, tx, by, t); err != nil {
			return r.out, err
		}
	}
	if err := r.finish(ctx, tx, by, t, touched, files, r.in.CommentID == 0); err != nil {
		return r.out, err
	}
	if err := r.others(ctx, tx, by, t.ID, touched, files); err != nil {
		return r.out, err
	}
	if r.out.Messages+r.out.Files+r.out.Covered+r.out.Attributes+r.out.Drafts+r.out.Texts+r.out.Originals+r.out.Sent+r.out.Withdrawn == 0 && !r.out.Subject && !dry {
		for _, f := range r.out.Attachments {
			if f.How == "holds" {
				return r.out, fault.Field("file_ids", nil, fmt.Sprintf("%d, to remove %s", f.FileID, f.Filename), "Only files that cannot be changed hold this: %s. %s", f.Filename, f.Say)
			}
		}
		return r.out, fault.New(fault.Invalid, "None of this stands on ticket %d, so nothing was redacted.", t.ID)
	}
	return r.out, nil
}

// ticket locks a ticket that the actor may redact.
func (r *redaction) ticket(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, err := r.s.lock(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, fault.Missing("ticket", id)
	}
	if !auth.Scope(by, "redact", "ticket").Covers(t.Record()) {
		return nil, by.Denied("redact", "ticket")
	}
	return t, nil
}

// attached are files to remove, and the messages they are on.
type attached struct {
	ids    []int64
	of     map[int64]bool // messages
	hashes map[string]bool
}

// files finds the files to remove on the ticket.
func (r *redaction) files(ctx context.Context, tx db.Tx, ticketID int64) (out attached, err error) {
	out = attached{of: map[int64]bool{}, hashes: map[string]bool{}}
	if len(r.in.Files) == 0 {
		return out, nil
	}
	w, list := (&db.Where{}).And("c.ticket_id = ?", ticketID), make([]any, len(r.in.Files))
	for i, id := range r.in.Files {
		list[i] = id
	}
	w.In("cf.file_id", list)
	if r.in.CommentID != 0 {
		w.And("c.id = ?", r.in.CommentID)
	}
	rows, err := tx.Query(ctx, `SELECT cf.file_id, c.id, f.hash FROM comment_file cf JOIN comment c ON c.id = cf.comment_id JOIN file f ON f.id = cf.file_id WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, comment int64
		var hash []byte
		if err := rows.Scan(&id, &comment, &hash); err != nil {
			return out, err
		}
		out.ids, out.of[comment], out.hashes[string(hash)] = append(out.ids, id), true, true
	}
	if err := rows.Err(); err != nil {
		return out, err
	}
	rows.Close()
	if r.in.CommentID == 0 {
		if err := r.asideFiles(ctx, tx, ticketID, &out); err != nil {
			return out, err
		}
	}
	for _, id := range r.in.Files {
		if !slices.Contains(out.ids, id) {
			return out, fault.Missing("file", id)
		}
	}
	return out, nil
}

// messages takes the words out of the messages of a ticket, or out of one. It returns what
// was taken out of each that held them.
func (r *redaction) messages(ctx context.Context, tx db.Tx, ticketID, only int64) (map[int64]*mail.Taken, error) {
	touched := map[int64]*mail.Taken{}
	type body struct {
		id                 int64
		text, html, quoted string
	}
	for after := int64(0); ; {
		w := (&db.Where{}).And("ticket_id = ?", ticketID).And("id > ?", after)
		if only != 0 {
			w.And("id = ?", only)
		}
		rows, err := tx.Query(ctx, `SELECT id, body_text, body_html, quoted_html FROM comment WHERE `+w.SQL()+` ORDER BY id LIMIT 50`, w.Args()...)
		page, err := db.Collect(rows, err, func(row db.Scanner) (b body, err error) {
			err = row.Scan(&b.id, &b.text, &b.html, &b.quoted)
			return b, err
		})
		if err != nil {
			return nil, err
		}
		if only != 0 && len(page) == 0 && after == 0 {
			return nil, fault.Missing("message", only)
		}
		for _, b := range page {
			after = b.id
			text, in := r.words.Text(b.text)
			html, inHTML := r.words.HTML(b.html)
			quoted, inQuoted := r.words.HTML(b.quoted)
			if in.Times+inHTML.Times+inQuoted.Times == 0 {
				continue
			}
			taken := mail.Taken{Times: max(in.Times, inHTML.Times) + inQuoted.Times, Characters: max(in.Characters, inHTML.Characters) + inQuoted.Characters}
			touched[b.id] = &taken // text and HTML say the same
			if r.dry {
				continue
			}
			if _, err := tx.Exec(ctx, `UPDATE comment SET body_text = $1, body_html = $2, quoted_html = $3 WHERE id = $4`, text, html, quoted, b.id); err != nil {
				return nil, err
			}
		}
		if len(page) < 50 || only != 0 {
			return touched, nil
		}
	}
}

// finish takes the rest out of one ticket and tells it. whole says that everything on the
// ticket is looked at, not only the messages touched.
func (r *redaction) finish(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, touched map[int64]*mail.Taken, files attached, whole bool) error {
	told := map[string]any{}
	characters := 0
	ids := slices.Sorted(maps.Keys(touched))
	for _, id := range ids {
		characters += touched[id].Characters
		r.out.Times += touched[id].Times
	}
	r.out.Messages += len(ids)
	r.out.Characters += characters
	r.out.Files += len(files.ids)
	subject, inSubject := r.words.Text(t.Subject)
	attributes, changed := t.Attributes, 0
	if !whole {
		subject, inSubject = t.Subject, mail.Taken{}
	} else {
		attributes, changed = r.attributes(t)
	}
	r.out.Subject, r.out.Attributes = r.out.Subject || inSubject.Times > 0, r.out.Attributes+changed
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	copies, err := r.s.mail.CopiesOf(ctx, tx, all)
	if err != nil {
		return err
	}
	if whole {
		copies.Received = merged(copies.Received, r.copies.Received)
		copies.Sent = merged(copies.Sent, r.copies.Sent)
	}
	counted, err := r.s.mail.CountCopies(ctx, tx, copies)
	if err != nil {
		return err
	}
	r.out.Originals, r.out.Sent, r.out.Withdrawn = r.out.Originals+counted.Received, r.out.Sent+counted.Sent, r.out.Withdrawn+counted.Withdrawn
	if err := r.drafts(ctx, tx, t.ID, whole); err != nil || r.dry {
		return err
	}
	if n := r.out.Covered - r.told; n > 0 {
		told["covered"], r.told = n, r.out.Covered
	}
	told["comments"], told["comment_ids"], told["characters"], told["files"] = len(ids), ids, characters+inSubject.Characters, len(files.ids)
	if inSubject.Times > 0 {
		told["subject"] = true
	}
	if changed > 0 {
		told["attributes"] = changed
	}
	event, err := r.s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketRedacted, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: told})
	if err != nil {
		return err
	}
	r.event[t.ID] = event
	if err := r.s.mail.RemoveCopies(ctx, tx, by, copies, r.words); err != nil {
		return err
	}
	if err := r.detach(ctx, tx, by, files.ids); err != nil {
		return err
	}
	if err := r.traces(ctx, tx, t.ID); err != nil {
		return err
	}
	n, err := r.s.ledger.EraseHolding(ctx, tx, ledger.Ref{Kind: "ticket", ID: t.ID}, event, r.inJSON)
	if err != nil {
		return err
	}
	r.out.Values += n
	if err := r.batches(ctx, tx, t.ID); err != nil {
		return err
	}
	if err := r.s.webhooks.Forget(ctx, tx, t.ID); err != nil {
		return err
	}
	if inSubject.Times == 0 && changed == 0 {
		return nil
	}
	encoded, err := attributes.Encode()
	if err != nil {
		return err
	}
	if err := r.s.config().Fields.Index(ctx, tx, "ticket", t.ID, t.Attributes, attributes); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE ticket SET subject = $1, attributes = $2, version = version + 1 WHERE id = $3`, subject, encoded, t.ID)
	return err
}

func merged(a, b []int64) []int64 {
	a = slices.Concat(a, b)
	slices.Sort(a)
	return slices.Compact(a)
}

// attributes are those of the ticket without the words, and how many of them change.
func (r *redaction) attributes(t *Ticket) (out map[string]any, changed int) {
	out = maps.Clone(map[string]any(t.Attributes))
	for name, v := range out {
		if text, ok := v.(string); ok {
			if clean, in := r.words.Text(text); in.Times > 0 {
				out[name] = clean
				changed++
			}
		}
	}
	return out, changed
}

// traces removes the reports of strace logs on the ticket when words are redacted: they quote
// their logs, and nobody looks into them for the words.
func (r *redaction) traces(ctx context.Context, tx db.Tx, ticketID int64) error {
	if len(r.in.Words) == 0 {
		return nil
	}
	files, err := r.s.filesOf(ctx, tx, ticketID)
	if err != nil {
		return err
	}
	return r.s.traces.Remove(ctx, tx, files)
}

// detach takes files off their messages and removes them; their bytes go with the last of them.
func (r *redaction) detach(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	for _, table := range []string{"comment_file", "side_file"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE file_id IN (`+idList(ids)+`)`); err != nil {
			return err
		}
	}
	return r.s.files.Remove(ctx, tx, ids, by.Now())
}
