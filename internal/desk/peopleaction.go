package desk

import (
	"context"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// move is somebody whom an action puts on a ticket, or takes off it.
type move struct {
	part Part
	who  string // an address; actor or assignee
	off  bool
}

// moves are the people of an action, in order.
func (a Action) moves() (out []move) {
	for _, list := range []struct {
		who []string
		move
	}{{a.RemoveFollowers, move{part: Following, off: true}}, {a.RemoveCopies, move{part: Copied, off: true}}, {a.AddFollowers, move{part: Following}}, {a.AddCopies, move{part: Copied}}} {
		for _, who := range list.who {
			one := list.move
			one.who = who
			out = append(out, one)
		}
	}
	return out
}

// lintMoves finds people who are none, and those who are added and taken away.
func lintMoves(c *blueprint.Context, path string, a Action) {
	for part, list := range map[string][]string{"add_followers": a.AddFollowers, "remove_followers": a.RemoveFollowers} {
		for i, who := range list {
			at := fmt.Sprintf("%s.%s[%d]", path, part, i)
			if who != assigneeWord && who != actorWord {
				lintAddress(c, at, who, "assignee and actor")
			}
			if who == actorWord && c.Entry.Kind == kindTimeRule {
				c.Error(at, "Nobody acts when a time rule fires. Give an address, or assignee.")
			}
			if part == "remove_followers" && slices.Contains(a.AddFollowers, who) {
				c.Error(at, "%s is added and taken away.", who)
			}
		}
	}
	for part, list := range map[string][]string{"add_copies": a.AddCopies, "remove_copies": a.RemoveCopies} {
		for i, who := range list {
			at := fmt.Sprintf("%s.%s[%d]", path, part, i)
			if isAddress(who) { // the format tells the others
				lintAddress(c, at, who, "")
			}
			if part == "remove_copies" && slices.Contains(a.AddCopies, who) {
				c.Error(at, "%s is added and taken away.", who)
			}
		}
	}
}

// moving are the people of an action about whom something changes. A replay does not know who is on a ticket: it takes all.
func (w around) moving(t *Ticket, a Action) (out []move, err error) {
	for _, m := range a.moves() {
		would := w.moves == nil
		if !would {
			if would, err = w.moves(t, m); err != nil {
				return nil, err
			}
		}
		if would {
			out = append(out, m)
		}
	}
	return out, nil
}

// meant is whom a move means; without an id nobody whom we know, and without an address nobody at all.
func (s *Service) meant(ctx context.Context, tx db.Tx, t *Ticket, m move, actor int64) (directory.Person, error) {
	id := actor
	switch m.who {
	case actorWord:
	case assigneeWord:
		id = t.AssigneeID
	default:
		clean, err := directory.CleanEmail("to", m.who)
		if err != nil || s.mail.Own(clean) {
			return directory.Person{}, nil
		}
		p, known, err := s.directory.ByEmail(ctx, tx, clean)
		if !known {
			p.Email = clean
		}
		return p, err
	}
	people, err := s.directory.Names(ctx, tx, []int64{id})
	return people[id], err
}

// would reports whether a move changes anything about somebody, and what they are on the ticket then. Passed over is who
// cannot be put there: copies are off, there is no room, somebody outside shall follow.
func (s *Service) would(t *Ticket, m move, p directory.Person) (Part, bool) {
	on := p.ID != 0 && (slices.Contains(t.People.Copies, p.ID) || slices.Contains(t.People.Followers, p.ID))
	if m.off {
		return "", on
	}
	part := Copied
	if p.Agent {
		part = Following
	}
	switch {
	case on, p.ID == 0 && p.Email == "", m.part == Following && !p.Agent:
		return "", false
	case part == Copied && len(t.People.Copies) >= maxCopies, part == Following && len(t.People.Followers) >= maxFollowers:
		return "", false
	case p.ID == 0:
		box := s.config().Mailbox(t.MailboxID)
		return part, box == nil || box.Spec.Copies != "off"
	}
	return part, s.mayCopy(t, part, p) == nil
}

// movePeople puts people on a ticket as a rule says and takes others off it. note records what the ticket tells of it. An
// address that nobody has becomes somebody's.
func (s *Service) movePeople(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, moves []move, actor int64, note func(ledger.Entry) (int64, error)) error {
	for _, m := range moves {
		p, err := s.meant(ctx, tx, t, m, actor)
		if err != nil {
			return err
		}
		part, would := s.would(t, m, p)
		if !would {
			continue
		}
		if p.ID == 0 {
			if p, err = s.directory.Resolve(ctx, tx, by, p.Email, ""); err != nil {
				return err
			}
		}
		var data map[string]any
		if m.off {
			data, err = s.takeOff(ctx, tx, t, p.ID)
		} else {
			data, err = s.putOn(ctx, tx, by, t, part, []int64{p.ID}, newest)
		}
		if err != nil {
			return err
		}
		if err := s.storePeople(ctx, tx, t); err != nil {
			return err
		}
		if _, err := note(ledger.Entry{Verb: TicketPeople, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: data}); err != nil {
			return err
		}
	}
	return nil
}

// words says what a move does, for a dry run.
func (m move) words(l *lang.Language) string {
	who := m.who
	switch who {
	case assigneeWord:
		who = l.Word("the assignee")
	case actorWord:
		who = l.Word("whoever makes the change")
	}
	switch {
	case m.part == Following && m.off:
		return l.Say("No longer follows: %s", who)
	case m.part == Following:
		return l.Say("Follows: %s", who)
	case m.off:
		return l.Say("No more copies to %s", who)
	}
	return l.Say("Copies to %s", who)
}
