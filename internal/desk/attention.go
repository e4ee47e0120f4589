package desk

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/work"
)

// Attention is a request for attention on a ticket.
type Attention struct {
	ID        int64
	TicketID  int64
	AskedBy   int64
	Urgency   string // urgent, timely or not_urgent
	Reason    string
	Asked     time.Time
	Due       time.Time
	Taken     time.Time // zero: nobody has
	TakenBy   int64
	Overdue   time.Time // when it was found overdue; zero: it was not
	Closed    time.Time
	ClosedBy  int64
	ClosedWhy string
}

const (
	attentionSource = "attention"
	attentionJob    = "desk.attention"
	maxReason       = 2000 // characters
)

const attentionFields = `a.id, a.ticket_id, a.asked_by, a.urgency, a.reason, a.asked, a.due, a.taken, a.taken_by, a.overdue, a.closed, a.closed_by, a.closed_why`

func scanAttention(r db.Scanner) (a Attention, err error) {
	var askedBy, taken, takenBy, overdue, closed, closedBy sql.NullInt64
	var asked, due int64
	err = r.Scan(&a.ID, &a.TicketID, &askedBy, &a.Urgency, &a.Reason, &asked, &due, &taken, &takenBy, &overdue, &closed, &closedBy, &a.ClosedWhy)
	a.AskedBy, a.TakenBy, a.ClosedBy = askedBy.Int64, takenBy.Int64, closedBy.Int64
	a.Asked, a.Due, a.Taken, a.Overdue, a.Closed = db.Time(asked), db.Time(due), db.NullTime(taken), db.NullTime(overdue), db.NullTime(closed)
	return a, err
}

// words checks what somebody wrote as a reason.
func cleanReason(field, text, ask string) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n == 0 || n > maxReason {
		return "", fault.Field(field, n, "1 to 2,000 characters", "%s, in 1 to 2,000 characters.", ask)
	}
	return text, nil
}

// AskAttention asks for attention on a ticket. Colleagues who may read it may: also those who
// work on no tickets, such as whoever looks after the customer.
func (s *Service) AskAttention(ctx context.Context, tx db.Tx, by act.Actor, ticketID int64, urgency, reason string) (Attention, error) {
	t, err := s.forColleagues(ctx, tx, by, ticketID)
	if err != nil {
		return Attention{}, err
	}
	rule := s.config().Attention
	if rule == nil {
		return Attention{}, fault.New(fault.Invalid, "Attention cannot be asked for here. An administrator turns it on with an attention blueprint.")
	}
	length, ok := rule.within(urgency)
	if !ok {
		return Attention{}, fault.Field("urgency", urgency, "urgent, timely or not_urgent", "There is no urgency %q.", urgency)
	}
	if reason, err = cleanReason("reason", reason, "Say what shall be looked at and why now"); err != nil {
		return Attention{}, err
	}
	by = by.Still()
	now := by.Now()
	zone, err := s.zoneOf(ctx, tx, by, rule.Hours.Zone())
	if err != nil {
		return Attention{}, err
	}
	if err := rule.refusal(t, now, zone); err != nil {
		return Attention{}, err
	}
	open, err := s.openAttention(ctx, tx, ticketID)
	if err != nil {
		return Attention{}, err
	}
	if open != nil {
		return Attention{}, fault.New(fault.Conflict, "Attention is asked for on this ticket already. It is due %s; close that one first.", lang.At(open.Due.In(zone), "Mon 15:04 MST"))
	}
	a := Attention{TicketID: ticketID, AskedBy: by.PersonID, Urgency: urgency, Reason: reason, Asked: now}
	if a.Due, ok = rule.Hours.After(now, length); !ok {
		a.Due = now.Add(length)
	}
	if err := tx.QueryRow(ctx, `INSERT INTO attention (ticket_id, asked_by, urgency, reason, asked, due, closed_why) VALUES ($1, $2, $3, $4, $5, $6, '') RETURNING id`,
		ticketID, db.NullID(by.PersonID), urgency, reason, db.Micros(now), db.Micros(a.Due)).Scan(&a.ID); err != nil {
		return a, err
	}
	because := by.Because(act.Cause{Event: by.Cause.Event, Blueprint: rule.ID, Version: rule.Version})
	event, err := s.ledger.Append(ctx, tx, because, a.event(AttentionAsked, map[string]any{"urgency": urgency, "due": db.Micros(a.Due)}))
	if err != nil {
		return a, err
	}
	if err := work.Put(ctx, tx, now, a.item(t, event)); err != nil {
		return a, err
	}
	return a, s.jobs.Set(ctx, tx, now, job.Spec{Kind: attentionJob, Key: fmt.Sprint(a.ID), Subject: ledger.Ref{Kind: "ticket", ID: ticketID}, Due: a.Due})
}

