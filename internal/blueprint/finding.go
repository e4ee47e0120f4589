package blueprint

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"steward/internal/lang"
)

// Severity says what a finding prevents.
type Severity string

// The severities: an error prevents applying, a warning is probably a mistake, a note is worth knowing.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Finding is one thing to know about a document, with its place.
type Finding struct {
	Severity   Severity
	Kind, Name string // of the blueprint; empty when it could not be read that far
	Path       string // file
	Line       int    // from 1; 0 when the whole file is meant
	Column     int    // from 1, in characters
	Message    string // one or two sentences: what is wrong, what would be accepted
	Suggestion string // text that could stand there instead; may be empty
	said       *saying
}

// saying is a message before it was said, so that it can be said in another language.
type saying struct {
	format string
	args   []any
}

// says gives the finding its message.
func (f Finding) says(format string, args ...any) Finding {
	f.Message, f.said = fmt.Sprintf(format, args...), &saying{format, args}
	return f
}

// In says findings in a language. What the expression compiler finds is English.
func In(l *lang.Language, findings []Finding) []Finding {
	out := make([]Finding, len(findings))
	for i, f := range findings {
		if f.said != nil {
			f.Message = l.Say(f.said.format, f.said.args...)
		}
		out[i] = f
	}
	return out
}

// String is the finding in one line: "sla.yaml:8:46: error: …".
func (f Finding) String() string {
	at := f.Path
	if f.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", f.Path, f.Line, f.Column)
	}
	return fmt.Sprintf("%s: %s: %s", at, f.Severity, f.Message)
}

// MarshalJSON writes the finding as the API shows it; what is absent is null.
func (f Finding) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Severity   Severity `json:"severity"`
		Kind       *string  `json:"kind"`
		Name       *string  `json:"name"`
		Path       *string  `json:"path"`
		Line       *int     `json:"line"`
		Column     *int     `json:"column"`
		Message    string   `json:"message"`
		Suggestion *string  `json:"suggestion"`
	}{f.Severity, present(f.Kind), present(f.Name), present(f.Path), present(f.Line), present(f.Column), f.Message, present(f.Suggestion)})
}

// present is nil for a zero value.
func present[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// HasErrors reports whether any finding is an error.
func HasErrors(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// maxFindings is how many findings of one document are told; more help nobody.
const maxFindings = 50

// capped cuts the findings of one document.
func capped(findings []Finding) []Finding {
	if len(findings) <= maxFindings {
		return findings
	}
	last := findings[maxFindings-1].says("There are %d more findings in this document.", len(findings)-maxFindings+1)
	last.Suggestion = ""
	return append(findings[:maxFindings-1:maxFindings-1], last)
}

// sortFindings puts findings in the order of files and lines.
func sortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
