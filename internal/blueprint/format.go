package blueprint

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"

	"steward/internal/rule"
)

// format is a check of a text by the format tag.
type format struct {
	accepted string
	ok       func(string) bool
}

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// formats are the formats by name; cel:SUBJECT is beside them.
var formats = map[string]format{
	"time-zone": {"an IANA time zone, such as Europe/Amsterdam", func(s string) bool {
		_, err := time.LoadLocation(s)
		return err == nil && s != "" && !strings.EqualFold(s, "local")
	}},
	"email": {"an address, such as support@example.com", func(s string) bool {
		a, err := mail.ParseAddress(s)
		return err == nil && a.Address == s
	}},
	"color": {"a color, such as #0f766e", hexColor.MatchString},
	"url": {"an address that begins with https:// or http://", func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
	}},
	"date":     {"a date, such as 2026-12-25", func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil }},
	"markdown": {"Markdown", func(string) bool { return true }},
	"picture": {"a PNG or JPEG of at most 32 kB and 2,000 pixels a side, written as data:image/png;base64,…; a drawing (SVG) can hold scripts and is not taken", func(s string) bool {
		_, ok := ReadPicture(s)
		return ok
	}},
}

// results are the types a formula may yield, by their name in a format tag.
var results = map[string]rule.Type{
	"": rule.Bool, "number": rule.Number, "text": rule.Text, "time": rule.Time, "duration": rule.Duration, "any": rule.Any,
}

// celFormat reads "cel:SUBJECT" and "cel:SUBJECT:RESULT".
func celFormat(name string) (subject string, want rule.Type, ok bool) {
	rest, ok := strings.CutPrefix(name, "cel:")
	if !ok {
		return "", want, false
	}
	subject, result, _ := strings.Cut(rest, ":")
	want, ok = results[result]
	return subject, want, ok && subject != ""
}

func knownFormat(name string) bool {
	_, _, cel := celFormat(name)
	_, plain := formats[name]
	return cel || plain
}
