package blueprint

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// marks begin a line of a rendered plan.
var marks = map[Action]string{Add: "+", Change: "~", Remove: "-", Drift: "!"}

// Render writes a plan for a terminal: what is added (+), changed (~), removed (-) and drifted (!)
// with its fields, then the findings, then the counts. Unchanged blueprints are only counted.
func Render(w io.Writer, p Plan) error {
	out := bufio.NewWriter(w)
	for _, c := range p.Changes {
		if mark := marks[c.Action]; mark != "" {
			fmt.Fprintf(out, "%s %s  %s%s\n", mark, c.key(), c.Title, versions(c))
			renderFields(out, c)
		}
	}
	if p.Changed() {
		fmt.Fprintln(out)
	}
	for _, f := range p.Findings {
		fmt.Fprintln(out, f)
	}
	if len(p.Findings) > 0 {
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%d added, %d changed, %d removed, %d unchanged, %d drifted\n",
		p.Counts.Added, p.Counts.Changed, p.Counts.Removed, p.Counts.Unchanged, p.Counts.Drifted)
	for _, r := range p.Requirements {
		fmt.Fprintf(out, "Needs %s (policy %s, %s) for %s\n", r.Words(), r.Policy, r.Criticality, strings.Join(r.Covers, ", "))
	}
	return out.Flush()
}

func versions(c BlueprintChange) string {
	if c.VersionFrom == nil || c.VersionTo == nil {
		return ""
	}
	return fmt.Sprintf(", version %d to %d", *c.VersionFrom, *c.VersionTo)
}

func renderFields(out io.Writer, c BlueprintChange) {
	if c.Action == Drift {
		fmt.Fprintln(out, "    edited on the screen since it was last applied; applying overwrites that")
	}
	for _, u := range c.UsedBy {
		fmt.Fprintf(out, "    retired, not deleted: %s\n", u.Words())
	}
	if len(c.Fields) == 0 && (c.Action == Change || c.Action == Drift) {
		fmt.Fprintln(out, "    only comments or layout")
	}
	for _, f := range c.Fields {
		switch {
		case f.Old == nil:
			fmt.Fprintf(out, "    + %s: %s\n", f.Path, inLine(f.New))
		case f.New == nil:
			fmt.Fprintf(out, "    - %s: %s\n", f.Path, inLine(f.Old))
		default:
			fmt.Fprintf(out, "    ~ %s: %s → %s\n", f.Path, inLine(f.Old), inLine(f.New))
		}
	}
}

// inLine writes a value in one line: a text of one line as it is, anything else as JSON.
func inLine(v any) string {
	const most = 120
	if s, ok := v.(string); ok && s != "" && !strings.ContainsAny(s, "\n\r\t") {
		return cut(s, most)
	}
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return cut(strings.TrimSuffix(text.String(), "\n"), most)
}
