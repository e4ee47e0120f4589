package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// SideDraft is what somebody has begun to write in a side conversation, or of a new one.
type SideDraft struct {
	SideID  int64 // 0: one that is not begun
	Subject string
	Text    string // Markdown
	To      SideMarks
	Files   []int64 // uploads of their own
	Own     []int64 // files of the ticket
	Updated time.Time
}

// sideDraftMore is what a draft holds beside its words.
type sideDraftMore struct {
	To    []int64 `json:"to,omitempty"`
	Teams []int64 `json:"teams,omitempty"`
	Files []int64 `json:"files,omitempty"`
	Own   []int64 `json:"own,omitempty"`
}

// SideDraftOf returns the actor's own draft in a side conversation, or of a new one with side 0; an empty one
// when there is none. Those who work on the ticket may.
func (s *Service) SideDraftOf(ctx context.Context, tx db.Tx, by act.Actor, ticketID, side int64) (SideDraft, error) {
	out := SideDraft{SideID: side}
	if err := s.sideDraftable(ctx, tx, by, ticketID, side); err != nil {
		return out, err
	}
	var more string
	var updated int64
	err := tx.QueryRow(ctx, `SELECT subject, body, more, updated FROM side_draft WHERE person_id = $1 AND ticket_id = $2 AND side_id = $3`, by.PersonID, ticketID, side).
		Scan(&out.Subject, &out.Text, &more, &updated)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Updated = db.Time(updated)
	var held sideDraftMore
	if more != "" {
		err = json.Unmarshal([]byte(more), &held)
	}
	out.To, out.Files, out.Own = SideMarks{To: held.To, Teams: held.Teams}, held.Files, held.Own
	return out, err
}

// sideDraftable says whether somebody may have a draft there.
func (s *Service) sideDraftable(ctx context.Context, tx db.Tx, by act.Actor, ticketID, side int64) error {
	if side != 0 {
		_, err := s.sideSeen(ctx, tx, by, ticketID, side)
		return err
	}
	_, err := s.working(ctx, tx, by, ticketID)
	return err
}

// KeepSideDraft stores the actor's own draft; one without words and files is dropped. Those who work on the ticket may.
func (s *Service) KeepSideDraft(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, in SideDraft) error {
	if len(in.Text) > maxBody {
		return fault.New(fault.TooLarge, "This draft is longer than 1 MB, the most one message may have.")
	}
	if n := len(in.Files) + len(in.Own); n > maxFiles {
		return fault.Field("file_ids", n, "at most 100 files", "A message can have 100 files; these are %d.", n)
	}
	if n := len(in.To.To) + len(in.To.Teams); n > maxSideParty {
		return fault.Field("to", n, "1 to 20 people and teams", "A side conversation is with 1 to 20 people and teams; these are %d.", n)
	}
	if err := s.sideDraftable(ctx, tx, by, ticketID, in.SideID); err != nil {
		return err
	}
	return keepSideDraft(ctx, tx, by, ticketID, in)
}

func keepSideDraft(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, in SideDraft) error {
	if in.Text == "" && len(in.Files)+len(in.Own) == 0 {
		return dropSideDraft(ctx, tx, by.PersonID, ticketID, in.SideID)
	}
	more, err := json.Marshal(sideDraftMore{in.To.To, in.To.Teams, in.Files, in.Own})
	if err != nil {
		return err
	}
	subject, err := cleanSubject(in.Subject)
	if err != nil {
		return err
	}
	if in.Subject == "" {
		subject = ""
	}
	_, err = tx.Exec(ctx, `INSERT INTO side_draft (person_id, ticket_id, side_id, subject, body, more, updated) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (person_id, ticket_id, side_id) DO UPDATE SET subject = excluded.subject, body = excluded.body, more = excluded.more, updated = excluded.updated`,
		by.PersonID, ticketID, in.SideID, subject, in.Text, string(more), db.Micros(by.Now()))
	return err
}

func dropSideDraft(ctx context.Context, tx db.Tx, personID, ticketID, side int64) error {
	return tx.Later(ctx, nil, `DELETE FROM side_draft WHERE person_id = $1 AND ticket_id = $2 AND side_id = $3`, personID, ticketID, side)
}
