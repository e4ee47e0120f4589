package desk

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Draft is what somebody has begun to write on a ticket. It survives a crash of their browser.
type Draft struct {
	Text      string      `json:"text"`
	Public    bool        `json:"public"`
	UpdatedAt *time.Time  `json:"updated_at"`
	Files     []FileView  `json:"files" nullable:"false" doc:"Files uploaded for it that are still there."`
	Copies    []PersonRef `json:"copies" doc:"Who shall get the reply beside the requester; null for all who are copied."`
	Status    Status      `json:"status" doc:"The state chosen with it; empty for none."`
	Macro     string      `json:"macro" doc:"The macro chosen with it, by name; empty for none."`
}

// draftMore is what a draft holds beside its words.
type draftMore struct {
	Files  []int64 `json:"files,omitempty"`
	Copies []int64 `json:"copies"` // null: all of the ticket's
	Status Status  `json:"status,omitempty"`
	Macro  string  `json:"macro,omitempty"`
}

func (m draftMore) none() bool {
	return len(m.Files) == 0 && m.Copies == nil && m.Status == "" && m.Macro == ""
}

func (m draftMore) column() (string, error) {
	if m.none() {
		return "", nil
	}
	b, err := json.Marshal(m)
	return string(b), err
}

// stored is a draft as the table has it.
type storedDraft struct {
	text    string
	public  bool
	updated time.Time
	draftMore
}

// draftOf reads somebody's draft; ok is false when there is none.
func draftOf(ctx context.Context, tx db.Tx, personID, ticketID int64) (d storedDraft, ok bool, err error) {
	var updated int64
	var more string
	err = tx.QueryRow(ctx, `SELECT body, public, updated, more FROM draft WHERE person_id = $1 AND ticket_id = $2`, personID, ticketID).Scan(&d.text, &d.public, &updated, &more)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	if err == nil && more != "" {
		err = json.Unmarshal([]byte(more), &d.draftMore)
	}
	d.updated = db.Time(updated)
	return d, err == nil, err
}

// Draft returns the actor's own draft on a ticket they may read; an empty one when there is none.
func (s *Service) Draft(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) (Draft, error) {
	if _, err := s.Get(ctx, tx, by, ticketID); err != nil {
		return Draft{}, err
	}
	d, ok, err := draftOf(ctx, tx, by.PersonID, ticketID)
	if err != nil || !ok {
		return Draft{Public: true, Files: []FileView{}}, err
	}
	out := Draft{Text: d.text, Public: d.public, UpdatedAt: rest.Time(d.updated), Files: []FileView{}, Status: d.Status, Macro: d.Macro}
	for _, id := range d.Files {
		f, err := s.ownUpload(ctx, tx, by, id)
		if fault.Is(err, fault.NotFound) {
			continue // on a message by now, or gone
		}
		if err != nil {
			return Draft{}, err
		}
		out.Files = append(out.Files, FileView{ID: f.ID, Filename: f.Filename, ContentType: f.ContentType, Size: f.Size})
	}
	if d.Copies != nil {
		people, err := s.directory.Names(ctx, tx, d.Copies)
		if err != nil {
			return Draft{}, err
		}
		out.Copies = shownPeople(d.Copies, people)
	}
	return out, nil
}

// KeepDraft stores the actor's draft; one without text, files and macro is dropped.
func (s *Service) KeepDraft(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, in Submission) error {
	if len(in.Text) > maxBody {
		return fault.New(fault.TooLarge, "This draft is longer than 1 MB, the most one message may have.")
	}
	if len(in.Files) > maxFiles {
		return fault.Field("file_ids", len(in.Files), "at most 100 files", "A message can have 100 files; these are %d.", len(in.Files))
	}
	if len(in.Copies) > maxCopies {
		return fault.Field("copies", len(in.Copies), "at most 48", "A ticket can have 48 copies; these are %d.", len(in.Copies))
	}
	if in.Status != "" && !slices.Contains(Statuses, in.Status) {
		return fault.Field("status", in.Status, "new, open, pending, hold, solved, closed", "There is no status %q.", in.Status)
	}
	if _, err := s.Get(ctx, tx, by, ticketID); err != nil {
		return err
	}
	return s.keepDraft(ctx, tx, by, by.PersonID, ticketID, in)
}

