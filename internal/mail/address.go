package mail

import (
	netmail "net/mail"
	"strings"
)

// maxAddresses bounds one address header.
const maxAddresses = 2000

// parseAddresses reads an address list. What net/mail refuses is taken apart by hand, so
// that one broken entry does not cost the others.
func parseAddresses(raw string) []Address {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil
	}
	if len(raw) > 256<<10 {
		raw = raw[:256<<10]
	}
	// Encoded words hide commas, so the list is split before they are decoded.
	if !strings.Contains(raw, "=?") && len(raw) < 32<<10 {
		if list, err := netmail.ParseAddressList(raw); err == nil {
			out := make([]Address, 0, len(list))
			for _, a := range list {
				out = append(out, Address{cleanLine(a.Name), normalEmail(a.Address)})
			}
			return out
		}
	}
	var out []Address
	for _, entry := range splitAddresses(raw) {
		if a, ok := parseAddress(entry); ok && len(out) < maxAddresses {
			out = append(out, a)
		}
	}
	return out
}

// splitAddresses cuts a list at commas and semicolons outside quotes, comments and angle
// brackets.
func splitAddresses(s string) []string {
	var out []string
	start, depth := 0, 0
	quoted, angle := false, false
	// A lone quote or bracket must not swallow the rest of the list.
	lastQuote, lastClose := strings.LastIndexByte(s, '"'), strings.LastIndexByte(s, ')')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"' && depth == 0:
			if quoted || i < lastQuote {
				quoted = !quoted
			}
		case quoted:
		case c == '(' && i < lastClose:
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth > 0:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ',' && !angle, c == ';':
			out = append(out, s[start:i])
			start, angle = i+1, false
			if len(out) > 4*maxAddresses {
				return out
			}
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// parseAddress reads one entry: "Name <a@b>", "a@b (Name)", "a@b", "mailto:a@b".
func parseAddress(s string) (Address, bool) {
	s = strings.TrimSpace(s)
	if open := strings.LastIndexByte(s, '<'); open >= 0 {
		inner := s[open+1:]
		if end := strings.IndexByte(inner, '>'); end >= 0 {
			inner = inner[:end]
		}
		email := normalEmail(inner)
		if !plausibleEmail(email) {
			return Address{}, false
		}
		return Address{displayName(s[:open]), email}, true
	}
	// The start of a group: "undisclosed-recipients:" or "Team: a@b".
	if i := strings.IndexByte(s, ':'); i >= 0 && !strings.Contains(s[:i], "@") {
		s = s[i+1:]
	}
	name := ""
	if i := strings.IndexByte(s, '('); i >= 0 {
		name = strings.TrimRight(strings.TrimSpace(s[i+1:]), ")")
		s = s[:i]
	}
	fields := strings.Fields(s)
	for i, f := range fields {
		email := normalEmail(f)
		if plausibleEmail(email) {
			if name == "" {
				name = strings.Join(fields[:i], " ")
			}
			return Address{displayName(name), email}, true
		}
	}
	return Address{}, false
}

// displayName unquotes and decodes the name part of an address.
func displayName(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if strings.Contains(s, `\`) {
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			if s[i] == '\\' && i+1 < len(s) {
				i++
			}
			b.WriteByte(s[i])
		}
		s = b.String()
	}
	// `"Name" extra <a@b>` and `=?..?= "x"` leave single quotes marks behind.
	return strings.Trim(cleanLine(decodeWords(s)), `" `)
}

// normalEmail strips what surrounds an address and lowers it. RFC 5321 lets a host
// distinguish case before the at sign; no host that people write to does.
func normalEmail(s string) string {
	s = cleanLine(decodeWords(s))
	s = strings.Trim(s, " <>,;\"'")
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	return strings.ToLower(strings.ReplaceAll(s, " ", ""))
}

// plausibleEmail accepts anything with something on both sides of an at sign.
func plausibleEmail(s string) bool {
	i := strings.LastIndexByte(s, '@')
	return i > 0 && i < len(s)-1 && len(s) <= 320 && !strings.ContainsAny(s, "<>()[]\t ,;:")
}