// zoneOf is the time zone that the actor reads times in: the one they chose, or their own; without any it is other.
func (s *Service) zoneOf(ctx context.Context, tx db.Tx, by act.Actor, other *time.Location) (*time.Location, error) {
	chosen, err := s.auth.Choices(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	people, err := s.directory.Names(ctx, tx, []int64{by.PersonID})
	if name := cmp.Or(chosen["zone"], people[by.PersonID].TimeZone); name != "" {
		if zone, lerr := time.LoadLocation(name); lerr == nil {
			other = zone
		}
	}
	return other, err
}

// forColleagues reads a ticket for a colleague who may see it.
func (s *Service) forColleagues(ctx context.Context, tx db.Tx, by act.Actor, id int64) (*Ticket, error) {
	t, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	people, err := s.directory.Names(ctx, tx, []int64{by.PersonID})
	if err != nil {
		return nil, err
	}
	if by.PersonID != 0 && !people[by.PersonID].Agent || !by.May("write", "ticket") {
		return nil, by.Denied("write", "ticket")
	}
	return t, nil
}

func (a Attention) event(verb string, data map[string]any) ledger.Entry {
	all := map[string]any{"attention": a.ID}
	for k, v := range data {
		all[k] = v
	}
	return ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: "ticket", ID: a.TicketID}, Visibility: ledger.Internal, Data: all}
}

// item is the work that a request is: whoever took it, else the ticket's assignee, else its team.
func (a Attention) item(t *Ticket, event int64) work.Item {
	who := a.TakenBy
	if who == 0 {
		who = t.AssigneeID
	}
	urgency := map[string]int{"urgent": 3, "timely": 2, "not_urgent": 1}[a.Urgency]
	return work.Item{Source: attentionSource, Key: fmt.Sprint(a.ID), PersonID: who, TeamID: t.TeamID, Due: a.Due, Urgency: urgency,
		Subject: ledger.Ref{Kind: "ticket", ID: a.TicketID}, EventID: event}
}

// openAttention is the open request on a ticket; nil when there is none.
func (s *Service) openAttention(ctx context.Context, tx db.Tx, ticketID int64) (*Attention, error) {
	a, err := scanAttention(tx.QueryRow(ctx, `SELECT `+attentionFields+` FROM attention a WHERE a.ticket_id = $1 AND a.closed IS NULL`, ticketID))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &a, err
}

