package mail

import (
	"bytes"
	"regexp"
	"strings"
)

// Bounce is a report about a mail of ours, as a mail server wrote it.
type Bounce struct {
	MessageID  string // of the mail it is about, without angle brackets; "" when it does not say
	Recipients []BouncedRecipient
	Read       bool // it could be read, also when it tells of no trouble
}

// BouncedRecipient is what became of a mail for one recipient.
type BouncedRecipient struct {
	Address    string     // as we wrote to it when the report says so, else where it ended; lower case
	Final      string     // where it ended, when that is another address
	Kind       BounceKind // hard, soft or delayed
	Status     string     // enhanced status code (RFC 3463), such as "5.1.1"; "" when unknown
	Diagnostic string     // what the last server said, one line of at most 500 characters
}

// BounceKind says how final it is.
type BounceKind string

// The kinds of a bounce.
const (
	Hard    BounceKind = "hard"    // the address does not work: it gets no more mail
	Soft    BounceKind = "soft"    // this mail did not arrive; another may
	Delayed BounceKind = "delayed" // not there yet; the server goes on trying
)

// maxBounced is how many recipients of one report are looked at.
const maxBounced = 100

// ParseBounce reads a delivery report: RFC 3464, and the plain texts of qmail and Exim. A
// report it can say nothing about has neither a message nor recipients.
func ParseBounce(m *Message) Bounce {
	b := Bounce{}
	for _, a := range m.Attachments {
		switch a.ContentType {
		case "message/delivery-status", "message/global-delivery-status":
			if !b.Read {
				b.Recipients, b.Read = deliveryStatus(a.Data)
			}
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers":
			if b.MessageID == "" {
				h, _, _ := splitHeader(a.Data, DefaultLimits.PartHeader, 1000)
				b.MessageID = parseID(h.Get("Message-Id"))
			}
		}
	}
	text := m.PlainText()
	if !b.Read {
		b.Recipients = plainReport(m, text)
		b.Read = len(b.Recipients) > 0
	}
	if b.MessageID == "" {
		if f := returnedID.FindStringSubmatch(clip(text, 1<<20)); f != nil {
			b.MessageID = parseID(f[1])
		}
	}
	if b.MessageID == "" {
		b.MessageID = m.InReplyTo
	}
	if b.MessageID == "" && len(m.References) > 0 {
		b.MessageID = m.References[len(m.References)-1]
	}
	return b
}

// returnedID finds the Message-ID in a mail that a report carries along as plain text.
var returnedID = regexp.MustCompile(`(?im)^[ \t>|]{0,8}message-id:[ \t]*(<[^<>\s]{3,250}>)`)

// deliveryStatus reads the groups of fields of a message/delivery-status part: first one
// about the message, then one for each recipient.
func deliveryStatus(data []byte) (out []BouncedRecipient, read bool) {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	for _, group := range bytes.Split(clipBytes(data, 1<<20), []byte("\n\n")) {
		if len(bytes.TrimSpace(group)) == 0 {
			continue
		}
		h, _, _ := splitHeader(append(bytes.TrimLeft(group, "\n \t"), "\n\n"...), DefaultLimits.PartHeader, 100)
		final, original := typedAddress(h.Get("Final-Recipient")), typedAddress(h.Get("Original-Recipient"))
		if final == "" && original == "" {
			continue
		}
		read = true
		if len(out) == maxBounced {
			break
		}
		r := BouncedRecipient{Address: original, Diagnostic: diagnosis(h.Get("Diagnostic-Code")), Status: statusCode(h.Get("Status"))}
		if r.Address == "" {
			r.Address = final
		} else if final != r.Address {
			r.Final = final
		}
		if known := r.classify(strings.ToLower(firstWord(h.Get("Action")))); known {
			out = append(out, r)
		}
	}
	return out, read
}

// typedAddress reads "rfc822; ann@acme.example", also without its type and in brackets.
func typedAddress(s string) string {
	kind, rest, ok := strings.Cut(cleanLine(s), ";")
	if !ok {
		rest = kind
	}
	email := normalEmail(strings.Trim(strings.TrimSpace(rest), "<>"))
	if !plausibleEmail(email) {
		return ""
	}
	return email
}

// diagnosis is what a server said, without the type in front: "550 5.1.1 unknown".
func diagnosis(s string) string {
	s = cleanLine(s)
	if kind, rest, ok := strings.Cut(s, ";"); ok && !strings.ContainsAny(strings.TrimSpace(kind), " \t") {
		s = rest
	}
	return clip(strings.Join(strings.Fields(s), " "), 500)
}

var statusPattern = regexp.MustCompile(`\b([245])\.(\d{1,3})\.(\d{1,3})\b`)

func statusCode(s string) string { return statusPattern.FindString(clip(s, 2000)) }

