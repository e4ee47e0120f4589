package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/mail"
	"steward/internal/playbook"
)

// stepNotice mails a reminder of a step, or that it is late; the step is on their lists of work as well. Without
// a mailbox, or for somebody without an address, the list has to do.
func (a *App) stepNotice(ctx context.Context, tx db.Tx, by act.Actor, n playbook.Notice) error {
	box := a.DeskConfig().DefaultMailbox()
	if box == nil || a.Sandbox != nil { // a copy mails nobody
		return nil
	}
	people, err := a.peopleOf(ctx, tx, n.People, n.Teams)
	if err != nil {
		return err
	}
	kind := "reminder"
	if n.Late {
		kind = "late"
	}
	for at, p := range people {
		if p.Email == "" || !p.Suspended.IsZero() {
			continue
		}
		subject, text := noticeWords(n, p, a.base)
		html, plain := mail.FromMarkdown(text)
		key := fmt.Sprintf("%d/%s/%d/%s", n.Run.ID, n.Step, db.Micros(n.At), kind)
		if err := a.stepMail(ctx, tx, by, key, by.Now(), box, p, at, mail.Outgoing{Subject: subject, HTML: html, Text: plain}); err != nil {
			return err
		}
	}
	return nil
}

// noticeWords are the subject and the Markdown of such a mail, with times in the reader's zone.
func noticeWords(n playbook.Notice, p directory.Person, base string) (subject, text string) {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	due := n.Due.In(zone).Format("Monday, 2 January 2006, 15:04 MST")
	subject, lead := "Reminder: "+n.Title, "waits for you"
	if n.Late {
		subject, lead = "Late: "+n.Title, "is late, and you are to know"
	}
	link := fmt.Sprintf("%s/runs/%d", strings.TrimSuffix(base, "/"), n.Run.ID)
	was := "It is due on"
	if n.Late || n.Due.Before(n.At) {
		was = "It was due on"
	}
	text = fmt.Sprintf("**%s** %s.\n\n%s %s. It belongs to %s.", mail.EscapeMarkdown(n.Title), lead, was, due, mail.EscapeMarkdown(n.Called))
	if base != "" {
		text += fmt.Sprintf("\n\n[Open it](%s)", link)
	}
	return subject, text
}
