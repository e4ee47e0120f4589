package mail

import (
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// guard is the second opinion on sanitised HTML. What the cleaner writes follows a narrow
// grammar; should it ever write anything else, another engine with its own allow-list
// cleans it again. (Running that engine on every mail triples the cost; tests and fuzzing
// check that it never finds anything to change.)
func guard(s string, ownImages bool) string {
	if inGrammar(s, ownImages) {
		return s
	}
	return guardPolicy.Sanitize(s)
}

// inGrammar reports whether s consists of nothing but escaped text, end tags, and start
// tags of known elements with known, quoted attributes whose addresses are harmless.
func inGrammar(s string, ownImages bool) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return strings.IndexByte(s, '>') < 0
		}
		if strings.IndexByte(s[:i], '>') >= 0 {
			return false
		}
		end := strings.IndexByte(s[i:], '>')
		if end < 0 || !tagInGrammar(s[i+1:i+end], ownImages) {
			return false
		}
		s = s[i+end+1:]
	}
}

// tagInGrammar checks what stands between the angle brackets of one tag.
func tagInGrammar(tag string, ownImages bool) bool {
	if name, ok := strings.CutPrefix(tag, "/"); ok {
		_, known := elements[name]
		return known
	}
	name, rest, _ := strings.Cut(tag, " ")
	if _, known := elements[name]; !known {
		return false
	}
	for rest != "" {
		key, after, ok := strings.Cut(rest, `="`)
		if !ok {
			return false
		}
		value, more, ok := strings.Cut(after, `"`)
		if !ok || !attributeInGrammar(name, key, value, ownImages) {
			return false
		}
		if more != "" && !strings.HasPrefix(more, " ") {
			return false
		}
		rest = strings.TrimPrefix(more, " ")
	}
	return true
}

func attributeInGrammar(name, key, value string, ownImages bool) bool {
	if strings.ContainsAny(value, "<>'") {
		return false
	}
	switch key {
	case "href":
		return name == "a" && safeLink.MatchString(value)
	case "src":
		return name == "img" && (ownImages && !strings.HasPrefix(strings.ToLower(value), "javascript") || safeImage.MatchString(value))
	case "style":
		return !strings.ContainsAny(value, `\@`) && !strings.Contains(strings.ToLower(value), "url(")
	case "data-remote-src":
		return name == "img"
	}
	return plainAttributes[key]
}

var (
	safeLink  = regexp.MustCompile(`^(?i:https?|mailto|tel):`)
	safeImage = regexp.MustCompile(`^(?i:cid:|data:image/(png|jpe?g|gif|webp);)`)
)

// plainAttributes carry neither an address nor a style.
var plainAttributes = map[string]bool{
	"class": true, "dir": true, "title": true, "lang": true, "alt": true, "align": true, "valign": true,
	"color": true, "bgcolor": true, "width": true, "height": true, "cellpadding": true, "cellspacing": true,
	"border": true, "size": true, "colspan": true, "rowspan": true, "span": true, "start": true, "value": true,
	"face": true, "type": true, "nowrap": true, "datetime": true, "rel": true, "target": true,
}

var guardPolicy = newGuardPolicy()

func newGuardPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for name := range elements {
		p.AllowNoAttrs().OnElements(name)
	}
	for name := range plainAttributes {
		p.AllowAttrs(name).Globally()
	}
	p.AllowAttrs("style").Matching(regexp.MustCompile(`^[^\\@(]*(?:(?:rgba?|hsla?)\([^\\@(]*)*$`)).Globally()
	p.AllowAttrs("data-remote-src").OnElements("img")
	p.AllowAttrs("href").Matching(safeLink).OnElements("a")
	p.AllowAttrs("src").Matching(safeImage).OnElements("img")
	return p
}
