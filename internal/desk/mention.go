package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/work"
)

// maxTold is how many members of a team hear of a note that names it.
const maxTold = 50

// mentionSource is the name of mentions as a source of work.
const mentionSource = "mention"

// mentions are whom a note names: colleagues, and the members of teams, all of whom may read it.
type mentions struct {
	people  []int64
	teams   []string           // titles
	members []directory.Person // of those teams, who are not named themselves
	unseen  []string           // names of those who may not see the ticket
}

// mentioned finds whom a note names, without its author.
func (s *Service) mentioned(ctx context.Context, tx db.Tx, t *Ticket, m Message) (out mentions, err error) {
	words := directory.Handles(m.Text)
	if len(words) == 0 {
		return out, nil
	}
	people, err := s.directory.ColleaguesNamed(ctx, tx, words)
	if err != nil {
		return out, err
	}
	reads := func(p directory.Person) (bool, error) {
		if p.ID == m.AuthorID || !p.Agent || !p.Suspended.IsZero() {
			return false, nil
		}
		reader, err := s.auth.As(ctx, tx, p.ID)
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil && Agent(reader, t) && auth.Scope(reader, "read", "ticket").Covers(t.Record()), err
	}
	for _, p := range people {
		ok, err := reads(p)
		switch {
		case err != nil:
			return out, err
		case ok:
			out.people = append(out.people, p.ID)
		case p.ID != m.AuthorID && !slices.Contains(out.unseen, p.Name):
			out.unseen = append(out.unseen, p.Name)
		}
	}
	for _, word := range words {
		team := s.config().TeamNamed(word)
		if team == nil {
			continue
		}
		members, err := s.directory.Members(ctx, tx, []int64{team.ID})
		if err != nil {
			return out, err
		}
		told := 0
		for _, p := range members[team.ID][:min(len(members[team.ID]), maxTold)] {
			if ok, err := reads(p); err != nil {
				return out, err
			} else if !ok || slices.Contains(out.people, p.ID) {
				continue
			}
			if told++; !slices.ContainsFunc(out.members, func(o directory.Person) bool { return o.ID == p.ID }) {
				out.members = append(out.members, p)
			}
		}
		if told == 0 && !slices.ContainsFunc(members[team.ID], func(p directory.Person) bool { return p.ID == m.AuthorID || slices.Contains(out.people, p.ID) }) {
			out.unseen = append(out.unseen, "the team "+team.Title)
		}
		out.teams = append(out.teams, team.Title)
	}
	return out, nil
}

// tellMentioned puts a note on the lists of those it names, writes to the members of teams, and notes
// who may not see it. Colleagues named themselves follow the ticket and hear of it as followers do.
func (s *Service) tellMentioned(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m Message, commentID, event int64) (followers bool, err error) {
	named, err := s.mentioned(ctx, tx, t, m)
	if err != nil {
		return false, err
	}
	known(tx, t.ID).unseen = named.unseen
	room := max(0, maxFollowers-len(t.People.Followers))
	if err := s.join(ctx, tx, by, t, Following, named.people[:min(room, len(named.people))], commentID-1); err != nil {
		return false, err
	}
	waits := func(id int64) error {
		return work.Put(ctx, tx, by.Now(), work.Item{Source: mentionSource, Key: fmt.Sprintf("%d:%d", t.ID, id), PersonID: id, Urgency: 1,
			Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, EventID: event})
	}
	for _, id := range named.people {
		if err := waits(id); err != nil {
			return false, err
		}
	}
	for _, p := range named.members {
		if err := waits(p.ID); err != nil {
			return false, err
		}
	}
	return len(named.people) > 0, s.writeTeams(ctx, tx, by, t, m, named, event)
}

