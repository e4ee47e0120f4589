package desk

import (
	"context"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// answerEvery is how long somebody is not told again that they are refused, whatever they write.
const answerEvery = 24 * time.Hour

// mayAnswer notes that somebody is told now; it is false when they were not long ago.
func mayAnswer(ctx context.Context, tx db.Tx, now time.Time, personID int64) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO refusal_answer (person_id, at) VALUES ($1, $2) ON CONFLICT (person_id) DO UPDATE SET at = excluded.at WHERE refusal_answer.at <= $3`,
		personID, db.Micros(now), db.Micros(now.Add(-answerEvery)))
	return n > 0, err
}

// filled is what a refused person is told: the template with its values, as Markdown, and the subject.
func (s *Service) filled(tpl *Template, d entitle.Decision, t *Ticket, requester, organization string) (subject, body string) {
	more := func(escape func(string) string) *strings.Replacer {
		return strings.NewReplacer("{{reason}}", escape(d.Sentence(organization)), "{{advice}}", escape(d.Advice()))
	}
	body = values(t, requester, "", mail.EscapeMarkdown).Replace(more(mail.EscapeMarkdown).Replace(tpl.Spec.Body))
	return directory.OneLine(values(t, requester, "", strings.TrimSpace).Replace(more(strings.TrimSpace).Replace(tpl.Spec.Subject))), body
}

// answerOf is what an entitlement tells people it refuses; nil for nothing.
func (s *Service) answerOf(e *entitle.Entitlement) *Template {
	if e == nil {
		return nil
	}
	return s.config().templates[e.Spec.Answer]
}

// answerRefused tells the requester why their ticket is not worked on and what to do, at most
// once a day. Machines get no answer.
func (s *Service) answerRefused(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, m moment, r ruling, cause int64) error {
	tpl := s.answerOf(r.Entitlement)
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil || tpl == nil || people[t.RequesterID].Email == "" {
		return err
	}
	yes, err := mayAnswer(ctx, tx, by.Now(), t.RequesterID)
	if err != nil || !yes {
		return err
	}
	requester := people[t.RequesterID]
	organization, err := s.organizationName(ctx, tx, t.OrganizationID)
	if err != nil {
		return err
	}
	rules := r.actor(by, cause)
	event, err := s.ledger.Append(ctx, tx, rules, ledger.Entry{Verb: TicketNotified, Subject: ledger.Ref{Kind: "ticket", ID: t.ID},
		Data: map[string]any{"template_id": tpl.ID, "template_version": tpl.Version, "to": []int64{requester.ID}}})
	if err != nil {
		return err
	}
	if err := tx.Later(ctx, nil, `UPDATE ticket_refusal SET answered_at = $1 WHERE ticket_id = $2`, db.Micros(by.Now()), t.ID); err != nil {
		return err
	}
	_, body := s.filled(tpl, r.Decision, t, requester.Name, organization)
	html, text := mail.FromMarkdown(body)
	return s.mailOut(ctx, tx, rules.Because(act.Cause{Event: event, Blueprint: r.Entitlement.ID, Version: r.Entitlement.Version}), t,
		[]mail.Address{{Name: requester.Name, Email: requester.Email}}, "", mail.Outgoing{HTML: html, Text: text, Date: by.Now(), Automatic: true},
		mail.MessageRef{TicketID: t.ID, Copy: -int(event)})
}

// PersonRefused is the verb of a mail that became no ticket because its sender may not ask for
// help; its subject is the person: refused, entitlement_id, mail.
const PersonRefused = "person.refused"

// turnAway keeps a mail for review instead of making a ticket of it, and tells its sender why, at
// most once a day.
func (s *Service) turnAway(ctx context.Context, tx db.Tx, by act.Actor, a arrival, sender directory.Person, d entitle.Decision) error {
	organization, err := s.organizationName(ctx, tx, sender.OrganizationID)
	if err != nil {
		return err
	}
	r := ruling{Decision: d}
	rules := r.actor(by, 0)
	event, err := s.ledger.Append(ctx, tx, rules, ledger.Entry{Verb: PersonRefused, Subject: ledger.Ref{Kind: "person", ID: sender.ID},
		Data: map[string]any{"refused": d.Refused, "entitlement_id": d.Entitlement.ID, "mail": a.ID, "condition": "match", "read": d.Read}})
	if err != nil {
		return err
	}
	if err := s.mail.Suspend(ctx, tx, a.ID, a.mail, mail.CauseRefused, "Its sender may not ask for help: "+d.Sentence(organization)+" It is let through when they may."); err != nil {
		return err
	}
	tpl, box := s.answerOf(d.Entitlement), s.config().Mailbox(a.MailboxID)
	if tpl == nil || box == nil {
		return nil
	}
	yes, err := mayAnswer(ctx, tx, by.Now(), sender.ID)
	if err != nil || !yes {
		return err
	}
	subject, body := s.filled(tpl, d, &Ticket{Subject: a.mail.Subject}, sender.Name, organization)
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	if a.mail.Subject != "" {
		subject = replySubject(clipRunes(directory.OneLine(a.mail.Subject), maxSubject))
	}
	_, domain := splitAddress(box.Spec.Address)
	html, text := mail.FromMarkdown(body)
	out := mail.Outgoing{From: mail.Address{Name: from, Email: box.Spec.Address}, To: []mail.Address{{Name: sender.Name, Email: sender.Email}}, Subject: subject,
		HTML: html, Text: text, Date: by.Now(), Automatic: true, LoopDomain: domain, MessageID: mail.MessageID(mail.MessageRef{Copy: -int(event)}, domain, s.mail.Keys())}
	if printable(a.mail.MessageID) && a.mail.MessageID != "" {
		out.InReplyTo, out.References = a.mail.MessageID, []string{a.mail.MessageID}
	}
	raw, err := mail.Compose(out)
	if err != nil {
		return err
	}
	_, err = s.mail.Queue(ctx, tx, rules.Because(act.Cause{Event: event}), mail.NewOut{MessageID: out.MessageID, MailboxID: box.ID, Sender: box.Spec.Address, Recipients: []string{sender.Email},
		Subject: out.Subject, Raw: raw})
	return err
}

// entitlementTitle names an entitlement.
func (s *Service) entitlementTitle(id int64) string {
	if e := s.config().Entitle.ByID(id); e != nil {
		return e.Title
	}
	return "a retired entitlement"
}

func (s *Service) entitlementRef(id int64) *TeamRef {
	if e := s.config().Entitle.ByID(id); e != nil {
		return &TeamRef{e.Name, e.Title}
	}
	return nil
}

// reasonWords say in a few words why somebody is refused.
//
//lang:texts
var reasonWords = map[entitle.Reason]string{entitle.OnHold: "support is on hold", entitle.Expired: "it has expired", entitle.Unsupported: "no support included",
	entitle.NotListed: "not a listed contact", entitle.WrongForm: "the form is not included", entitle.NoOrganization: "no organization"}

// refusedWords say whether somebody may ask for help: "yes", "no, it has expired".
func refusedWords(l *lang.Language, r entitle.Reason) string {
	if r == "" {
		return l.Word("yes")
	}
	if words := reasonWords[r]; words != "" {
		return l.Say("no, %s", lang.Term(words))
	}
	return l.Word("no")
}