// classify fills in kind and status; false when the report tells of no trouble.
func (r *BouncedRecipient) classify(action string) bool {
	if r.Status == "" || strings.HasSuffix(r.Status, ".0.0") { // the server's words may know better
		if s := statusCode(r.Diagnostic); s != "" {
			r.Status = s
		}
	}
	switch action {
	case "delivered", "relayed", "expanded":
		return false
	case "delayed":
		r.Kind = Delayed
		return true
	case "failed", "":
	default:
		return false
	}
	if action == "" && strings.HasPrefix(r.Status, "2.") {
		return false
	}
	r.Kind = Soft
	if (r.Status == "" || strings.HasSuffix(r.Status, ".0.0")) && unknownMailbox.MatchString(r.Diagnostic) {
		r.Status = "5.1.1" // it is what those words mean
	}
	if hardStatus[r.Status] {
		r.Kind = Hard
	}
	return true
}

// hardStatus are the codes that say that the address itself does not work (RFC 3463, and
// RFC 7505 for a domain that takes no mail). Refusals for what a mail holds, for a policy or
// a full mailbox are not among them.
var hardStatus = map[string]bool{"5.1.1": true, "5.1.2": true, "5.1.3": true, "5.1.6": true, "5.1.10": true, "5.2.1": true}

// unknownMailbox recognises the words of servers that give no status.
var unknownMailbox = regexp.MustCompile(`(?i)\b55[013]\b.*\b(unknown|no such|does(n'| no)t exist|not exist|not found|invalid|disabled|no mailbox)\b|\b(no mailbox here by that name|user unknown|unknown user|no such user|recipient not found|unrouteable address|mailbox does not exist)\b`)

// plainReport reads reports that are made for people only, where their writer is known.
func plainReport(m *Message, text string) []BouncedRecipient {
	text = clip(strings.ReplaceAll(text, "\r\n", "\n"), 256<<10)
	if own, _, ok := strings.Cut(text, "--- Below this line is a copy of the message"); ok && strings.Contains(own, "qmail-send program") {
		return paragraphs(own, qmailRecipient)
	}
	var out []BouncedRecipient
	for _, a := range parseAddresses(m.Header.Get("X-Failed-Recipients")) { // Exim
		if len(out) == maxBounced || a.Email == "" {
			break
		}
		r := BouncedRecipient{Address: a.Email, Diagnostic: afterAddress(text, a.Email)}
		if r.classify("failed") {
			out = append(out, r)
		}
	}
	return out
}

var qmailRecipient = regexp.MustCompile(`^<([^<>\s]{3,320})>:\n([\s\S]+)$`)

// paragraphs reads the paragraphs of a report that match.
func paragraphs(text string, pattern *regexp.Regexp) (out []BouncedRecipient) {
	for _, p := range strings.Split(text, "\n\n") {
		f := pattern.FindStringSubmatch(strings.TrimSpace(p))
		if f == nil || len(out) == maxBounced {
			continue
		}
		r := BouncedRecipient{Address: normalEmail(f[1]), Diagnostic: clip(strings.Join(strings.Fields(f[2]), " "), 500)}
		if plausibleEmail(r.Address) && r.classify("failed") {
			out = append(out, r)
		}
	}
	return out
}

// afterAddress is the paragraph that follows an address in a report.
func afterAddress(text, email string) string {
	_, rest, ok := strings.Cut(text, email)
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(strings.TrimLeft(rest, ": \n"), "\n\n")
	return clip(strings.Join(strings.Fields(rest), " "), 500)
}

func firstWord(s string) string {
	f := strings.FieldsFunc(cleanLine(s), func(r rune) bool { return r == ' ' || r == '\t' || r == ';' || r == '(' })
	if len(f) == 0 {
		return ""
	}
	return f[0]
}

func clipBytes(b []byte, n int) []byte {
	if len(b) > n {
		return b[:n]
	}
	return b
}

// StatusWords says in plain words what a status code means; the code itself when unknown.
func StatusWords(status string) string {
	if w, ok := statusWords[status]; ok {
		return w
	}
	if len(status) > 3 {
		if w, ok := statusWords["x"+status[1:4]]; ok { // its subject: "x.2."
			return w
		}
	}
	return notDelivered
}

// notDelivered is what a status tells of which nothing else is known.
//
//lang:texts
const notDelivered = "not delivered"

// statusWords are the meanings of RFC 3463 and its registry, by code, then by subject.
//
//lang:texts
var statusWords = map[string]string{
	"5.1.1": "mailbox unknown", "5.1.2": "domain unknown", "5.1.3": "not a valid address", "5.1.6": "mailbox has moved", "5.1.10": "domain takes no mail",
	"5.2.1": "mailbox disabled", "4.2.1": "mailbox disabled", "5.2.2": "mailbox full", "4.2.2": "mailbox full", "5.2.3": "too large for the mailbox", "5.3.4": "too large for the server",
	"4.4.1": "no answer from the server", "5.4.1": "no answer from the server", "4.4.7": "not delivered in time", "5.4.7": "not delivered in time", "5.4.4": "no way to the server",
	"5.7.1": "refused by a rule", "5.7.26": "refused: sender not authenticated",
	"x.1.": "address refused", "x.2.": "trouble with the mailbox", "x.3.": "trouble with the server", "x.4.": "trouble on the way",
	"x.5.": "trouble between the servers", "x.6.": "content refused", "x.7.": "refused by a rule",
}
