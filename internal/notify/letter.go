package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// mailJob is the kind of timer that mails somebody what is new.
const mailJob = "notify.mail"

// maxMailed is how many lines one mail has.
const maxMailed = 50

func (s *Service) planMail(ctx context.Context, tx db.Tx, now time.Time, personID int64, due time.Time) error {
	return s.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: mailJob, Key: fmt.Sprint(personID), Subject: ledger.Ref{Kind: "person", ID: personID}, Due: due})
}

// sentences say what a mail says of each kind.
var sentences = map[string]string{"assigned": "was given to you", "mentioned": "mentions you", "replied": "has an answer", "due": "is due soon", "breached": "is past its promise", "approval": "waits for your approval", "decision": "waits for your decision", "aside": "has news for you in a side conversation", "discussed": "is talked about", "stock": "runs low"}

// onMail is the timer's handler: one mail about all that is due, without what was read meanwhile.
func (s *Service) onMail(ctx context.Context, tx db.Tx, j job.Job) error {
	person, now := j.Subject.ID, s.Clock()
	rows, err := tx.Query(ctx, `SELECT `+fields+` FROM notification WHERE person_id = $1 AND read_at IS NULL AND mail_due IS NOT NULL AND mail_due <= $2 ORDER BY id LIMIT $3`, person, db.Micros(now), maxMailed)
	list, err := db.Collect(rows, err, scan)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE notification SET mail_due = NULL WHERE person_id = $1 AND mail_due IS NOT NULL AND mail_due <= $2`, person, db.Micros(now)); err != nil {
		return err
	}
	var next *int64
	if err := tx.QueryRow(ctx, `SELECT min(mail_due) FROM notification WHERE person_id = $1 AND mail_due IS NOT NULL`, person).Scan(&next); err != nil {
		return err
	}
	if next != nil {
		if err := s.planMail(ctx, tx, now, person, db.Time(*next)); err != nil {
			return err
		}
	}
	people, err := s.Directory.Names(ctx, tx, []int64{person})
	p := people[person]
	if err != nil || p.Email == "" || !p.Suspended.IsZero() || len(list) == 0 {
		return err
	}
	return s.write(ctx, tx, p, list)
}

// write mails lines that the person may still see.
func (s *Service) write(ctx context.Context, tx db.Tx, p directory.Person, list []Notification) error {
	reader, err := s.Auth.As(ctx, tx, p.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var lines []string
	seen, err := s.look(ctx, tx, reader, list)
	if err != nil {
		return err
	}
	first := ""
	for _, n := range list {
		if t, ok := seen[n.Subject]; ok {
			says, why := sentences[n.Kind], ""
			if _, is, ok := strings.Cut(n.Detail, ","); ok {
				says, why = "turned "+is, fmt.Sprintf(". [Why](%s%s/health)", s.BaseURL(), t.Path)
			}
			first = t.Name + " " + says
			lines = append(lines, fmt.Sprintf("- [%s](%s%s) %s%s", mail.EscapeMarkdown(t.Line), s.BaseURL(), n.path(t), says, why))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	subject := first
	if len(lines) > 1 {
		subject = fmt.Sprintf("%d things for you in %s", len(lines), s.Title)
	}
	for _, box := range s.Boxes().All() {
		if !box.Spec.Answers() || box.Spec.Outgoing == nil && !s.Mail.Catching() {
			continue
		}
		return s.post(ctx, tx, box, p, subject, strings.Join(lines, "\n")+"\n\n[Choose what you are told of]("+s.BaseURL()+"/settings)")
	}
	return nil
}

func (s *Service) post(ctx context.Context, tx db.Tx, box mail.Box, p directory.Person, subject, words string) error {
	by := s.root()
	html, text := mail.FromMarkdown(words)
	domain := directory.Domain(box.Spec.Address)
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	id, err := mail.NewMessageID(by.Rand(), by.Now(), domain)
	if err != nil {
		return err
	}
	raw, err := mail.Compose(mail.Outgoing{From: mail.Address{Name: from, Email: box.Spec.Address}, To: []mail.Address{{Name: p.Name, Email: p.Email}}, Subject: subject, HTML: html, Text: text,
		Date: by.Now(), MessageID: id, LoopDomain: domain, Automatic: true})
	if err != nil {
		return err
	}
	_, err = s.Mail.Queue(ctx, tx, by, mail.NewOut{MessageID: id, MailboxID: box.ID, Sender: box.Spec.Address, Recipients: []string{p.Email}, Subject: subject, Raw: raw})
	return err
}
