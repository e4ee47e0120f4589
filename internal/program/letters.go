package program

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/mail"
)

// Letter names a mail that an application leads to.
type Letter string

// The letters.
const (
	LetterReceived Letter = "received"
	LetterProof    Letter = "proof"
	LetterApproved Letter = "approved"
	LetterRejected Letter = "rejected"
	LetterLapsed   Letter = "lapsed"
	LetterNotice   Letter = "notice"
	LetterCured    Letter = "cured"
	LetterRevoked  Letter = "revoked"
	LetterRestored Letter = "restored"
	LetterRenewal  Letter = "renewal"
	LetterExpired  Letter = "expired"
)

func (l Letters) named() map[Letter]string {
	return map[Letter]string{LetterReceived: l.Received, LetterProof: l.Proof, LetterApproved: l.Approved, LetterRejected: l.Rejected, LetterLapsed: l.Lapsed, LetterNotice: l.Notice,
		LetterCured: l.Cured, LetterRevoked: l.Revoked, LetterRestored: l.Restored, LetterRenewal: l.Renewal, LetterExpired: l.Expired}
}

// own are the words of letters that a program says nothing about.
var own = map[Letter]string{
	LetterReceived: "we have your application to {{program}}. It is number {{number}}. A colleague looks at it, by {{until}} at the latest.\n\n[See where it stands]({{link}})",
	LetterProof:    "your application to {{program}} needs one more step from you before we can decide.\n\n[See what is missing]({{link}})",
	LetterApproved: "your application to {{program}} is approved.\n\n{{reason}}\n\n[Claim what you get]({{link}})\n\nThe link works until {{until}}.",
	LetterRejected: "we cannot approve your application to {{program}}.\n\n{{reason}}\n\n[See your application]({{link}})\n\nIf we got something wrong, answer this mail.",
	LetterLapsed:   "we did not hear from you for a while, so your application to {{program}} is closed. You can apply again at any time.",
	LetterNotice:   "something about your membership of {{program}} does not fit its terms:\n\n{{reason}}\n\nPlease put it right by {{until}}. Otherwise what you got is taken back.\n\n[See your membership]({{link}})",
	LetterCured:    "thank you, everything about your membership of {{program}} is in order again.",
	LetterRevoked:  "your membership of {{program}} has ended, and what you got is taken back.\n\n{{reason}}\n\nIf we got something wrong, answer this mail.",
	LetterRestored: "your membership of {{program}} is restored. We are sorry for the trouble.\n\n[See your membership]({{link}})",
	LetterRenewal:  "your membership of {{program}} ends on {{until}}. It is not renewed by itself: please apply again. The form is filled in with what you told us last time.\n\n[Renew]({{link}})",
	LetterExpired:  "your membership of {{program}} has ended on {{until}}. You can apply again at any time.\n\n[Apply again]({{link}})",
}

// values are what letters can say.
var values = []string{"applicant", "program", "number", "link", "reason", "until", "question", "benefits"}

// rests are the letters after which nobody has to do anything.
var rests = map[Letter]bool{LetterRejected: true, LetterLapsed: true, LetterCured: true, LetterRevoked: true, LetterExpired: true, LetterApproved: true, LetterRestored: true}

// esc keeps people's words from becoming markup.
func esc(s string) string { return mail.EscapeMarkdown(s) }

// letter writes a letter into the ticket of an application, opening the ticket with the first. It changes the
// application in memory; the caller stores it after.
func (s *Service) letter(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, l Letter, reason string) error {
	benefits, err := s.entitled(ctx, tx, p, a)
	if err != nil {
		return err
	}
	return s.write(ctx, tx, by, p, a, 0, s.wording(p, a, l, benefits, esc(reason), s.Link(a)), rests[l])
}

