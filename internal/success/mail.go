package success

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// MailIn is a mail that a colleague sent or forwarded to the address of the timelines.
type MailIn struct {
	From       string   // the colleague's address
	Account    int64    // the account that the address names, 0 when it names none
	Recipients []string // everybody it is addressed to, without our own mailboxes
	Subject    string
	Text       string // all of it
	Fresh      string // without what was quoted
	Files      []MailFile
	MessageID  string
	Sent       time.Time // as it says; zero when it does not
	Received   time.Time
	Doubt      string // why its sender is not sure to be who they say; "" when they are
}

// NoteMail puts a mail on the timeline of the account it is about and says what became of it. by is its
// sender, who must be allowed to write the account; nobody when they are not known for sure. What cannot be
// matched is kept until somebody claims it. A mail that came before is not noted again.
func (s *Service) NoteMail(ctx context.Context, tx db.Tx, by act.Actor, in MailIn) (outcome string, err error) {
	if seen, err := s.mailSeen(ctx, tx, in.MessageID); err != nil || seen {
		return "It is noted already.", err
	}
	w := words(in)
	to, err := s.mailMatch(ctx, tx, in)
	if err != nil {
		return "", err
	}
	reason := in.Doubt
	if reason == "" {
		reason = to.reason
	}
	if reason == "" {
		e := NewEntry{Kind: "email", At: w.at, Title: w.title, Body: w.body(to.forwarded), People: to.people, messageID: in.MessageID, wordsOf: to.author}
		done, err := s.Note(ctx, tx, by, to.account, e)
		f := fault.As(err)
		if err != nil && f == nil {
			return "", err
		}
		if f == nil {
			return fmt.Sprintf("It is entry %d on the timeline of account %d.", done.ID, to.account), s.keepFiles(ctx, tx, by, ofEntry, done.ID, in.Files)
		}
		reason = f.Message
	}
	people, err := json.Marshal(to.addresses)
	if err != nil {
		return "", err
	}
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO account_mail (message_id, received, at, by_id, sender, people, title, body, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		textOrNil(in.MessageID), db.Micros(in.Received), db.Micros(w.at), db.NullID(by.PersonID), in.From, string(people), w.title, w.body(to.forwarded), reason).Scan(&id)
	if err != nil {
		return "", err
	}
	return "It waits for somebody to say which account it is about. " + reason, s.keepFiles(ctx, tx, by, ofMail, id, in.Files)
}

// mailSeen reports whether a mail is noted or waits already.
func (s *Service) mailSeen(ctx context.Context, tx db.Tx, messageID string) (bool, error) {
	if messageID == "" {
		return false, nil
	}
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 AS one FROM account_entry WHERE message_id = $1 UNION ALL SELECT 1 FROM account_mail WHERE message_id = $1) AS both_places`, messageID).Scan(&n)
	return n > 0, err
}

// mailWords is what an entry says of a mail.
type mailWords struct {
	title, fresh, all string
	at                time.Time
}

func words(in MailIn) mailWords {
	w := mailWords{title: subjectLine(in.Subject), fresh: in.Fresh, all: in.Text, at: in.Sent}
	if w.at.IsZero() || w.at.Before(earliest) || w.at.After(in.Received) {
		w.at = in.Received
	}
	return w
}

// body is what was written: all of a mail that was forwarded, the new part of another.
func (w mailWords) body(forwarded bool) string {
	text := w.fresh
	if forwarded || strings.TrimSpace(text) == "" {
		text = w.all
	}
	text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), ""), "\r\n", "\n"))
	if utf8.RuneCountInString(text) > maxText {
		text = string([]rune(text)[:maxText-1]) + "…"
	}
	return text
}

// marks are what mail programs put before a subject, in the languages that are met.
var marks = []string{"re", "aw", "sv", "antw", "fwd", "fw", "wg", "tr", "rv", "vs", "doorst"}

// subjectLine is a subject without the marks of replies and forwards.
func subjectLine(s string) string {
	s = directory.OneLine(s)
	for {
		mark, rest, ok := strings.Cut(s, ":")
		if !ok || !slices.Contains(marks, strings.ToLower(strings.TrimSpace(mark))) {
			break
		}
		s = strings.TrimSpace(rest)
	}
	if s == "" {
		return "Mail without a subject"
	}
	if utf8.RuneCountInString(s) > 300 {
		s = string([]rune(s)[:299]) + "…"
	}
	return s
}

// withNumber puts an account's id behind the name of a mailbox.
func withNumber(box string, account int64) string {
	name, domain, _ := strings.Cut(box, "@")
	return fmt.Sprintf("%s+%d@%s", name, account, domain)
}
