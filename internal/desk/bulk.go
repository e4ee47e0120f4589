package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/ledger"
)

// Bulk writes the histories of many tickets: the rows and events that Create, Reply, Update
// and the timers would have made at their times, without asking for permissions and without
// mail. The actors' clocks say when things happened. Nothing else may write meanwhile.
type Bulk struct {
	Events        *ledger.Bulk
	Rows          *db.Bulk
	People        func(id int64) directory.Person // what rules may read
	Organizations func(id int64) directory.Organization
	// Bought is what was recorded of an organization: its hold, terms, contacts, and whether the
	// person is one of them. known is false where history does not tell; such a ticket that is
	// still open is judged by what holds then, once the import has ended. nil: never known.
	Bought func(personID, organizationID int64) (f entitle.Facts, known bool)

	s       *Service
	first   int64 // the first ticket's id
	cfg     *Config
	ticket  int64 // the next id, as below
	comment int64
	clock   int64
	file    int64
}

// NewBulk prepares an import; rows are what it and events collect.
func (s *Service) NewBulk(ctx context.Context, rows *db.Bulk, events *ledger.Bulk, people func(id int64) directory.Person,
	organizations func(id int64) directory.Organization) (*Bulk, error) {
	b := &Bulk{Events: events, Rows: rows, People: people, Organizations: organizations, s: s, cfg: s.config()}
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		for table, next := range map[string]*int64{"ticket": &b.ticket, "comment": &b.comment, "clock": &b.clock, "file": &b.file} {
			if *next, err = db.NextID(ctx, tx, table); err != nil {
				return err
			}
		}
		return nil
	})
	b.first = b.ticket
	return b, err
}

// Restart ends the import: the ids that the database gives out go on behind the imported ones,
// and imported tickets that are still open are judged, those that were judged before, too.
func (b *Bulk) Restart(ctx context.Context, tx db.Tx) error {
	if err := db.Restart(ctx, tx, "ticket", "comment", "clock", "file"); err != nil || b.ticket == b.first || b.cfg.Entitle.None() {
		return err
	}
	return b.s.judgeAll(ctx, tx, b.first-1)
}

// Past is one ticket of a Bulk while its history is told, in the order of time.
type Past struct {
	Ticket *Ticket
	Solved int64 // the event that solved it last

	b        *Bulk
	opened   act.Actor
	clocks   []*Clock
	timers   map[*Clock]timer
	comments []*Comment
	files    [][]Attachment // of comments
	authors  []act.Actor    // of comments
	waits    int64          // the event that made the ticket somebody's work
	answered bool           // an agent has written to the customer
	once     map[int64]bool // triggers that fire once, and have
	rules    pastRules
	refusal  pastRefusal
	stage    pastStage
}

// timer is a row of the due-queue.
type timer struct {
	created    time.Time
	generation int64
}

// Open begins a ticket as Create does.
func (b *Bulk) Open(ctx context.Context, by act.Actor, in NewTicket) (*Past, error) {
	t, err := in.ticket(by)
	if err != nil {
		return nil, err
	}
	if in.Message.AuthorID == 0 {
		in.Message.AuthorID = by.PersonID
	}
	t.People.Copies = in.Copies
	p := &Past{Ticket: t, b: b, opened: by.Still(), timers: map[*Clock]timer{}, once: map[int64]bool{}, rules: pastRules{done: spent{}}}
	if err := in.fill(b.cfg, t, toAgents, p.about()); err != nil {
		return nil, err
	}
	m := moment{at: t.Created, created: true, wrote: &in.Message}
	m.ruling = p.judge(by, in)
	t.noteWritten(m)
	asked := *t
	run, err := b.cfg.fire(t, update{m.happened(), nil, m.wrote}, p.around(by), p.about())
	if err != nil {
		return nil, err
	}
	t.noteMoved(&asked, m.at)
	var steps []step
	p.clocks, steps = b.cfg.react(t, nil, m, p.vars)
	t.ID = b.ticket
	b.ticket++
	asked.ID = t.ID
	event, err := b.Events.Append(ctx, by, b.cfg.opened(&asked, in.Message))
	if err != nil {
		return nil, err
	}
	belong(p.clocks, t.ID, event)
	p.write(by, in.Message, event)
	m.event = event
	if err := p.tell(ctx, by, m, run); err != nil {
		return nil, err
	}
	if err := p.settle(ctx, by, steps, event); err != nil {
		return nil, err
	}
	return p, p.settled(ctx, by, nil, m)
}

