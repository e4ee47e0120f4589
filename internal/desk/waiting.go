package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// sendJob is the kind of timer that turns a waiting reply into a real one.
const sendJob = "desk.send"

// Limits of replies that wait.
const (
	maxWait    = 366 * 24 * time.Hour // how far ahead a reply can be planned
	maxWaiting = 20                   // of one ticket at once
	keepSent   = 7 * 24 * time.Hour   // how long is known what became of one
)

// WaitKind says why a reply waits.
type WaitKind string

// The kinds. A reply that can be undone goes whatever happens meanwhile; a planned one looks first.
const (
	ForUndo   WaitKind = "undo"
	Planned   WaitKind = "planned"
	ForReview WaitKind = "review" // until somebody has read it
)

// WaitState says where a waiting reply stands.
type WaitState string

// The states. A held one waits for a person.
const (
	Waiting   WaitState = "waiting"
	HeldBack  WaitState = "held"
	Left      WaitState = "sent"
	TakenBack WaitState = "cancelled"
)

// Submission is what somebody hands in on a ticket at once.
type Submission struct {
	Text    string   `json:"text,omitempty"` // Markdown
	HTML    string   `json:"html,omitempty"` // instead of Text
	Public  bool     `json:"public"`
	Channel string   `json:"channel"`
	Files   []int64  `json:"files,omitempty"`
	Status  Status   `json:"status,omitempty"`
	Macro   string   `json:"macro,omitempty"`
	Copies  []int64  `json:"copies"`            // nil: all of the ticket's
	Confirm []string `json:"confirm,omitempty"` // names of guards that ask, and are answered with yes

	approved bool // somebody who reads the author's replies let it go
}

// Wait is a reply that waits for its time.
type Wait struct {
	ID        int64
	TicketID  int64
	AuthorID  int64
	Kind      WaitKind
	State     WaitState
	Due       time.Time
	Zone      string // the time zone its author chose the time in
	IfChanged string // hold or send
	Said      Submission
	Why       string // why it is held
	EventID   int64  // of its planning; 0 for one that can only be undone
	CommentID int64  // once it has left
	ReviewID  int64  // blueprint of the review it waits for
	Updated   time.Time

	approved bool  // somebody has read it
	seen     int64 // the newest message when it was written
}

const waitFields = `id, ticket_id, author_id, kind, state, due, zone, if_changed, seen, message, why, COALESCE(event_id, 0), COALESCE(comment_id, 0), updated, COALESCE(review_id, 0)`

func scanWait(r db.Scanner) (w Wait, err error) {
	var due, updated int64
	var message string
	err = r.Scan(&w.ID, &w.TicketID, &w.AuthorID, &w.Kind, &w.State, &due, &w.Zone, &w.IfChanged, &w.seen, &message, &w.Why, &w.EventID, &w.CommentID, &updated, &w.ReviewID)
	w.Due, w.Updated = db.Time(due), db.Time(updated)
	if err == nil && message != "" {
		err = json.Unmarshal([]byte(message), &w.Said)
	}
	return w, err
}

// submit writes a message on a ticket that the transaction has locked and does what else was handed in with it.
func (s *Service) submit(ctx context.Context, tx db.Tx, by act.Actor, locked *Ticket, in Submission, msg Message) (*Ticket, *Comment, error) {
	if !auth.Scope(by, "read", "ticket").Covers(locked.Record()) {
		return nil, nil, fault.Missing("ticket", locked.ID)
	}
	msg.Public, msg.Channel, msg.Copies = in.Public, in.Channel, in.Copies
	msg.approved, msg.Confirm = in.approved, in.Confirm
	if msg.Agent = Agent(by, locked); !msg.Agent && !msg.Public {
		return nil, nil, by.Denied("edit", "ticket")
	}
	var macro *Macro
	id := locked.ID
	if in.Macro != "" {
		p, err := s.Prepare(ctx, tx, by, id, in.Macro)
		if err != nil {
			return nil, nil, err
		}
		macro = p.Macro
		if err := s.allowMacro(ctx, tx, by, locked, &msg, in.Status, macro, in.Confirm); err != nil {
			return nil, nil, err
		}
		msg.guarded = true
	}
	t, c, err := s.reply(ctx, tx, by, locked, msg, in.Status)
	if err == nil && macro != nil && t.ID == id {
		err = s.do(ctx, tx, by, t, macro.without(in.Status))
	}
	return t, c, err
}

