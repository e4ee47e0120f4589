package board

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// The kinds of jobs: the timer of a schedule, and the mail to one person for one due time.
const (
	dueJob  = "insight.due"
	mailJob = "insight.mail"
)

// The verbs of events about mailed pages. Their subject is the blueprint.
const (
	PageMailed  = "page.mailed"  // person, due, outbox
	PageRefused = "page.refused" // person, due: who may not read it
)

// maxReaders is how many people one schedule mails.
const maxReaders = 200

func (b InForce) timer(due time.Time) job.Spec {
	return job.Spec{Kind: dueJob, Key: fmt.Sprint(b.ID), Subject: ledger.Ref{Kind: "blueprint", ID: b.ID}, Due: due, Args: map[string]int{"version": b.Version}}
}

// Reconcile sets the next mail of every page whose schedule is new or changed, and takes back
// those of pages that are not mailed any more.
func (s *Service) Reconcile(ctx context.Context) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT key, args FROM job WHERE kind = $1`, dueJob)
		set := map[string]string{}
		if _, err := db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var key, args string
			err := r.Scan(&key, &args)
			set[key] = args
			return struct{}{}, err
		}); err != nil {
			return err
		}
		now := s.Clock()
		for _, b := range s.Boards() {
			if b.Page.Schedule == nil {
				continue
			}
			key := fmt.Sprint(b.ID)
			due, same := b.Page.Schedule.next(now, b.Page.Zone), set[key] == fmt.Sprintf(`{"version":%d}`, b.Version)
			delete(set, key)
			if due.IsZero() || same {
				continue
			}
			if err := s.Jobs.Set(ctx, tx, now, b.timer(due)); err != nil {
				return err
			}
		}
		for key := range set {
			if err := s.Jobs.Cancel(ctx, tx, dueJob, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// nextDue is when the page is mailed next; zero when no timer is set.
func (s *Service) nextDue(ctx context.Context, tx db.Tx, b InForce) (time.Time, error) {
	var due int64
	err := tx.QueryRow(ctx, `SELECT due FROM job WHERE kind = $1 AND key = $2`, dueJob, fmt.Sprint(b.ID)).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return db.Time(due), err
}

// order is the mail of one page to one person for one due time.
type order struct {
	Page   int64 `json:"page"`
	Person int64 `json:"person"`
	Due    int64 `json:"due"` // UTC microseconds
}

// onDue orders a mail for everybody who gets the page, and sets the next due time. A time that was
// missed while nothing ran is made up for once, whatever passed since.
func (s *Service) onDue(ctx context.Context, tx db.Tx, j job.Job) error {
	b, ok := s.byID(j.Subject.ID)
	if !ok || b.Page.Schedule == nil {
		return nil // retired meanwhile
	}
	now := s.Clock()
	readers, err := s.readers(ctx, tx, *b.Page.Schedule)
	if err != nil {
		return err
	}
	for _, p := range readers {
		o := order{b.ID, p.ID, db.Micros(j.Due)}
		if err := s.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: mailJob, Key: fmt.Sprintf("%d.%d.%d", o.Page, o.Due, o.Person), Subject: ledger.Ref{Kind: "blueprint", ID: b.ID}, Due: now, Args: o}); err != nil {
			return err
		}
	}
	due := b.Page.Schedule.next(now, b.Page.Zone)
	if due.IsZero() {
		return nil
	}
	return s.Jobs.Set(ctx, tx, now, b.timer(due))
}

// readers are the people a schedule names, each once. Addresses that are nobody's are left out.
func (s *Service) readers(ctx context.Context, tx db.Tx, sc Schedule) (out []directory.Person, err error) {
	seen := map[int64]bool{}
	add := func(p directory.Person) {
		if !seen[p.ID] && len(out) < maxReaders {
			seen[p.ID] = true
			out = append(out, p)
		}
	}
	for _, address := range sc.To {
		p, ok, err := s.Directory.Colleague(ctx, tx, address)
		if err != nil {
			return nil, err
		}
		if ok {
			add(p)
		}
	}
	var teams []int64
	for _, name := range sc.Teams {
		if id, ok := s.Team(name); ok {
			teams = append(teams, id)
		}
	}
	if len(teams) == 0 {
		return out, nil
	}
	members, err := s.Directory.Members(ctx, tx, teams)
	for _, id := range teams {
		for _, p := range members[id] {
			add(p)
		}
	}
	return out, err
}

// onMail makes the mail of one person from what that person may see, outside of any transaction that
// writes, and queues it in the one that ends the job: a crash makes it again, and it leaves once.
func (s *Service) onMail(ctx context.Context, j job.Job) (job.Finish, error) {
	var o order
	if err := json.Unmarshal(j.Args, &o); err != nil {
		return nil, err
	}
	b, ok := s.byID(o.Page)
	from, has := s.Sender()
	if !ok || !has {
		return nil, nil
	}
	var reader act.Actor
	var person directory.Person
	var l *letter
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if reader, err = s.Auth.As(ctx, tx, o.Person); err != nil {
			return err
		}
		people, err := s.Directory.Names(ctx, tx, []int64{o.Person})
		if err != nil {
			return err
		}
		person = people[o.Person]
		if person.Email == "" || !person.Suspended.IsZero() || !reader.May("read", "indicator") {
			return nil
		}
		l, err = s.collect(ctx, tx, reader, b, db.Time(o.Due))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil, nil // the person is gone
	}
	if err != nil {
		return nil, err
	}
	if l == nil {
		return func(ctx context.Context, tx db.Tx) error { return s.refuse(ctx, tx, b, o) }, nil
	}
	out, err := l.compose(s.BaseURL(), from, person, b.messageID(o, from))
	if err != nil {
		return nil, err
	}
	raw, err := mail.Compose(out)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) error { return s.dispatch(ctx, tx, b, o, from, out, raw) }, nil
}

// messageID is the same for the same page, person and due time.
func (b InForce) messageID(o order, from Sender) string {
	_, domain, _ := strings.Cut(from.Address, "@")
	return fmt.Sprintf("page.%d.%d.%d@%s", o.Page, o.Due, o.Person, cmp.Or(domain, "steward.invalid"))
}

// cause is who acts when a schedule is due.
func (s *Service) cause(b InForce) act.Actor {
	by := act.Root()
	by.Clock, by.Kind = s.Clock, act.Clock
	return by.Because(act.Cause{Blueprint: b.ID, Version: b.Version}).Still()
}

// note writes down that a mail was queued or refused; false when that was done before.
func (s *Service) note(ctx context.Context, tx db.Tx, b InForce, o order, state, reason string, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO page_mail (page_id, page_version, person_id, due, at, state, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (page_id, due, person_id) DO NOTHING`, b.ID, b.Version, o.Person, o.Due, db.Micros(now), state, reason)
	return n == 1, err
}

