package leak

import (
	"cmp"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// Kind is what a finding looks like.
type Kind string

// The kinds of findings.
const (
	Name         Kind = "name"         // a person's
	Organization Kind = "organization" // an organization's name
	Email        Kind = "email"
	Domain       Kind = "domain" // a host name
	Address      Kind = "ip"     // an IP address
	Token        Kind = "token"  // a password, key or token
	Phone        Kind = "phone"
)

// Finding is one place in a text.
type Finding struct {
	Kind  Kind   `json:"kind" enum:"name,organization,email,domain,ip,token,phone"`
	Text  string `json:"text" doc:"The words as they stand there."`
	Start int    `json:"start" doc:"Where it begins, in characters."`
}

// Known is whose data a text must not tell.
type Known struct {
	People        []string // full names
	Organizations []string
	Domains       []string // of their addresses
	Allowed       []string // hosts that may be named, such as the tracker's own
}

// most is how many findings are told of one text.
const most = 200

// Find returns what looks like customer data, in the order of the text, each place once.
func Find(text string, known Known) []Finding {
	var all []span
	add := func(k Kind, from, to int) {
		if from < to {
			all = append(all, span{k, from, to})
		}
	}
	for _, m := range email.FindAllStringIndex(text, most) {
		add(Email, m[0], m[1])
	}
	for _, p := range tokens {
		for _, m := range p.FindAllStringSubmatchIndex(text, most) {
			add(Token, m[len(m)-2], m[len(m)-1]) // the last group is the secret itself
		}
	}
	for _, m := range word.FindAllStringIndex(text, -1) {
		if secretive(text[m[0]:m[1]]) {
			add(Token, m[0], m[1])
		}
	}
	addresses(text, add)
	hosts(text, known, add)
	for _, m := range phone.FindAllStringIndex(text, most) {
		if digits := strings.Count(strings.Map(onlyDigits, text[m[0]:m[1]]), ""); digits > 9 {
			add(Phone, m[0], m[1])
		}
	}
	for _, name := range known.Organizations {
		words(text, name, func(from, to int) { add(Organization, from, to) })
	}
	for _, name := range known.People {
		words(text, name, func(from, to int) { add(Name, from, to) })
		for _, part := range strings.Fields(name) {
			if utf8.RuneCountInString(part) > 2 {
				words(text, part, func(from, to int) { add(Name, from, to) })
			}
		}
	}
	return told(text, all)
}

type span struct {
	kind     Kind
	from, to int // in bytes
}

// told sorts findings and leaves out those within others.
func told(text string, all []span) []Finding {
	slices.SortStableFunc(all, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	out, end, at, chars := []Finding{}, 0, 0, 0
	for _, s := range all {
		if s.from < end || len(out) == most {
			continue
		}
		end = s.to
		chars += utf8.RuneCountInString(text[at:s.from])
		at = s.from
		out = append(out, Finding{s.kind, text[s.from:s.to], chars})
	}
	return out
}

var (
	email = regexp.MustCompile(`[A-Za-z0-9._%+\-]+@[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?`)
	phone = regexp.MustCompile(`\+[0-9][0-9 ()./\-]{6,20}[0-9]`)
	word  = regexp.MustCompile(`[A-Za-z0-9+/_=\-]{24,}`)
	link  = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.\-]*://[^\s<>"')\]]+`)
	host  = regexp.MustCompile(`(?:[A-Za-z0-9_](?:[A-Za-z0-9\-_]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9\-]*[A-Za-z0-9]`)
	// numbers that may be addresses; package netip decides.
	number = regexp.MustCompile(`[0-9A-Fa-f:.]*[.:][0-9A-Fa-f:.]+(?:/[0-9]{1,3})?`)
)

// tokens are the documented forms of secrets, and what people write before them.
var tokens = []*regexp.Regexp{
	regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY-----)`),
	regexp.MustCompile(`\b(gl(?:pat|dt|rt|soat|ptt|imt|agent|ft)-[A-Za-z0-9_\-.]{10,})`),
	regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`),
	regexp.MustCompile(`\b((?:AKIA|ASIA)[A-Z0-9]{16})\b`),
	regexp.MustCompile(`\b(xox[abprs]-[A-Za-z0-9\-]{10,})`),
	regexp.MustCompile(`\b((?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{10,}|stw_[A-Za-z0-9_\-]{10,})`),
	regexp.MustCompile(`\b(eyJ[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]*)`),
	regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+([A-Za-z0-9+/_=.\-]{12,})`),
	regexp.MustCompile(`(?i)(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|license[_-]?key|activation[_ -]?code)["']?\s*[:=]\s*["']?([^\s"',;]{4,})`),
}

func onlyDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// secretive reports whether a word looks random: letters of both cases and digits, or 32 and more of
// hexadecimal. A commit has 40 of these; who shares it confirms it.
func secretive(s string) bool {
	if strings.Trim(strings.ToLower(s), "0123456789abcdef") == "" {
		return len(s) >= 32
	}
	lower, upper, digit := false, false, 0
	for _, r := range s {
		lower, upper = lower || unicode.IsLower(r), upper || unicode.IsUpper(r)
		if unicode.IsDigit(r) {
			digit++
		}
	}
	return lower && upper && digit > 1 && !strings.Contains(s, "/") || lower && upper && digit > 4
}

// addresses finds IP addresses but those that say nothing: loopback and unspecified.
func addresses(text string, add func(Kind, int, int)) {
	for _, m := range number.FindAllStringIndex(text, -1) {
		from, to := m[0], m[1]
		if from > 0 && alphanumeric(text[from-1]) || to < len(text) && alphanumeric(text[to]) {
			continue // part of a word, such as a version
		}
		one := strings.TrimRight(text[from:to], ".:")
		a, err := netip.ParseAddr(one)
		if p, perr := netip.ParsePrefix(one); perr == nil {
			a, err = p.Addr(), nil
		}
		if err != nil { // with a port behind
			ap, perr := netip.ParseAddrPort(one)
			a, err = ap.Addr(), perr
		}
		if err == nil && !a.IsLoopback() && !a.IsUnspecified() {
			add(Address, from, from+len(one))
		}
	}
}

func alphanumeric(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// files are endings of files that are top-level domains, too.
var files = []string{"rs", "py", "sh", "md", "pl", "ps", "so", "zip", "mov", "app", "cc", "java", "bat", "cat", "name", "info", "data", "id", "is", "to", "in"}

// hosts finds host names: all in addresses (https://…), the customers' own anywhere, and elsewhere those
// whose ending is a public suffix and no file's.
func hosts(text string, known Known, add func(Kind, int, int)) {
	inLinks := [][]int{}
	for _, m := range link.FindAllStringIndex(text, -1) {
		inLinks = append(inLinks, m)
		u, err := url.Parse(text[m[0]:m[1]])
		if err != nil || u.Hostname() == "" || known.allows(u.Hostname()) {
			continue
		}
		if _, err := netip.ParseAddr(u.Hostname()); err == nil || strings.EqualFold(u.Hostname(), "localhost") {
			continue // told as an address
		}
		at := m[0] + strings.Index(text[m[0]:m[1]], u.Hostname())
		add(Domain, at, at+len(u.Hostname()))
	}
	for _, m := range host.FindAllStringIndex(text, -1) {
		name := strings.ToLower(text[m[0]:m[1]])
		if slices.ContainsFunc(inLinks, func(l []int) bool { return m[0] >= l[0] && m[1] <= l[1] }) || known.allows(name) {
			continue
		}
		theirs := slices.ContainsFunc(known.Domains, func(d string) bool { return below(name, d) })
		ending := name[strings.LastIndexByte(name, '.')+1:]
		suffix, registered := publicsuffix.PublicSuffix(name)
		if theirs || registered && suffix != name && !slices.Contains(files, ending) || ending == "local" || ending == "internal" || ending == "corp" || ending == "lan" {
			add(Domain, m[0], m[1])
		}
	}
}

// below reports whether a host name is a domain or lies below it.
func below(name, domain string) bool {
	domain = strings.ToLower(domain)
	return domain != "" && (name == domain || strings.HasSuffix(name, "."+domain))
}

func (k Known) allows(name string) bool {
	return slices.ContainsFunc(k.Allowed, func(a string) bool { return strings.EqualFold(a, name) })
}

// words finds a name as whole words, whatever its case.
func words(text, name string, found func(from, to int)) {
	name = strings.Join(strings.Fields(name), `\s+`)
	if utf8.RuneCountInString(name) < 2 {
		return
	}
	parts := strings.Split(name, `\s+`)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	p, err := regexp.Compile(`(?i)` + strings.Join(parts, `\s+`))
	if err != nil {
		return
	}
	for _, m := range p.FindAllStringIndex(text, most) {
		before, _ := utf8.DecodeLastRuneInString(text[:m[0]])
		after, _ := utf8.DecodeRuneInString(text[m[1]:])
		if !letter(before) && !letter(after) {
			found(m[0], m[1])
		}
	}
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// Unconfirmed returns the findings whose words nobody confirmed.
func Unconfirmed(all []Finding, confirmed []string) (left []Finding) {
	for _, f := range all {
		if !slices.Contains(confirmed, f.Text) {
			left = append(left, f)
		}
	}
	return left
}