// Plan keeps a public reply until its time. It is checked as if it left now. Those who work on the ticket may.
func (s *Service) Plan(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, in Wait) (*Ticket, Wait, error) {
	t, err := s.lock(ctx, tx, ticketID)
	if err != nil {
		return nil, in, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, in, fault.Missing("ticket", ticketID)
	}
	if !Agent(by, t) || by.PersonID == 0 {
		return nil, in, by.Denied("edit", "ticket")
	}
	if !in.Said.Public {
		return nil, in, fault.Field("send_at", in.Due, "a public reply", "Only replies can wait; a note is there at once.")
	}
	by = by.Still()
	review := s.reviewOf(ctx, tx, by, t)
	if review != nil {
		in.Kind, in.ReviewID, in.Due, in.Zone, in.IfChanged = ForReview, review.ID, by.Now().Add(review.within()), "UTC", "send"
	} else if err := in.timely(by.Now()); err != nil {
		return nil, in, err
	}
	if err := s.wouldDo(ctx, tx, by, t, in.Said); err != nil {
		return nil, in, err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM ticket_send WHERE ticket_id = $1 AND state IN ('waiting', 'held')`, t.ID).Scan(&n); err != nil {
		return nil, in, err
	}
	if n >= maxWaiting {
		return nil, in, fault.Field("send_at", n, "at most 20 waiting replies", "%d replies wait on this ticket already. Send or cancel some first.", n)
	}
	in.TicketID, in.AuthorID, in.State, in.Updated = t.ID, by.PersonID, Waiting, by.Now()
	if err := tx.QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM comment WHERE ticket_id = $1`, t.ID).Scan(&in.seen); err != nil {
		return nil, in, err
	}
	message, err := json.Marshal(in.Said)
	if err != nil {
		return nil, in, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO ticket_send (ticket_id, author_id, kind, state, due, zone, if_changed, seen, message, why, created, updated, review_id)
		VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8, '', $9, $9, $10) RETURNING id`,
		t.ID, in.AuthorID, string(in.Kind), db.Micros(in.Due), in.Zone, in.IfChanged, in.seen, string(message), db.Micros(by.Now()), db.NullID(in.ReviewID)).Scan(&in.ID)
	if err != nil {
		return nil, in, err
	}
	if review != nil {
		if in.EventID, err = s.askReview(ctx, tx, by, t, in, review); err != nil {
			return nil, in, err
		}
		return t, in, tx.Later(ctx, nil, `UPDATE ticket_send SET event_id = $1 WHERE id = $2`, in.EventID, in.ID)
	}
	if in.Kind == Planned {
		in.EventID, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: ReplyPlanned, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"send": in.ID, "due": db.Micros(in.Due)}})
		if err != nil {
			return nil, in, err
		}
		if err := tx.Later(ctx, nil, `UPDATE ticket_send SET event_id = $1 WHERE id = $2`, in.EventID, in.ID); err != nil {
			return nil, in, err
		}
	}
	return t, in, s.jobs.Enqueue(ctx, tx, by.Now(), in.timer())
}

func (w Wait) timer() job.Spec {
	return job.Spec{Kind: sendJob, Key: fmt.Sprint(w.ID), Subject: ledger.Ref{Kind: "ticket", ID: w.TicketID}, Due: w.Due}
}

// timely checks the time of a waiting reply.
func (w Wait) timely(now time.Time) error {
	const accepted = "a time from now on and within a year"
	switch {
	case w.Kind == Planned && !w.Due.After(now):
		return fault.Field("send_at", w.Due, accepted, "%s is past. Choose a later time, or send it now.", lang.At(w.Due.UTC(), "2 January 2006 15:04 UTC"))
	case w.Due.After(now.Add(maxWait)):
		return fault.Field("send_at", w.Due, accepted, "%s is more than a year ahead.", lang.At(w.Due.UTC(), "2 January 2006"))
	case w.IfChanged != "hold" && w.IfChanged != "send":
		return fault.Field("if_changed", w.IfChanged, "hold or send", "What shall happen when somebody writes before? %q says neither.", w.IfChanged)
	}
	if _, err := time.LoadLocation(w.Zone); err != nil || len(w.Zone) > 64 {
		return fault.Field("time_zone", w.Zone, "a zone such as Europe/Amsterdam", "There is no time zone %q.", w.Zone)
	}
	return nil
}

// wouldDo says what is wrong with a submission if it were made now; nothing is stored.
func (s *Service) wouldDo(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, in Submission) error {
	msg, err := written(in.Text, in.HTML, in.Files)
	if err != nil {
		return err
	}
	msg.Public, msg.Agent, msg.Channel = in.Public, true, in.Channel
	if msg.CopiesOutside, err = s.CopiesOutside(ctx, tx, t, in.Copies); err != nil {
		return err
	}
	if err := msg.check(); err != nil {
		return err
	}
	after := *t
	if err := msg.move(&after, in.Status); err != nil {
		return err
	}
	if in.Status != "" && in.Macro == "" {
		if err := s.config().complete(&after, s.about(ctx, tx, t)); err != nil {
			return err
		}
	}
	if in.Macro != "" {
		p, err := s.Prepare(ctx, tx, by, t.ID, in.Macro)
		if err != nil {
			return err
		}
		if err := s.allowMacro(ctx, tx, by, t, &msg, in.Status, p.Macro, in.Confirm); err != nil {
			return err
		}
	} else if err := s.guard(ctx, tx, by, submit{before: t, after: &after, message: &msg, confirm: in.Confirm}); err != nil {
		return err
	}
	for _, id := range in.Files {
		if _, err := s.ownUpload(ctx, tx, by, id); err != nil {
			return err
		}
	}
	return nil
}

// Waits lists the replies that wait on a ticket, the next first. Those who work on it may.
func (s *Service) Waits(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64) ([]Wait, error) {
	t, err := s.working(ctx, tx, by, ticketID)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+waitFields+` FROM ticket_send WHERE ticket_id = $1 AND state IN ('waiting', 'held') ORDER BY due, id LIMIT 100`, t.ID)
	return db.Collect(rows, err, scanWait)
}

// wait returns a waiting reply on a ticket that the transaction has locked. Its author may change it;
// whoever works on the ticket may take it back when others is true.
func (s *Service) wait(ctx context.Context, tx db.Tx, by act.Actor, ticketID, id int64, others bool) (*Ticket, Wait, error) {
	t, err := s.lock(ctx, tx, ticketID)
	if err != nil {
		return nil, Wait{}, err
	}
	if !auth.Scope(by, "read", "ticket").Covers(t.Record()) {
		return nil, Wait{}, fault.Missing("ticket", ticketID)
	}
	if !Agent(by, t) {
		return nil, Wait{}, by.Denied("edit", "ticket")
	}
	w, err := scanWait(tx.QueryRow(ctx, `SELECT `+waitFields+` FROM ticket_send WHERE id = $1 AND ticket_id = $2`, id, t.ID))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, w, fault.Missing("waiting reply", id)
	}
	if err != nil {
		return nil, w, err
	}
	if w.Kind == ForReview && w.State == Waiting && !others {
		return nil, w, fault.New(fault.Forbidden, "This reply waits to be read. It leaves when it is approved; its author may take it back.")
	}
	if w.AuthorID != by.PersonID && !others {
		return nil, w, fault.New(fault.Forbidden, "Only its author can send or change a waiting reply. You may take it back.")
	}
	switch w.State {
	case Left:
		return nil, w, fault.New(fault.Conflict, "This reply left at %s, so it cannot be taken back or changed.", lang.At(w.Updated.UTC(), "15:04:05 UTC on 2 January 2006"))
	case TakenBack:
		return nil, w, fault.New(fault.Conflict, "This reply was taken back already at %s.", lang.At(w.Updated.UTC(), "15:04:05 UTC on 2 January 2006"))
	}
	return t, w, nil
}