func (s *Service) refuse(ctx context.Context, tx db.Tx, b InForce, o order) error {
	by := s.cause(b)
	fresh, err := s.note(ctx, tx, b, o, "refused", "may not read indicators, or has no address", by.Now())
	if err != nil || !fresh {
		return err
	}
	_, err = s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: PageRefused, Subject: ledger.Ref{Kind: "blueprint", ID: b.ID}, Data: map[string]any{"person": o.Person, "due": o.Due}})
	return err
}

func (s *Service) dispatch(ctx context.Context, tx db.Tx, b InForce, o order, from Sender, out mail.Outgoing, raw []byte) error {
	by := s.cause(b)
	fresh, err := s.note(ctx, tx, b, o, "queued", "", by.Now())
	if err != nil || !fresh {
		return err
	}
	id, err := s.Mail.Queue(ctx, tx, by, mail.NewOut{MessageID: out.MessageID, MailboxID: from.MailboxID, Sender: from.Address, Recipients: []string{out.To[0].Email}, Subject: out.Subject, Raw: raw})
	if err != nil {
		return err
	}
	_, err = s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: PageMailed, Subject: ledger.Ref{Kind: "blueprint", ID: b.ID}, Data: map[string]any{"person": o.Person, "due": o.Due, "outbox": id}})
	return err
}
