package lang

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Term is a word of ours among the values of a message, which is said in its language too.
type Term string

// Speaker is a value that says itself in a language.
type Speaker interface{ Speak(l *Language) string }

var letters = regexp.MustCompile(`\p{L}+`)

// Say says a message with its values: fmt.Sprintf in English, and what the catalogue has instead in another language.
func (l *Language) Say(format string, args ...any) string {
	if l == nil || l == English {
		return fmt.Sprintf(format, args...)
	}
	nodes := l.message(format)
	if nodes == nil { // English, but the terms among its values may be translated
		nodes = read(format)
	}
	if nodes == nil {
		return fmt.Sprintf(format, args...)
	}
	var b strings.Builder
	l.write(&b, nodes, args, "")
	return b.String()
}

// Word says a text without values.
func (l *Language) Word(text string) string {
	if l == nil || l == English || text == "" {
		return text
	}
	if l.change != nil {
		return l.change(text)
	}
	if nodes, ok := l.words()[text]; ok {
		var b strings.Builder
		l.write(&b, nodes, nil, "")
		return b.String()
	}
	return text
}

// Count says a number of things: one, or with the format of several.
func (l *Language) Count(n int, one, several string) string {
	if n == 1 {
		return l.Word(one)
	}
	return l.Say(several, n)
}

// Has reports whether a text or format is said in the language.
func (l *Language) Has(text string) bool {
	return l != nil && l != English && (l.change != nil || l.words()[text] != nil)
}

// Within is a sentence as it stands within another: English begins it small, German leaves it as it is.
func (l *Language) Within(text string) string {
	first, n := utf8.DecodeRuneInString(text)
	if next, _ := utf8.DecodeRuneInString(text[n:]); unicode.IsUpper(next) || l != nil && l.words != nil {
		return text // an abbreviation
	}
	return string(unicode.ToLower(first)) + text[n:]
}

// Named is the message of a key of configuration, a field's or a value's. English makes words of the key itself.
func Named(sort, key string) string { return sort + " " + key }

// Called is what the language calls a key of configuration; "" when it has no word for it.
func (l *Language) Called(sort, key string) string {
	if m := Named(sort, key); l.Has(m) && !l.Trial {
		return l.Word(m)
	}
	return ""
}

// message is what the language says for a format; nil when it says nothing.
func (l *Language) message(format string) []node {
	if l.words != nil {
		return l.words()[format]
	}
	if nodes := read(format); nodes != nil {
		return changed(nodes, l.change)
	}
	return nil
}

// changed are pieces of a message with other words.
func changed(nodes []node, change func(string) string) []node {
	out := make([]node, len(nodes))
	for i, n := range nodes {
		if n.kind == words {
			n.text = change(n.text)
		}
		out[i] = n
		out[i].inside = changed(n.inside, change)
	}
	return out
}

func (l *Language) write(b *strings.Builder, nodes []node, args []any, count string) {
	for _, n := range nodes {
		switch n.kind {
		case words:
			b.WriteString(n.text)
		case counted:
			b.WriteString(count)
		case value:
			if n.at <= len(args) {
				fmt.Fprintf(b, n.text, l.said(args[n.at-1]))
			}
		case choice:
			if n.at <= len(args) {
				number := fmt.Sprint(args[n.at-1])
				l.write(b, n.of[l.Plural(number, n.of)], args, number)
			}
		case element:
			l.write(b, n.inside, args, count)
		}
	}
}

// said is a value in the language.
func (l *Language) said(v any) any {
	switch v := v.(type) {
	case Term:
		return l.Word(string(v))
	case Speaker:
		return v.Speak(l)
	}
	return v
}

// Plural is the form of a number that a message has words for: "=1", "one", "other".
func (l *Language) Plural(number string, of map[string][]node) string {
	if of["="+number] != nil {
		return "=" + number
	}
	forms := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}
	digits := 0
	if _, err := fmt.Sscan(number, &digits); err != nil {
		return "other"
	}
	if form := forms[plural.Cardinal.MatchPlural(language.Make(l.Tag), max(digits, -digits), 0, 0, 0, 0)]; of[form] != nil {
		return form
	}
	return "other"
}

// Small is a word as it stands within a sentence, without capitals where the language needs none.
func (l *Language) Small(text string) string {
	if l != nil && l.words != nil {
		return text
	}
	return strings.ToLower(text)
}
