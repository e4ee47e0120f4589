package blueprint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Reference describes every kind and every subject of conditions in Markdown, from the
// structs that decode them. docs/configuration.md is its output.
func (r *Registry) Reference() string {
	var b strings.Builder
	b.WriteString("# Configuration\n\nA folder of YAML files, several documents to a file if wished. Every document has `kind`, `name` (letters, digits and hyphens)\n" +
		"and `title`, and may have `description`, and `was` when it is renamed. `steward plan DIR` says what applying the folder would\n" +
		"change, `steward apply DIR` applies it whole or not at all, `steward rollback NUMBER` undoes a change, `steward export DIR` writes\n" +
		"what is in force, and `steward schema KIND` prints a JSON Schema for editors.\n")
	for _, name := range r.names() {
		k := r.kinds[name]
		fmt.Fprintf(&b, "\n## %s\n\n%s. %s\n\n| field | value | meaning |\n| --- | --- | --- |\n", name, k.Title, k.Summary)
		rows(&b, "", k.shape, 0)
		fmt.Fprintf(&b, "\n```yaml\n%s```\n", k.Example)
	}
	b.WriteString("\n## Conditions\n\nConditions are CEL expressions. A comparison whose value is missing is false, before any `!`.\n")
	for _, subject := range slices.Sorted(maps.Keys(r.subjects)) {
		article := "a"
		if strings.ContainsRune("aeiou", rune(subject[0])) {
			article = "an"
		}
		fmt.Fprintf(&b, "\nAbout %s %s:\n\n| field | type | meaning |\n| --- | --- | --- |\n", article, subject)
		for _, f := range r.subjects[subject].Fields() {
			kind := f.Type.String()
			if values := f.Type.Values(); len(values) > 0 {
				kind = strings.Join(values, ", ")
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Path, kind, f.Doc)
		}
	}
	return b.String()
}

// maxNesting keeps a shape that refers to itself from being written for ever.
const maxNesting = 4

func rows(b *strings.Builder, prefix string, s *shape, depth int) {
	if depth > maxNesting {
		return
	}
	for _, f := range s.fields {
		name := prefix + f.name
		must := ""
		if f.required {
			must = " **Required.**"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s%s |\n", name, f.value(), f.doc, must)
		switch inner := f.shape; {
		case inner.form == formObject:
			rows(b, name+".", inner, depth+1)
		case inner.form == formList && inner.elem.form == formObject:
			rows(b, name+"[].", inner.elem, depth+1)
		}
	}
}

// value says in a few words what a field takes.
func (f *field) value() string {
	at := f.shape
	list := ""
	for at.form == formList {
		list, at = "list of ", at.elem
	}
	word := map[form]string{formText: "text", formBool: "true or false", formInt: "whole number", formNumber: "number", formMap: "map", formObject: "object", formAny: "any value"}[at.form]
	subject, _, cel := celFormat(f.format)
	switch {
	case len(f.enum) > 0:
		word = strings.Join(f.enum, ", ")
	case f.ref != "":
		word = "name of a " + f.ref
	case at.form == formTextual:
		word = at.desc.Accepted
	case cel:
		word = "condition about a " + subject
	case f.format != "":
		word = formats[f.format].accepted
	}
	if f.min != "" || f.max != "" {
		word += strings.TrimRight(fmt.Sprintf(", %s to %s", f.min, f.max), " ")
	}
	return list + word
}
