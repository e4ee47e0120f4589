package mail

import "strings"

// parseIDs reads the message ids of a References, In-Reply-To or Message-ID field, without
// their angle brackets. Without any bracket, words are taken as they stand.
func parseIDs(raw string, max int) []string {
	raw = cleanLine(raw)
	var ids []string
	for rest := raw; len(ids) < max; {
		open := strings.IndexByte(rest, '<')
		if open < 0 {
			break
		}
		rest = rest[open+1:]
		end := strings.IndexAny(rest, "<>")
		if end < 0 {
			end = len(rest)
		}
		if id := cleanID(rest[:end]); id != "" {
			ids = append(ids, id)
		}
		rest = rest[end:]
		rest = strings.TrimPrefix(rest, ">")
	}
	if len(ids) > 0 {
		return ids
	}
	for _, w := range strings.FieldsFunc(raw, func(r rune) bool { return r == ' ' || r == ',' }) {
		if id := cleanID(w); id != "" && strings.Contains(id, "@") && len(ids) < max {
			ids = append(ids, id)
		}
	}
	return ids
}

// cleanID removes white space (folding puts it inside long ids) and bounds the length.
func cleanID(s string) string {
	s = strings.Trim(strings.Join(strings.Fields(s), ""), `<>"`)
	if len(s) > 996 {
		return ""
	}
	return s
}

// parseID reads the one id of a field; a Message-ID without an at sign is still an id.
func parseID(raw string) string {
	if ids := parseIDs(raw, 1); len(ids) > 0 {
		return ids[0]
	}
	if f := strings.Fields(cleanLine(raw)); len(f) == 1 {
		return cleanID(f[0])
	}
	return ""
}
