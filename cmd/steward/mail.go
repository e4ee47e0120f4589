package main

import (
	"encoding/json"
	"io"
	"os"

	"steward/internal/fault"
	"steward/internal/mail"
)

// mailCmd groups the commands about mail.
type mailCmd struct {
	Parse   mailParseCmd   `cmd:"" help:"Read one message from standard input and print it as JSON."`
	Trace   mailTraceCmd   `cmd:"" help:"Show what happened to mail of an address, or to one Message-ID, newest first."`
	DKIMKey mailDKIMKeyCmd `cmd:"" name:"dkim-key" help:"Make a key that signs mail, and print the DNS record for it."`
}

// mailParseCmd shows a message as Steward reads it. Broken mail is shown as well as it can
// be read; only input that cannot be read at all is an error.
type mailParseCmd struct {
	Problems bool `help:"Also list what is wrong with the message."`
}

// maxMail is the largest message the command reads.
const maxMail = 64 << 20

// parsedMail is the output. Ids come without angle brackets; arrays are never null.
type parsedMail struct {
	FromEmail       string             `json:"from_email"`
	FromDisplayName string             `json:"from_display_name"`
	To              []string           `json:"to"`
	Cc              []string           `json:"cc"`
	Subject         string             `json:"subject"`
	MessageID       string             `json:"message_id"`
	InReplyTo       string             `json:"in_reply_to"`
	References      []string           `json:"references"`
	ContentType     string             `json:"content_type"`
	Body            string             `json:"body"`
	Attachments     []parsedAttachment `json:"attachments"`
	Problems        []string           `json:"problems,omitempty"`
}

type parsedAttachment struct {
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int    `json:"size"`
}

// Run reads, parses and prints.
func (c mailParseCmd) Run() error {
	raw, err := io.ReadAll(io.LimitReader(os.Stdin, maxMail+1))
	if err != nil {
		return fault.New(fault.Malformed, "The message cannot be read from standard input: %w", err)
	}
	if len(raw) > maxMail {
		return fault.New(fault.TooLarge, "The message is larger than %d MB.", maxMail>>20)
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	out := showMail(mail.Parse(raw))
	if !c.Problems {
		out.Problems = nil
	}
	return enc.Encode(out)
}

func showMail(m mail.Message) parsedMail {
	out := parsedMail{
		FromEmail: m.From.Email, FromDisplayName: m.From.Name,
		To: emails(m.To), Cc: emails(m.Cc),
		Subject: m.Subject, MessageID: m.MessageID, InReplyTo: m.InReplyTo,
		References:  append([]string{}, m.References...),
		Attachments: []parsedAttachment{},
		Problems:    m.Problems,
	}
	out.Body, out.ContentType = m.Body()
	if out.ContentType == "text/html" {
		out.Body = mail.Sanitise(out.Body).HTML
	}
	for _, a := range m.Attachments {
		out.Attachments = append(out.Attachments, parsedAttachment{a.Filename, a.ContentType, len(a.Data)})
	}
	if m.Unparsable {
		out.Problems = append(out.Problems, m.Reason)
	}
	return out
}

func emails(list []mail.Address) []string {
	out := make([]string, 0, len(list))
	for _, a := range list {
		out = append(out, a.Email)
	}
	return out
}