// writeTeams writes one mail to the members of teams that a note names; those who follow hear of it anyway.
func (s *Service) writeTeams(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m Message, named mentions, event int64) error {
	var to []mail.Address
	for _, p := range named.members {
		if p.Email != "" && !slices.Contains(t.People.Followers, p.ID) {
			to = append(to, mail.Address{Name: p.Name, Email: p.Email})
		}
	}
	if len(to) == 0 {
		return nil
	}
	people, err := s.directory.Names(ctx, tx, []int64{m.AuthorID})
	if err != nil {
		return err
	}
	text := fmt.Sprintf("**%s** named %s in an internal note:\n\n> %s\n\n[Open ticket %d](%s/tickets/%d) to answer. An answer to this mail becomes an internal note.\n",
		mail.EscapeMarkdown(people[m.AuthorID].Name), mail.EscapeMarkdown(strings.Join(named.teams, ", ")), strings.ReplaceAll(mail.EscapeMarkdown(clipRunes(m.Text, maxNewsText)), "\n", "\n> "), t.ID, s.home(), t.ID)
	html, plain := mail.FromMarkdown(text)
	out := mail.Outgoing{HTML: html, Text: plain, Date: by.Now(), Automatic: true, Subject: fmt.Sprintf("[Ticket %d] %s", t.ID, t.Subject)}
	return s.mailOut(ctx, tx, by.Because(act.Cause{Event: event}), t, to, "", out, mail.MessageRef{TicketID: t.ID, Copy: -int(event)})
}

// ReadMentions ends what mentions of a ticket wait for somebody: they look at it. It opens its own
// transactions, and writes only when there is something.
func (s *Service) ReadMentions(ctx context.Context, ticketID, personID int64) error {
	var keys []string
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT key FROM work_item WHERE source = 'mention' AND state <> 'done' AND subject_id = $1 AND person_id = $2 LIMIT 10`, ticketID, personID)
		keys, err = db.Collect(rows, err, func(r db.Scanner) (k string, err error) { return k, r.Scan(&k) })
		return err
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, key := range keys {
			if err := work.Finish(ctx, tx, s.clock().UTC(), mentionSource, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// dropMentions forgets what mentions of a ticket, and its side conversations, wait for anybody: it is put away.
func dropMentions(ctx context.Context, tx db.Tx, ticketID int64) error {
	return tx.Later(ctx, nil, `DELETE FROM work_item WHERE source IN ('mention', 'side') AND state <> 'done' AND subject_id = $1`, ticketID)
}

// MentionSource shows mentions on people's lists.
func (s *Service) MentionSource() work.Source {
	return work.Source{Name: mentionSource, Title: "Mention", Dismiss: true, Cards: s.cardsBy(func(who string, _ ledger.Event) string { return who + " mentioned you in a note" })}
}

// cardsBy shows items of tickets that somebody made for somebody: why says who did what.
func (s *Service) cardsBy(why func(who string, e ledger.Event) string) func(context.Context, db.Tx, act.Actor, []work.Item) (map[int64]work.Card, error) {
	return func(ctx context.Context, tx db.Tx, by act.Actor, items []work.Item) (map[int64]work.Card, error) {
		var ids, causes []int64
		for _, i := range items {
			ids, causes = append(ids, i.Subject.ID), append(causes, i.EventID)
		}
		tickets, err := s.some(ctx, tx, by, ids)
		if err != nil {
			return nil, err
		}
		events, err := s.ledger.Some(ctx, tx, causes)
		if err != nil {
			return nil, err
		}
		var list []*Ticket
		var authors []int64
		for _, t := range tickets {
			list = append(list, t)
		}
		for _, e := range events {
			authors = append(authors, e.ActorID)
		}
		n, err := s.names(ctx, tx, list, authors...)
		if err != nil {
			return nil, err
		}
		out := map[int64]work.Card{}
		for _, i := range items {
			t := tickets[i.Subject.ID]
			if t == nil || !Agent(by, t) {
				continue
			}
			who := n.people[events[i.EventID].ActorID].Name
			if who == "" {
				who = "Somebody"
			}
			card := work.Card{Title: t.Subject, About: who, Why: why(who, events[i.EventID]), Mine: true}
			if i.Source == sideSource {
				card.Part, _, _ = strings.Cut(i.Key, ":")
			}
			out[i.ID] = card
		}
		return out, nil
	}
}
