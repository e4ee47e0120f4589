package desk

import (
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/mail"
)

// sideOf finds the side conversation that a mail answers, with its ticket: by a signed address or id of
// ours, or by the id of an earlier mail of it when the sender takes part and is not found to be forged.
// A mail that leads to both a conversation and a ticket belongs to the conversation: it must not be seen
// by the customer. Nil when it answers none.
func (s *Service) sideOf(ctx context.Context, tx db.Tx, a arrival, sender directory.Person) (*Ticket, *Side, error) {
	candidates := mail.SideThreading(a.mail, s.mail.Keys(), strings.Split(a.EnvelopeTo, ",")...)
	signed := len(candidates)
	if a.mail.Auth.Verdict != mail.Unverified {
		known, err := sidesByMessageID(ctx, tx, a.mail)
		if err != nil {
			return nil, nil, err
		}
		candidates = append(candidates, known...)
	}
	for i, id := range candidates {
		side, err := loadSide(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if i >= signed {
			takes, err := s.takesPart(ctx, tx, side, sender.ID)
			if err != nil {
				return nil, nil, err
			}
			if !takes {
				continue // anybody can write a foreign id into a mail
			}
		}
		t, err := s.lock(ctx, tx, side.TicketID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		return t, side, err
	}
	return nil, nil, nil
}

// sidesByMessageID finds side conversations by ids of earlier mails that a mail refers to.
func sidesByMessageID(ctx context.Context, tx db.Tx, m *mail.Message) ([]int64, error) {
	ids := answered(m)
	if len(ids) == 0 {
		return nil, nil
	}
	w := (&db.Where{}).And("message_id <> ''").In("message_id", ids)
	return ticketIDs(ctx, tx, `SELECT DISTINCT side_id FROM side_message WHERE `+w.SQL()+` ORDER BY side_id DESC LIMIT 20`, w.Args()...)
}

// takesPart reports whether somebody was written to in a side conversation, or wrote in it.
func (s *Service) takesPart(ctx context.Context, tx db.Tx, side *Side, personID int64) (yes bool, err error) {
	if personID == side.StartedBy || slices.Contains(side.Party.People, personID) {
		return true, nil
	}
	if len(side.Party.Teams) > 0 {
		members, err := s.directory.Members(ctx, tx, side.Party.Teams)
		if err != nil {
			return false, err
		}
		for _, team := range members {
			if slices.ContainsFunc(team, func(p directory.Person) bool { return p.ID == personID }) {
				return true, nil
			}
		}
	}
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM side_message WHERE side_id = $1 AND author_id = $2)`, side.ID, personID).Scan(&yes)
	return yes, err
}

// answerSide adds a received mail to the side conversation it answers. One who had not been written to is
// marked, not turned away: the mail was passed on to them.
func (s *Service) answerSide(ctx context.Context, tx db.Tx, by act.Actor, a arrival, t *Ticket, side *Side, m Message, sender directory.Person) error {
	by = by.Still()
	takes, err := s.takesPart(ctx, tx, side, sender.ID)
	if err != nil {
		return err
	}
	marks := SideMarks{Automatic: m.Automatic, Outsider: !takes, Unverified: a.mail.Auth.Verdict == mail.Unverified}
	m.Agent, m.Public = sender.Agent, false
	verb, tell := TicketSideAnswered, []int64{}
	switch {
	case sender.ID == side.StartedBy:
		verb = TicketSideSaid
	case !m.Automatic:
		tell = appendFresh(tell, sender.ID, side.StartedBy, t.AssigneeID)
	}
	data := map[string]any{"tell": tell, "files": len(m.Files)}
	if marks.Automatic {
		data["automatic"] = true
	}
	if marks.Outsider {
		data["outsider"] = true
	}
	event, err := s.ledger.Append(ctx, tx, by, sideEvent(verb, side, data))
	if err != nil {
		return err
	}
	if _, err := s.insertSideMessage(ctx, tx, by, side, m, event, marks, a.ID); err != nil {
		return err
	}
	if !m.Automatic {
		side.State, side.Answered = SideOpen, verb == TicketSideAnswered
	}
	if err := s.waitForSide(ctx, tx, by, side, tell, event); err != nil {
		return err
	}
	if m.Automatic { // an absence notice is recorded; nothing follows from it
		side.Messages++
		side.Updated = by.Now()
		return side.store(ctx, tx)
	}
	return s.heardSide(ctx, tx, by, t, side, event)
}