// attentionFor loads a request for somebody who works on its ticket.
func (s *Service) attentionFor(ctx context.Context, tx db.Tx, by act.Actor, id int64, closing bool) (Attention, *Ticket, error) {
	q := `SELECT ` + attentionFields + ` FROM attention a WHERE a.id = $1`
	if tx.Engine() == db.Postgres {
		q += ` FOR UPDATE`
	}
	a, err := scanAttention(tx.QueryRow(ctx, q, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, nil, fault.Missing("attention", id)
	}
	if err != nil {
		return a, nil, err
	}
	look := s.working
	if closing && a.AskedBy == by.PersonID && by.PersonID != 0 {
		look = s.forColleagues // who asked may take it back
	}
	t, err := look(ctx, tx, by, a.TicketID)
	if fault.Is(err, fault.NotFound) {
		err = fault.Missing("attention", id)
	}
	if err == nil && !a.Closed.IsZero() {
		err = fault.New(fault.Invalid, "This request was closed %s.", lang.At(a.Closed, "Mon 2 Jan 15:04 MST"))
	}
	return a, t, err
}

// TakeAttention makes a request the actor's to see to. Whoever works on the ticket may.
func (s *Service) TakeAttention(ctx context.Context, tx db.Tx, by act.Actor, id int64) (Attention, error) {
	a, t, err := s.attentionFor(ctx, tx, by, id, false)
	if err != nil {
		return a, err
	}
	if by.PersonID == 0 {
		return a, fault.New(fault.Invalid, "Only people take requests; this is no person.")
	}
	if a.TakenBy == by.PersonID {
		return a, nil
	}
	a.Taken, a.TakenBy = by.Now(), by.PersonID
	if _, err := tx.Exec(ctx, `UPDATE attention SET taken = $1, taken_by = $2 WHERE id = $3`, db.Micros(a.Taken), a.TakenBy, id); err != nil {
		return a, err
	}
	event, err := s.ledger.Append(ctx, tx, by, a.event(AttentionTaken, nil))
	if err != nil {
		return a, err
	}
	return a, work.Put(ctx, tx, a.Taken, a.item(t, event))
}

// CloseAttention ends a request; a reason is needed. Whoever works on the ticket may, and
// whoever asked.
func (s *Service) CloseAttention(ctx context.Context, tx db.Tx, by act.Actor, id int64, why string) (Attention, error) {
	a, _, err := s.attentionFor(ctx, tx, by, id, true)
	if err != nil {
		return a, err
	}
	if why, err = cleanReason("reason", why, "Say what came of it"); err != nil {
		return a, err
	}
	return a, s.closeAttention(ctx, tx, by, &a, why)
}

func (s *Service) closeAttention(ctx context.Context, tx db.Tx, by act.Actor, a *Attention, why string) error {
	a.Closed, a.ClosedBy, a.ClosedWhy = by.Now(), by.PersonID, why
	if _, err := tx.Exec(ctx, `UPDATE attention SET closed = $1, closed_by = $2, closed_why = $3 WHERE id = $4`, db.Micros(a.Closed), db.NullID(a.ClosedBy), why, a.ID); err != nil {
		return err
	}
	if _, err := s.ledger.Append(ctx, tx, by, a.event(AttentionClosed, map[string]any{"late": a.Closed.After(a.Due)})); err != nil {
		return err
	}
	if err := s.jobs.Cancel(ctx, tx, attentionJob, fmt.Sprint(a.ID)); err != nil {
		return err
	}
	return work.Finish(ctx, tx, a.Closed, attentionSource, fmt.Sprint(a.ID))
}

// onAttention is the timer of a request that nobody has seen to in time.
func (s *Service) onAttention(ctx context.Context, tx db.Tx, j job.Job) error {
	a, err := s.openAttention(ctx, tx, j.Subject.ID)
	if err != nil || a == nil || fmt.Sprint(a.ID) != j.Key || !a.Overdue.IsZero() {
		return err
	}
	by := s.system()
	by.Kind = act.Clock
	rule := s.config().Attention
	if rule != nil {
		by = by.Because(act.Cause{Blueprint: rule.ID, Version: rule.Version})
	}
	if _, err := tx.Exec(ctx, `UPDATE attention SET overdue = $1 WHERE id = $2`, db.Micros(a.Due), a.ID); err != nil {
		return err
	}
	e := a.event(AttentionLate, map[string]any{"urgency": a.Urgency})
	e.At = a.Due
	event, err := s.ledger.Append(ctx, tx, by, e)
	if err != nil {
		return err
	}
	t, err := s.load(ctx, tx, a.TicketID)
	if err != nil || rule == nil {
		return err
	}
	to := slices.Clone(rule.Spec.Escalate)
	if team := s.config().Team(t.TeamID); team != nil && team.Spec.Email != "" && !slices.Contains(to, team.Spec.Email) {
		to = append(to, team.Spec.Email)
	}
	box := s.config().Mailbox(t.MailboxID)
	if box == nil {
		box = s.config().DefaultMailbox()
	}
	return s.letter(ctx, tx, by.Because(act.Cause{Event: event, Blueprint: rule.ID, Version: rule.Version}), box, to, fmt.Sprintf("Overdue: attention on ticket %d", t.ID),
		fmt.Sprintf("Attention was asked for on ticket %d and nobody has seen to it by %s.\n\n> %s\n", t.ID,
			a.Due.In(rule.Hours.Zone()).Format("Mon 15:04 MST"), mail.EscapeMarkdown(directory.OneLine(a.Reason))), fmt.Sprintf("attention.%d", a.ID), t.ID)
}

// followHelp keeps requests and hand-overs in step with a change of their ticket: they end with
// it, and go where it goes. before is nil for a new one.
func (s *Service) followHelp(ctx context.Context, tx db.Tx, by act.Actor, before, t *Ticket) error {
	if before == nil || before.AssigneeID == t.AssigneeID && before.TeamID == t.TeamID && before.Status.Done() == t.Status.Done() {
		return nil
	}
	if err := s.takeHandover(ctx, tx, by, before, t); err != nil {
		return err
	}
	if s.config().Attention == nil {
		return nil
	}
	a, err := s.openAttention(ctx, tx, t.ID)
	if err != nil || a == nil {
		return err
	}
	if t.Status.Done() {
		return s.closeAttention(ctx, tx, by, a, "The ticket was "+string(t.Status)+".")
	}
	return work.Put(ctx, tx, by.Now(), a.item(t, 0))
}

//lang:texts
var urgencyWords = map[string]string{"urgent": "urgent", "timely": "timely", "not_urgent": "not urgent"}

// giveBackAttention passes the open requests somebody took to another colleague, or back to
// whoever has the ticket when to is 0.
func (s *Service) giveBackAttention(ctx context.Context, tx db.Tx, by act.Actor, from, to int64) error {
	rows, err := tx.Query(ctx, `SELECT `+attentionFields+` FROM attention a WHERE a.taken_by = $1 AND a.closed IS NULL ORDER BY a.id LIMIT 200`, from)
	list, err := db.Collect(rows, err, scanAttention)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.TakenBy = to; to == 0 {
			a.Taken = time.Time{}
		}
		if _, err := tx.Exec(ctx, `UPDATE attention SET taken = $1, taken_by = $2 WHERE id = $3`, db.NullMicros(a.Taken), db.NullID(to), a.ID); err != nil {
			return err
		}
		t, err := s.load(ctx, tx, a.TicketID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := work.Put(ctx, tx, by.Now(), a.item(t, 0)); err != nil {
			return err
		}
	}
	return nil
}

// reasonsOfAttention are the words that were given with events: why attention was asked for, and what came of it.
func reasonsOfAttention(ctx context.Context, tx db.Tx, ticketID int64, events []ledger.Event) (map[int64]string, error) {
	if !slices.ContainsFunc(events, func(e ledger.Event) bool { return e.Verb == AttentionAsked || e.Verb == AttentionClosed }) {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT `+attentionFields+` FROM attention a WHERE a.ticket_id = $1 ORDER BY a.id DESC LIMIT 500`, ticketID)
	all, err := db.Collect(rows, err, scanAttention)
	out := map[int64]string{}
	for _, e := range events {
		at := slices.IndexFunc(all, func(a Attention) bool { return a.ID == decode(e).Attention })
		switch {
		case at < 0:
		case e.Verb == AttentionAsked:
			out[e.ID] = all[at].Reason
		case e.Verb == AttentionClosed:
			out[e.ID] = all[at].ClosedWhy
		}
	}
	return out, err
}
