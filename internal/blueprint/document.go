package blueprint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Limits of what is read at once.
const (
	MaxFile      = 1 << 20 // bytes of a file
	MaxDocuments = 10_000  // of all files together
)

// Document is one blueprint as its author wrote it.
type Document struct {
	Path        string // file it came from
	Line        int    // of the file, from 1, that Text begins on
	Kind        string
	Name        string
	Title       string
	Description string // Markdown; may be empty
	Was         string // the name it had before, so that a renamed blueprint keeps its history
	Text        string // verbatim, with comments
	Digest      string // of Text
	Removed     bool   // it takes a blueprint out of use and has no text
	root        *node
}

// header are the fields every document has, whatever its kind.
var header = []string{"kind", "name", "title", "description", "was"}

// nameText is what kinds and names look like.
var nameText = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// kindText is what names of kinds look like: those of two words have an underscore.
var kindText = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

const acceptedName = "1 to 64 of the characters a to z, 0 to 9 and -"

// Digest identifies a text: its SHA-256 in hexadecimal.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// ParseFile reads the documents of one file. A document that cannot be read, or has no proper kind
// and name, is left out and found; everything else about it shows when it is compiled.
func ParseFile(path, text string) ([]Document, []Finding) { return parseFile(path, text, 1) }

// parseFile is ParseFile of a text that begins on line first of its file.
func parseFile(path, text string, first int) ([]Document, []Finding) {
	p := &fileParser{path: path}
	text = strings.TrimPrefix(text, "\ufeff")
	if len(text) > MaxFile {
		p.report(Finding{Message: fmt.Sprintf("A file has at most %d bytes; this one has %d.", MaxFile, len(text))})
		return nil, p.findings
	}
	if at := invalidByte(text); at >= 0 {
		line := strings.Count(text[:at], "\n") + 1
		p.report(Finding{Line: line, Column: utf8.RuneCountInString(text[strings.LastIndexByte(text[:at], '\n')+1:at]) + 1,
			Message: "The file holds a byte that is not UTF-8 text."})
		return nil, p.findings
	}
	for _, c := range split(text) {
		c.line += first - 1
		if len(p.docs) >= MaxDocuments {
			p.report(Finding{Line: c.line, Column: 1, Message: fmt.Sprintf("There are more than %d documents.", MaxDocuments)})
			break
		}
		p.document(c)
	}
	return p.docs, p.findings
}

// invalidByte is the index of the first byte that is no text, -1 when there is none.
func invalidByte(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return i
		}
	}
	return -1
}

type fileParser struct {
	path     string
	docs     []Document
	findings []Finding
}

// report adds an error about the file.
func (p *fileParser) report(f Finding) {
	f.Severity, f.Path = Error, p.path
	p.findings = append(p.findings, f)
}

func (p *fileParser) document(c chunk) {
	root, doubles, err := parseYAML(unmarked(c.text), c.line)
	if err != nil {
		p.report(Finding{Line: err.line, Column: err.column, Message: err.message})
		return
	}
	if root == nil {
		return
	}
	if root.kind != mapping {
		p.report(Finding{Line: root.line, Column: root.column, Message: fmt.Sprintf("A blueprint is an object with kind, name and title, not %s.", root.what())})
		return
	}
	d := Document{Path: p.path, Line: c.line, Text: c.text, Digest: Digest(c.text), root: root}
	for _, f := range []struct {
		key      string
		to       *string
		required bool
		name     bool
	}{{"kind", &d.Kind, true, true}, {"name", &d.Name, true, true}, {"title", &d.Title, true, false}, {"description", &d.Description, false, false}, {"was", &d.Was, false, true}} {
		p.header(&d, f.key, f.to, f.required, f.name)
	}
	var twice []Finding
	for _, double := range doubles {
		twice = append(twice, Finding{Kind: d.Kind, Name: d.Name, Line: double.line, Column: double.column, Message: double.message})
	}
	for _, f := range capped(twice) {
		p.report(f)
	}
	if d.Kind != "" && d.Name != "" {
		p.docs = append(p.docs, d)
	}
}

// header reads one of the fields that every document has.
func (p *fileParser) header(d *Document, name string, to *string, required, isName bool) {
	v := d.root.get(name)
	f := Finding{Kind: d.Kind, Name: d.Name, Line: d.root.line, Column: d.root.column}
	if v != nil {
		f.Line, f.Column = v.line, v.column
	}
	switch {
	case v == nil && !required || v != nil && v.kind == null && !required:
		return
	case v == nil:
		f.Message = fmt.Sprintf("The document has no %s.", name)
	case v.kind != scalar || strings.TrimSpace(v.text) == "":
		f.Message = fmt.Sprintf("%s must be a text, not %s.", name, v.what())
	case isName && !nameText.MatchString(v.text) && (name != "kind" || !kindText.MatchString(v.text)):
		f.Message = fmt.Sprintf("%q cannot be a %s. Accepted: %s.", cut(v.text, shown), name, acceptedName)
		f.Suggestion = nameFrom(v.text)
	default:
		*to = v.text
		return
	}
	p.report(f)
}

// nameFrom makes a name of a text: "Premium support" becomes premium-support.
func nameFrom(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s)
	return strings.Trim(s[:min(len(s), 64)], "-")
}
