package demo

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/mail"
)

// player plays stories to the services, one after another, with the clock at their times.
type player struct {
	*cast
	app   *app.App
	clock *Clock
	now   time.Time
	mail  bool // customers write by real mail
	n     int  // mails written
}

// play plays one story to its end or to now.
func (p *player) play(ctx context.Context, s *story) error {
	p.clock.Set(s.opened)
	id, err := p.open(ctx, s)
	if err != nil {
		return err
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	for _, t := range s.turns {
		if err := p.until(ctx, t.at); err != nil {
			return err
		}
		if id, err = p.turn(ctx, s, t, id); err != nil {
			return err
		}
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	return p.until(ctx, p.now)
}

func (p *player) open(ctx context.Context, s *story) (id int64, err error) {
	if p.mail && s.channel == "mail" {
		return p.receive(ctx, s, s.subject, s.text, p.boxAddress(), s.file)
	}
	err = p.app.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		t, _, err := p.app.Desk.Create(ctx, tx, p.customer(s, s.opened), p.opening(s))
		if err == nil {
			id = t.ID
		}
		return err
	})
	return id, err
}

// turn lets one thing happen; it returns the ticket that the story goes on with.
func (p *player) turn(ctx context.Context, s *story, t turn, id int64) (int64, error) {
	if t.kind == comments && p.mail && s.channel == "mail" {
		to, err := mail.ReplyAddress(p.boxAddress(), id, p.app.Mail.Keys())
		if err != nil {
			return 0, err
		}
		return p.receive(ctx, s, "Re: "+s.subject, t.text, to, false)
	}
	err := p.app.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		switch t.kind {
		case assigns, changes:
			now, _, err := p.app.Desk.Requester(ctx, tx, id)
			if err != nil {
				return err
			}
			by := p.agent(t)
			e := p.edit(t)
			e.Version = now.Version
			_, err = p.app.Desk.Update(ctx, tx, by, id, e)
			return err
		case answers:
			o, err := p.app.Outreach.OfTicket(ctx, tx, id)
			if err != nil || o == nil {
				return err
			}
			_, err = p.app.Outreach.Answer(ctx, tx, o.ID, t.score, t.text)
			return err
		}
		by, status := p.agent(t), t.status
		if t.kind == comments {
			by = p.customer(s, t.at)
		}
		now, _, err := p.app.Desk.Reply(ctx, tx, by, id, p.message(s, t), status)
		if err == nil {
			id = now.ID
		}
		return err
	})
	return id, err
}

func (p *player) boxAddress() string { return p.desk.DefaultMailbox().Spec.Address }

// receive lets a customer's mail arrive and returns the ticket it came to.
func (p *player) receive(ctx context.Context, s *story, subject, text, to string, file bool) (id int64, err error) {
	p.n++
	who := p.company.people[s.person]
	if err := deliver(ctx, p.app, who.Name, who.Email, to, subject, text, fmt.Sprintf("played.%d.%d", p.n, p.clock.Now().Unix()), p.clock.Now(), file); err != nil {
		return 0, err
	}
	if err := p.settle(ctx); err != nil {
		return 0, err
	}
	err = p.app.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COALESCE(ticket_id, 0) FROM mail_in ORDER BY id DESC LIMIT 1`).Scan(&id)
	})
	if err == nil && id == 0 {
		err = fmt.Errorf("the mail from %s came to no ticket", who.Email)
	}
	return id, err
}

// deliver sends a customer's mail into the instance.
func deliver(ctx context.Context, a *app.App, name, email, to, subject, text, id string, at time.Time, file bool) error {
	out := mail.Outgoing{From: mail.Address{Name: name, Email: email}, To: []mail.Address{{Email: to}}, Subject: subject, Text: text,
		Date: at, MessageID: id + "@" + directory.Domain(email)}
	if file {
		out.Attachments = []mail.Attachment{{Filename: "job.log", ContentType: "text/plain", Data: []byte(logText)}}
	}
	raw, err := mail.Compose(out)
	if err != nil {
		return err
	}
	return a.Mail.Receive(ctx, email, []string{to}, "127.0.0.1", raw)
}

// until moves the clock on; what is due on the way happens at its time. Housekeeping, which
// has no subject and comes every hour, is not waited for.
func (p *player) until(ctx context.Context, then time.Time) error {
	for {
		var due sql.NullInt64
		err := p.app.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			return tx.QueryRow(ctx, `SELECT min(due) FROM job WHERE state = 'ready' AND subject_kind <> ''`).Scan(&due)
		})
		if err != nil {
			return err
		}
		if !due.Valid || due.Int64 > then.UnixMicro() {
			p.clock.Set(then)
			return nil
		}
		if at := db.Time(due.Int64); at.After(p.clock.Now()) {
			p.clock.Set(at)
		}
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
}

// settle does what the instance does by itself at this moment.
func (p *player) settle(ctx context.Context) error {
	for {
		if err := p.app.Ledger.Settle(ctx); err != nil {
			return err
		}
		passed, err := p.app.Ledger.Step(ctx, p.app.Outreach.Follower())
		if err != nil {
			return err
		}
		ran, err := p.app.Jobs.RunDue(ctx)
		if err != nil {
			return err
		}
		if passed+ran == 0 {
			return nil
		}
	}
}
