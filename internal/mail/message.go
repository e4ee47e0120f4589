package mail

import (
	"encoding/base64"
	"time"
)

// Message is one mail as Steward understands it.
type Message struct {
	MessageID  string   // without angle brackets; empty when the mail has none
	InReplyTo  string   // without angle brackets
	References []string // without angle brackets, oldest first

	From        Address // the author; Sender, Reply-To or Return-Path when From is unreadable
	To          []Address
	Cc          []Address
	ReplyTo     []Address
	DeliveredTo []Address // Delivered-To, X-Original-To and Envelope-To, in that order
	ReturnPath  string    // the bounce address, empty for "<>" or when unknown
	NullSender  bool      // Return-Path is "<>": a bounce or another automatic message

	Subject string
	Date    time.Time // UTC; zero when missing or unreadable

	AutoSubmitted string // first word of Auto-Submitted, lower case: "auto-replied"
	Precedence    string // lower case: "bulk"
	ListID        string // the identifier inside the angle brackets of List-Id

	ContentType string // of the body to show: "text/html" or "text/plain"
	Text        string // the plain text body; empty when the mail has only HTML
	HTML        string // the HTML body as it came, decoded but NOT sanitised

	Attachments []Attachment
	Header      Header // every field, in order
	Size        int    // length of the raw message in bytes

	Auth Authentication `json:"-"` // whether its From can be believed, once Authenticate looked

	Problems   []string // what was wrong with the mail, in words
	Unparsable bool     // nothing useful could be read; keep the raw bytes and show them
	Reason     string   // why, when Unparsable
}

// Address is one mailbox. Email is lower case throughout, so that it can be compared.
type Address struct {
	Name  string // decoded display name, may be empty
	Email string
}

// Attachment is a file that came with a message, decoded.
type Attachment struct {
	Filename    string // cleaned: no path, no control characters, at most 200 bytes, never empty
	ContentType string // lower case, without parameters
	ContentID   string // without angle brackets
	Inline      bool   // shown inside the HTML body by its ContentID
	Data        []byte
}

// Embedded returns a picture of the message as a data: address, by its ContentID: for
// SanitiseOptions.CID where a message is looked at that has no files on record.
func (m *Message) Embedded(contentID string) (address string, ok bool) {
	for _, a := range m.Attachments {
		if a.ContentID == contentID && len(a.Data) <= 190<<10 {
			address = "data:" + a.ContentType + ";base64," + base64.StdEncoding.EncodeToString(a.Data)
			return address, isRasterData(address)
		}
	}
	return "", false
}

// Body returns the body to show and its type: the HTML when there is any, else the text.
func (m *Message) Body() (body, contentType string) {
	if m.HTML != "" {
		return m.HTML, "text/html"
	}
	return m.Text, "text/plain"
}

// PlainText returns the text body, made from the HTML when the mail has no other.
func (m *Message) PlainText() string {
	if m.Text != "" || m.HTML == "" {
		return m.Text
	}
	return HTMLToText(m.HTML)
}