func (s *Service) keepDraft(ctx context.Context, tx db.Tx, by act.Actor, personID, ticketID int64, in Submission) error {
	if in.Text == "" && len(in.Files) == 0 && in.Macro == "" {
		_, err := tx.Exec(ctx, `DELETE FROM draft WHERE person_id = $1 AND ticket_id = $2`, personID, ticketID)
		return err
	}
	more, err := draftMore{in.Files, in.Copies, in.Status, in.Macro}.column()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO draft (person_id, ticket_id, body, public, updated, more) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person_id, ticket_id) DO UPDATE SET body = excluded.body, public = excluded.public, updated = excluded.updated, more = excluded.more`,
		personID, ticketID, in.Text, in.Public, db.Micros(by.Now()), more)
	return err
}

// toDraft gives the words of a waiting reply back to its author, before what they have begun since.
func (s *Service) toDraft(ctx context.Context, tx db.Tx, by act.Actor, w Wait) error {
	text := w.Said.Text
	if text == "" && w.Said.HTML != "" {
		if m, err := written("", w.Said.HTML, nil); err == nil {
			text = m.Text
		}
	}
	d, ok, err := draftOf(ctx, tx, w.AuthorID, w.TicketID)
	if err != nil {
		return err
	}
	back := Submission{Text: text, Public: true, Files: w.Said.Files, Copies: w.Said.Copies, Status: w.Said.Status, Macro: w.Said.Macro}
	if ok {
		back.Macro = cmp.Or(back.Macro, d.Macro)
		if d.text != "" && !strings.Contains(d.text, text) {
			back.Text += "\n\n" + d.text
		} else if d.text != "" {
			back.Text = d.text
		}
		for _, id := range d.Files {
			if !slices.Contains(back.Files, id) {
				back.Files = append(back.Files, id)
			}
		}
	}
	if len(back.Text) > maxBody {
		back.Text = text
	}
	return s.keepDraft(ctx, tx, by, w.AuthorID, w.TicketID, back)
}

// dropDraft removes the draft that a held reply left behind, when nothing was added to it.
func (s *Service) dropDraft(ctx context.Context, tx db.Tx, w Wait) error {
	_, err := tx.Exec(ctx, `DELETE FROM draft WHERE person_id = $1 AND ticket_id = $2 AND body = $3`, w.AuthorID, w.TicketID, w.Said.Text)
	return err
}

// begun reports whether a file is part of a draft or of a reply that waits.
func (s *Service) begun(ctx context.Context, tx db.Tx, fileID int64) (bool, error) {
	f, err := s.files.Get(ctx, tx, fileID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	rows, err := tx.Query(ctx, `SELECT more FROM draft WHERE person_id = $1 AND more <> '' UNION ALL
		SELECT more FROM side_draft WHERE person_id = $1 AND more <> '' UNION ALL
		SELECT message FROM ticket_send WHERE author_id = $1 AND state IN ('waiting', 'held')`, f.CreatedBy)
	held, err := db.Collect(rows, err, func(r db.Scanner) (files []int64, err error) {
		var text string
		if err := r.Scan(&text); err != nil {
			return nil, err
		}
		var m struct {
			Files []int64 `json:"files"`
		}
		err = json.Unmarshal([]byte(text), &m)
		return m.Files, err
	})
	return slices.ContainsFunc(held, func(files []int64) bool { return slices.Contains(files, fileID) }), err
}

func (s *Service) getDraft(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (Draft, error) {
	return s.Draft(ctx, tx, by, in.ID)
}

type putDraftInput struct {
	IDPath
	Body struct {
		Text    string  `json:"text"`
		Public  bool    `json:"public"`
		FileIDs []int64 `json:"file_ids,omitempty" maxItems:"100"`
		Copies  []int64 `json:"copies,omitempty" maxItems:"48" doc:"People's ids; all who are copied when left out."`
		Status  Status  `json:"status,omitempty"`
		Macro   string  `json:"macro,omitempty" maxLength:"200" doc:"The macro chosen with it, by name."`
	}
}

func (s *Service) putDraft(_ context.Context, by act.Actor, in *putDraftInput) (rest.Change[Draft], error) {
	b := &in.Body
	return func(ctx context.Context, tx db.Tx) (Draft, error) {
		if err := s.KeepDraft(ctx, tx, by, in.ID, Submission{Text: b.Text, Public: b.Public, Files: b.FileIDs, Copies: b.Copies, Status: b.Status, Macro: b.Macro}); err != nil {
			return Draft{}, err
		}
		return s.Draft(ctx, tx, by, in.ID)
	}, nil
}

func (s *Service) deleteDraft(_ context.Context, by act.Actor, in *IDPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.KeepDraft(ctx, tx, by, in.ID, Submission{})
	}, nil
}
