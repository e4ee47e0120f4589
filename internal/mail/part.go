package mail

import (
	"bytes"
	"strings"
)

// part is one node of the MIME tree. body is still encoded; decode it when it is needed.
type part struct {
	header      Header
	ctype       string
	params      map[string]string
	disposition string
	filename    string // cleaned; may be empty
	contentID   string
	encoding    string
	body        []byte
	children    []*part
}

// isMultipart reports whether the part was taken apart into children.
func (p *part) isMultipart() bool { return p.children != nil }

// isText reports whether the part can be a body at all.
func (p *part) isText() bool { return p.ctype == "text/plain" || p.ctype == "text/html" }

// walker builds the MIME tree within limits.
type walker struct {
	limits   Limits
	parts    int
	problems []string
}

func (w *walker) problem(s string) { w.problems = addProblem(w.problems, s) }

// newPart reads what the header says about a part.
func newPart(h Header, body []byte, defaultType string) *part {
	p := &part{header: h, body: body, encoding: h.Get("Content-Transfer-Encoding")}
	ct := h.Get("Content-Type")
	if ct == "" {
		ct = defaultType
	}
	p.ctype, p.params = parseParams(ct)
	if !strings.Contains(p.ctype, "/") || strings.ContainsAny(p.ctype, "\"<>@,=?") {
		switch p.ctype {
		case "text", "html":
			p.ctype = "text/" + map[string]string{"text": "plain", "html": "html"}[p.ctype]
		case "attachment":
			p.ctype, p.disposition = "application/octet-stream", "attachment"
		default:
			p.ctype = defaultType
		}
	}
	dparams := map[string]string{}
	if cd := h.Get("Content-Disposition"); cd != "" {
		p.disposition, dparams = parseParams(cd)
	}
	for _, name := range []string{dparams["filename"], dparams["name"], p.params["name"], p.params["filename"], p.params["file"]} {
		if p.filename = cleanFilename(decodeWords(name)); p.filename != "" {
			break
		}
	}
	p.contentID = parseID(h.Get("Content-Id"))
	return p
}

// expand takes a multipart apart, recursively.
func (w *walker) expand(p *part, depth int) {
	if !strings.HasPrefix(p.ctype, "multipart/") {
		return
	}
	if depth >= w.limits.Depth {
		w.problem("The parts are nested deeper than the limit; the innermost are kept as one file.")
		p.ctype = "application/octet-stream"
		return
	}
	bodies, problem := w.split(p)
	if problem != "" {
		w.problem(problem)
	}
	if bodies == nil {
		// Nothing to split at: show it as what it most likely is.
		p.ctype = "text/plain"
		if looksHTML(p.body) {
			p.ctype = "text/html"
		}
		return
	}
	childType := "text/plain"
	if p.ctype == "multipart/digest" {
		childType = "message/rfc822"
	}
	p.children = make([]*part, 0, len(bodies))
	for _, raw := range bodies {
		if w.parts++; w.parts > w.limits.Parts {
			w.problem("The mail has more parts than the limit; the rest was left out.")
			return
		}
		h, body, problems := splitPartHeader(raw, w.limits)
		for _, s := range problems {
			w.problem(s)
		}
		c := newPart(h, body, childType)
		p.children = append(p.children, c)
		w.expand(c, depth+1)
	}
}

// splitPartHeader reads a part's header. A part may have none: then it begins with an
// empty line, or at once with its content.
func splitPartHeader(raw []byte, l Limits) (Header, []byte, []string) {
	line, _ := cutLine(raw, l.PartHeader)
	if _, _, ok := cutField(line); !ok && len(line) > 0 {
		return nil, raw, []string{"A part has no header."}
	}
	return splitHeader(raw, l.PartHeader, l.Fields)
}

// split cuts the body of a multipart at its boundary.
func (w *walker) split(p *part) (bodies [][]byte, problem string) {
	boundary := p.params["boundary"]
	room := w.limits.Parts - w.parts + 1
	if boundary != "" {
		bodies, closed := splitBoundary(p.body, boundary, room)
		if len(bodies) > 0 {
			if !closed {
				return bodies, "A multipart is not closed; the mail may be cut short."
			}
			return bodies, ""
		}
	}
	if guess := guessBoundary(p.body); guess != "" {
		if bodies, _ := splitBoundary(p.body, guess, room); len(bodies) > 0 {
			return bodies, "The boundary is missing or wrong; another was found in the body."
		}
	}
	return nil, "A multipart has no boundary; its content is shown as text."
}

// splitBoundary returns what stands between the boundary lines, at most max pieces, and
// whether the closing line was there. The line break before a boundary belongs to it.
func splitBoundary(body []byte, boundary string, max int) (pieces [][]byte, closed bool) {
	mark := []byte("--" + boundary)
	start := -1
	for pos := 0; pos < len(body) && len(pieces) < max; {
		i := bytes.Index(body[pos:], mark)
		if i < 0 {
			break
		}
		at := pos + i
		pos = at + len(mark)
		if at > 0 && body[at-1] != '\n' && body[at-1] != '\r' {
			continue
		}
		eol := pos
		for eol < len(body) && body[eol] != '\n' && body[eol] != '\r' && eol-pos < 1000 {
			eol++
		}
		tail := strings.TrimRight(string(body[pos:eol]), " \t")
		// "--" closes; anything else is another boundary that begins alike.
		if tail != "" && tail != "--" && !strings.HasPrefix(tail, "-- ") {
			continue
		}
		if start >= 0 {
			pieces = append(pieces, body[start:trimEOL(body, start, at)])
		}
		if tail != "" {
			return pieces, true
		}
		_, rest := cutLine(body[eol:], 4)
		start = len(body) - len(rest)
		pos = start
	}
	if start >= 0 && len(pieces) < max {
		pieces = append(pieces, body[start:])
	}
	return pieces, false
}

// trimEOL returns end without the one line break before it.
func trimEOL(b []byte, start, end int) int {
	if end > start && b[end-1] == '\n' {
		end--
		if end > start && b[end-1] == '\r' {
			end--
		}
	} else if end > start && b[end-1] == '\r' {
		end--
	}
	return end
}

// guessBoundary finds a line that begins with two hyphens and is followed by a part
// header; its text is most likely the boundary the header does not name.
func guessBoundary(body []byte) string {
	for rest := body[:min(len(body), 256<<10)]; len(rest) > 0; {
		var line []byte
		line, rest = cutLine(rest, len(rest))
		if len(line) < 3 || len(line) > 200 || line[0] != '-' || line[1] != '-' {
			continue
		}
		next, _ := cutLine(rest, 200)
		if name, _, ok := cutField(next); ok && len(name) > 8 && strings.EqualFold(string(name[:8]), "content-") {
			return strings.TrimRight(string(line[2:]), " \t")
		}
	}
	return ""
}

// looksHTML reports whether the beginning of a body is HTML.
func looksHTML(b []byte) bool {
	s := strings.ToLower(string(b[:min(len(b), 1024)]))
	return strings.Contains(s, "<html") || strings.Contains(s, "<body") || strings.Contains(s, "<!doctype html")
}