// wording is a letter in Markdown, with what the applicant is granted, a reason and the address of their page.
func (s *Service) wording(p *Program, a *Application, l Letter, granted []Benefit, reason, link string) string {
	words := "Hello {{applicant}},\n\n" + own[l]
	if t, ok := p.letters[l]; ok {
		words = t.Body
	}
	until := a.Due
	switch {
	case a.State == Review:
		until = a.Promised
	case a.State.Member() && a.State != Notice || a.State == Expired:
		until = a.TermUntil
	}
	var benefits []string
	for _, b := range granted {
		benefits = append(benefits, b.Title)
	}
	text := strings.NewReplacer("{{applicant}}", esc(directory.CleanName(a.Name, a.Email)), "{{program}}", esc(p.Title), "{{number}}", fmt.Sprint(a.ID), "{{link}}", link, "{{reason}}", reason,
		"{{until}}", until.Format("2 January 2006"), "{{question}}", esc(a.Question), "{{benefits}}", esc(strings.Join(benefits, ", "))).Replace(words)
	for strings.Contains(text, "\n\n\n") { // what an empty value leaves
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return text
}

// write writes Markdown into the ticket of an application, opening it when there is none.
func (s *Service) write(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, author int64, markdown string, rests bool) error {
	sys := s.system(by.Kind)
	sys.PersonID, sys.Cause = author, by.Cause
	if a.TicketID != 0 {
		if took, err := s.Tickets.Say(ctx, tx, sys, a.TicketID, author, markdown, rests); took || err != nil {
			return err
		}
	}
	people, err := s.Directory.Names(ctx, tx, []int64{a.PersonID})
	if err != nil {
		return err
	}
	a.TicketID, err = s.Tickets.Open(ctx, tx, sys, NewTicket{ApplicationID: a.ID, Subject: fmt.Sprintf("Your application to %s (%d)", p.Title, a.ID), Markdown: markdown, Author: author,
		Requester: people[a.PersonID], TeamID: a.TeamID, MailboxID: p.MailboxID, BrandID: p.BrandID, Program: p.Name, Rests: rests})
	if err != nil {
		return err
	}
	return s.tie(ctx, tx, a, a.TicketID, by.Now())
}

// mailLink mails the applicant directly, before there is a ticket: a link to save, to confirm, to come back by.
func (s *Service) mailLink(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, subject, words string) error {
	return s.mailTo(ctx, tx, by, p, a, a.Email, subject, words)
}

func (s *Service) mailTo(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, to, subject, words string) error {
	box, ok := s.Boxes().Box(p.MailboxID)
	if !ok {
		return nil // without a mailbox nobody is written to; the doctor says so
	}
	var sent int
	since := db.Micros(by.Now().AddDate(0, 0, -1))
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM outbox_recipient WHERE address = $1 AND at > $2 LIMIT 100) AS bounded`, strings.ToLower(to), since).Scan(&sent)
	if err != nil || sent >= mailsPerDay {
		return err // nobody's mailbox is filled by somebody else's typing
	}
	name := directory.CleanName(a.Name, a.Email)
	html, text := mail.FromMarkdown("Hello " + esc(name) + ",\n\n" + words)
	domain := directory.Domain(box.Spec.Address)
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	id, err := mail.NewMessageID(by.Rand(), by.Now(), domain)
	if err != nil {
		return err
	}
	raw, err := mail.Compose(mail.Outgoing{From: mail.Address{Name: from, Email: box.Spec.Address}, To: []mail.Address{{Name: name, Email: to}},
		Subject: subject, HTML: html, Text: text, Date: by.Now(), MessageID: id, LoopDomain: domain, Automatic: true})
	if err != nil {
		return err
	}
	_, err = s.Mail.Queue(ctx, tx, by, mail.NewOut{MessageID: id, MailboxID: box.ID, Sender: box.Spec.Address, Recipients: []string{to}, Subject: subject, Raw: raw})
	return err
}

// mailsPerDay is how many mails one address gets within a day before links are no longer mailed to it.
const mailsPerDay = 20

// proofMail mails the link that confirms an address given as a proof.
func proofMail(s *Service) func(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, run CheckRun) error {
	return func(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, run CheckRun) error {
		return s.mailTo(ctx, tx, by, p, a, run.Evidence.Address, "Please confirm your address",
			"somebody applied to "+esc(p.Title)+" and said that this is their address.\n\n[Confirm that it is yours]("+s.ProofLink(run)+")\n\nIf it was not you, do nothing.")
	}
}