func (p *Past) vars() map[string]any {
	return p.b.cfg.vars(p.Ticket, p.about())
}

func (p *Past) about() about {
	b, t := p.b, p.Ticket
	return about{
		requester:    func() any { return b.s.directory.PersonVars(b.People(t.RequesterID)) },
		assignee:     func() any { return b.s.directory.PersonVars(b.People(t.AssigneeID)) },
		organization: func() any { return b.s.directory.OrganizationVars(b.Organizations(t.OrganizationID)) },
		waitingOn:    func() any { return int64(0) }, // an import links no issues
		now:          t.Updated,
	}
}

// Reply adds a message as Service.Reply does. Written on a closed ticket it ends the history
// and begins that of the follow-up, which is returned instead; requester is its requester.
func (p *Past) Reply(ctx context.Context, by act.Actor, m Message, status Status, requester directory.Person) (*Past, error) {
	if err := p.Until(ctx, by.Now()); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	if m.AuthorID == 0 {
		m.AuthorID = by.PersonID
	}
	t := p.Ticket
	if t.Status == StatusClosed && m.Public && !m.Automatic {
		next, err := p.b.Open(ctx, by, t.followUp(p.b.cfg, m, requester))
		if err != nil {
			return nil, err
		}
		if _, err := p.b.Events.Append(ctx, by, t.followed(next.Ticket.ID)); err != nil {
			return nil, err
		}
		return next, p.Close()
	}
	m.docs = p.b.cfg.docsLinks(m, p.b.s.home())
	before := *t
	if m.Public && m.Agent && m.Copies == nil {
		m.Copies = p.b.s.allCopies(t)
	}
	if err := m.move(t, status); err != nil {
		return nil, err
	}
	ruling := p.judgeAgain(by, m)
	event, err := p.b.Events.Append(ctx, by, m.written(t.ID))
	if err != nil {
		return nil, err
	}
	happened := m.moment(by.Now(), event).ruled(ruling)
	happened.answered = p.answered
	p.write(by, m, event)
	return p, p.change(ctx, by, &before, happened)
}

// Update changes fields as Service.Update does; the version does not matter.
func (p *Past) Update(ctx context.Context, by act.Actor, in Edit) error {
	if err := p.Until(ctx, by.Now()); err != nil {
		return err
	}
	before := *p.Ticket
	if err := in.apply(p.b.cfg, p.Ticket); err != nil {
		return err
	}
	return p.change(ctx, by, &before, moment{at: by.Now()})
}

// change is Service.change on the ticket in memory.
func (p *Past) change(ctx context.Context, by act.Actor, before *Ticket, m moment) error {
	t := p.Ticket
	fields, written := p.b.cfg.changes(before, t)
	m.changed = len(fields) > 0
	if m.acts != nil {
		var err error
		if m.event, err = p.tellFiring(ctx, by, m, *m.acts); err != nil {
			return err
		}
		p.noteSolved(before, m.event)
	} else if m.changed {
		event, err := p.b.Events.Append(ctx, m.actor(by), t.changed(fields, written))
		if err != nil {
			return err
		}
		if m.event == 0 {
			m.event = event
		}
		p.noteSolved(before, event)
	}
	t.noteWritten(m)
	if m.admitted = before.Refused != "" && t.Refused == "" && t.AskedAt.After(t.RepliedAt); m.admitted {
		m.answered = p.answered
	}
	t.noteMoved(before, m.at)
	run, err := p.b.cfg.fire(t, update{m.happened(), before, m.wrote}, p.around(by), p.about())
	if err != nil {
		return err
	}
	if err := p.tell(ctx, by, m, run); err != nil {
		return err
	}
	m.changed = m.changed || run.changed()
	t.noteMoved(before, m.at)
	if err := p.react(ctx, by, m, m.event); err != nil {
		return err
	}
	t.Updated = by.Now()
	if err := p.settled(ctx, by, before, m); err != nil {
		return err
	}
	t.Version++
	return nil
}

// noteSolved keeps the event that solved the ticket.
func (p *Past) noteSolved(before *Ticket, event int64) {
	if p.Ticket.Status == StatusSolved && before.Status != StatusSolved {
		p.Solved = event
	}
}

// write adds a message.
func (p *Past) write(by act.Actor, m Message, event int64) {
	c := m.comment(p.Ticket.ID, event, by.Now())
	c.ID = p.b.comment
	p.b.comment++
	p.comments, p.files, p.authors = append(p.comments, c), append(p.files, m.Files), append(p.authors, by)
	if m.Agent && m.Public && !m.Automatic {
		p.answered = true
	}
}
