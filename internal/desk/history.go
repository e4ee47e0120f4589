package desk

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// History is a ticket that was worked on elsewhere, with its messages in the order of time.
type History struct {
	NewTicket           // Message is not looked at
	Status    Status    // where it stands now, also closed
	Messages  []Message // each with At; at least one
	Created   time.Time // zero: the first message's time
	Updated   time.Time // zero: the last message's time
	Solved    time.Time // zero: Updated, for one that is done
	Followers []int64   // colleagues
	Submitter int64
}

// Import takes in a ticket with its history as it was: the events bear the times given, nobody is written
// to, no trigger looks at it, no clock measures it and no survey asks about it. From now on it is a ticket
// like any other. Whoever may edit every ticket may.
func (s *Service) Import(ctx context.Context, tx db.Tx, by act.Actor, in History) (*Ticket, error) {
	if !auth.Scope(by, "edit", "ticket").All() || !by.May("write", "ticket") {
		return nil, by.Denied("edit", "ticket")
	}
	if len(in.Messages) == 0 {
		return nil, fault.Field("comments", nil, "at least one message", "A ticket needs a message.")
	}
	now := by.Now()
	slices.SortStableFunc(in.Messages, func(a, b Message) int { return a.At.Compare(b.At) })
	if in.Created.IsZero() {
		in.Created = in.Messages[0].At
	}
	if in.Created.IsZero() {
		in.Created = now
	}
	for i := range in.Messages {
		m := &in.Messages[i]
		if m.At.Before(in.Created) {
			m.At = in.Created
		}
		if err := m.check(); err != nil {
			return nil, err
		}
		if m.At.After(in.Updated) {
			in.Updated = m.At
		}
	}
	if in.Solved.IsZero() {
		in.Solved = in.Updated
	}
	if in.Updated.After(now) || in.Created.After(now) || in.Solved.After(now) {
		return nil, fault.Field("created_at", in.Updated, "a time that is past", "A history cannot be told from the future.")
	}
	then := func(at time.Time) act.Actor {
		by := by
		by.Clock = func() time.Time { return at }
		return by
	}
	n := in.NewTicket
	n.Message, n.Status = in.Messages[0], ""
	t, err := n.ticket(then(in.Created))
	if err != nil {
		return nil, err
	}
	t.SubmitterID = in.Submitter
	if err := s.checkRefs(ctx, tx, t); err != nil {
		return nil, err
	}
	if n.FormID != 0 { // what a form asks for was for the other system to ask
		t.FormID = n.FormID
	}
	if t.Attributes, err = s.config().Fields.New("ticket", nil, true); err == nil {
		t.Attributes, err = s.config().Fields.Change("ticket", t.Attributes, n.Attributes, true)
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.copiesOf(ctx, tx, t, n.Copies); err != nil {
		return nil, err
	}
	asked := *t
	for _, m := range in.Messages {
		t.noteWritten(m.moment(m.At, 0))
	}
	if in.Status != "" {
		if !slices.Contains(Statuses, in.Status) {
			return nil, checkStatus(StatusNew, in.Status)
		}
		before := *t
		t.Status = in.Status
		t.noteMoved(&before, in.Solved)
	}
	t.Updated = in.Updated
	if err := s.insertTicket(ctx, tx, t); err != nil {
		return nil, err
	}
	asked.ID = t.ID
	return t, s.importEvents(ctx, tx, by, then, in, &asked, t)
}

// importEvents tells the history in the ledger and stores its messages.
func (s *Service) importEvents(ctx context.Context, tx db.Tx, by act.Actor, then func(time.Time) act.Actor, in History, asked, t *Ticket) error {
	opened := s.config().opened(asked, in.Messages[0])
	opened.At = in.Created
	opened.Data.(map[string]any)["imported"] = true
	first, err := s.ledger.Append(ctx, tx, by, opened)
	if err != nil {
		return err
	}
	for i, m := range in.Messages {
		m.past = true
		event := first
		if i > 0 {
			said := m.written(t.ID)
			said.At = m.At
			if event, err = s.ledger.Append(ctx, tx, by, said); err != nil {
				return err
			}
		}
		if _, err := s.insertComment(ctx, tx, by, t, m, event); err != nil {
			return err
		}
	}
	if fields, written := s.config().changes(asked, t); len(fields) > 0 {
		moved := t.changed(fields, written)
		moved.At = in.Solved
		moved.Data.(map[string]any)["imported"] = true
		if _, err = s.ledger.Append(ctx, tx, by, moved); err != nil {
			return err
		}
	}
	for _, id := range t.People.Copies {
		if err := tx.Later(ctx, nil, `INSERT INTO ticket_person (`+personColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`, t.personRow(then(in.Created), id)...); err != nil {
			return err
		}
	}
	if err := s.join(ctx, tx, by, t, Following, in.Followers, newest); err != nil {
		return err
	}
	known(tx, t.ID).clocks = nil
	if err := s.settled(ctx, tx, by, nil, t, moment{at: by.Now(), created: true, event: first}); err != nil {
		return err
	}
	if len(in.External) > 0 {
		return s.name(ctx, tx, by, t, in.External)
	}
	return nil
}
