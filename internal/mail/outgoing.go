package mail

import (
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"steward/internal/fault"
)

// Outgoing is a mail to be composed. Ids are without angle brackets.
type Outgoing struct {
	From       Address
	ReplyTo    []Address
	To         []Address
	Cc         []Address
	Subject    string
	MessageID  string
	InReplyTo  string
	References []string
	Date       time.Time

	Text        string // made from HTML when empty
	HTML        string // may be empty; the caller sanitised it
	Attachments []Attachment
	Inline      []Attachment // shown in the HTML by their ContentID

	// Automatic marks a mail that no person wrote, so that other machines do not answer it.
	Automatic bool
	// LoopDomain is put into LoopHeader; empty leaves the header out.
	LoopDomain string
	// Headers are further fields, in the order given.
	Headers []Field
}

// maxReferences is how many ids a References field carries: the first, which names the
// thread, and the newest. Long threads would otherwise outgrow what relays take.
const maxReferences = 50

// check refuses what cannot be a mail or would smuggle in a header of its own.
func (o *Outgoing) check() error {
	for field, value := range map[string]string{"subject": o.Subject, "message_id": o.MessageID, "in_reply_to": o.InReplyTo, "loop_domain": o.LoopDomain, "references": strings.Join(o.References, " ")} {
		if err := checkLine(field, value); err != nil {
			return err
		}
	}
	for _, id := range append([]string{o.MessageID, o.InReplyTo}, o.References...) {
		if len(id) > 250 || strings.ContainsAny(id, "<> \t") || !isASCII([]byte(id)) {
			return fault.Field("message_id", id, "at most 250 ASCII characters without spaces or angle brackets", "The message id %q cannot be written into a mail.", clip(id, 80))
		}
	}
	if len(o.To)+len(o.Cc) == 0 {
		return fault.Field("to", nil, "at least one address", "The mail has no recipient.")
	}
	for _, f := range o.Headers {
		if f.Name == "" || len(f.Name) > 70 || !only(f.Name, "-_") || structural[strings.ToLower(f.Name)] {
			return fault.Field("headers", f.Name, "a field name that Steward does not write itself", "The header %q cannot be set.", clip(f.Name, 80))
		}
		if err := checkLine("headers", f.Value); err != nil {
			return err
		}
	}
	for _, list := range [][]Address{{o.From}, o.ReplyTo, o.To, o.Cc} {
		for _, a := range list {
			if err := checkAddress(a); err != nil {
				return err
			}
		}
	}
	return nil
}

// structural fields are Compose's own.
var structural = map[string]bool{
	"from": true, "reply-to": true, "to": true, "cc": true, "bcc": true, "subject": true, "date": true,
	"message-id": true, "in-reply-to": true, "references": true, "mime-version": true, "sender": true,
	"content-type": true, "content-transfer-encoding": true, "content-disposition": true, "content-id": true,
}

// checkLine refuses line breaks and control characters in a header value.
func checkLine(field, v string) error {
	if !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fault.Field(field, clip(v, 80), "one line of text", "The field %s has a line break or control character in it.", field)
	}
	return nil
}

func checkAddress(a Address) error {
	if err := checkLine("address", a.Name+a.Email); err != nil {
		return err
	}
	local, _, ok := cutAddress(a.Email)
	if !ok || !plausibleEmail(a.Email) || strings.ContainsAny(local, `"\()`) {
		return fault.Field("address", a.Email, "an address such as ann@acme.example", "%q is not a mail address.", clip(a.Email, 80))
	}
	return nil
}

// WireAddress is the form of an address that goes over the wire: an international domain
// in its ASCII form. utf8 reports that the part before the at sign is not ASCII, so the
// mail can only go through servers that offer SMTPUTF8.
func WireAddress(email string) (wire string, utf8 bool) {
	local, domain, ok := cutAddress(email)
	if !ok {
		return email, !isASCII([]byte(email))
	}
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return local + "@" + domain, !isASCII([]byte(local)) || !isASCII([]byte(domain))
}
