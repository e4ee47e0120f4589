package directory

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"

	"steward/internal/auth"
	"steward/internal/fault"
	"steward/internal/field"
)

// Person is somebody: a customer's contact or a colleague (Agent).
type Person struct {
	ID             int64
	Name           string
	Email          string       // the main address
	OrganizationID int64        // 0 for none
	Agent          bool         // works here; may be assigned tickets
	TimeZone       string       // IANA name, "" for the workspace's
	Attributes     field.Values // custom attributes, as stored
	Created        time.Time
	Updated        time.Time
	Seen           time.Time // last signed-in request, zero for never
	Suspended      time.Time // zero unless suspended
	Version        int64
}

// Identity is an address a person is known by.
type Identity struct {
	ID       int64  `json:"id"`
	Kind     string `json:"kind"` // "email"
	Value    string `json:"value"`
	Verified bool   `json:"verified"`
	Primary  bool   `json:"primary"`
}

// Record is what permission checks look at.
func (p Person) Record() auth.Record {
	return auth.Record{Owners: []int64{p.ID}, Organization: p.OrganizationID}
}

// maxName is how long a name may be, in characters.
const maxName = 300

// CleanEmail brings an address into the one form it is stored and compared in: no spaces,
// lower case, ASCII domain. field names it in the error.
func CleanEmail(field, s string) (string, error) {
	bad := func() (string, error) {
		return "", fault.Field(field, s, "an address like name@company.example", "This is not a mail address.")
	}
	s = strings.TrimSpace(s)
	if len(s) > 254 || strings.ContainsAny(s, "\r\n\x00<> ,;") {
		return bad()
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 {
		return bad()
	}
	domain, err := idna.Lookup.ToASCII(strings.TrimSuffix(s[at+1:], "."))
	if err != nil {
		return bad()
	}
	a, err := mail.ParseAddress(s[:at] + "@" + domain)
	// A local part that needs quotes is legal and nobody has one: mail to it could not leave.
	if err != nil || strings.ContainsFunc(a.Address[:strings.LastIndexByte(a.Address, '@')], func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`"\\()[]<>:;,@`, r) }) {
		return bad()
	}
	return strings.ToLower(a.Address), nil
}

// OneLine folds white space and drops what cannot stand in a line of text or a mail's
// header: control characters and bytes that are no text.
func OneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s))
}

// CleanName trims a name and folds its white space; an empty one becomes the address's local part.
func CleanName(name, email string) string {
	name = OneLine(name)
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	if utf8.RuneCountInString(name) > maxName {
		name = string([]rune(name)[:maxName])
	}
	return name
}

// Fold is the form names are compared and sorted in.
func Fold(s string) string { return cases.Fold().String(s) }

// Domain is the part of an address after the @.
func Domain(email string) string { return email[strings.LastIndexByte(email, '@')+1:] }
