package mail

import "strings"

// properties are the style properties that only change how a text looks where it stands.
// Nothing that positions, overlays, animates, or names a resource is among them.
var properties = map[string]bool{
	"background": true, "background-color": true, "border": true, "border-bottom": true, "border-collapse": true,
	"border-color": true, "border-left": true, "border-radius": true, "border-right": true, "border-spacing": true,
	"border-style": true, "border-top": true, "border-width": true,
	"border-bottom-color": true, "border-bottom-style": true, "border-bottom-width": true,
	"border-left-color": true, "border-left-style": true, "border-left-width": true,
	"border-right-color": true, "border-right-style": true, "border-right-width": true,
	"border-top-color": true, "border-top-style": true, "border-top-width": true,
	"clear": true, "color": true, "direction": true, "display": true, "float": true,
	"font": true, "font-family": true, "font-size": true, "font-style": true, "font-variant": true, "font-weight": true,
	"height": true, "letter-spacing": true, "line-height": true, "list-style-type": true,
	"margin": true, "margin-bottom": true, "margin-left": true, "margin-right": true, "margin-top": true,
	"max-height": true, "max-width": true, "min-height": true, "min-width": true,
	"mso-hide": true, "overflow-wrap": true, "padding": true, "padding-bottom": true, "padding-left": true,
	"padding-right": true, "padding-top": true, "table-layout": true, "text-align": true, "text-decoration": true,
	"text-indent": true, "text-transform": true, "vertical-align": true, "white-space": true, "width": true,
	"word-break": true, "word-spacing": true, "word-wrap": true,
}

// functions are the only ones a value may call.
var functions = []string{"rgb(", "rgba(", "hsl(", "hsla("}

// cleanStyle keeps the declarations of a style attribute that are harmless, in one fixed
// spelling.
func cleanStyle(v string) string {
	// A comment or an escape has no place in mail except to hide something.
	if len(v) > 16<<10 || strings.ContainsAny(v, "\\<>{}@") || strings.Contains(v, "/*") {
		return ""
	}
	var b strings.Builder
	for v != "" {
		var decl string
		decl, v = cutDeclaration(v)
		name, value, ok := strings.Cut(decl, ":")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.Join(strings.Fields(value), " ")
		if !properties[name] || !safeValue(name, value) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(name)
		b.WriteString(": ")
		b.WriteString(value)
	}
	return b.String()
}

// cutDeclaration cuts at the first semicolon outside quotes and brackets.
func cutDeclaration(v string) (decl, rest string) {
	var quote byte
	depth := 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ';' && depth <= 0:
			return v[:i], v[i+1:]
		}
	}
	return v, ""
}

// safeValue accepts words, numbers, colours and quoted font names.
func safeValue(name, v string) bool {
	low := strings.ToLower(v)
	if v == "" || len(v) > 300 || strings.Contains(low, "expression") || strings.Contains(low, "script") {
		return false
	}
	for _, r := range low {
		letter := r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 0x7f && name == "font-family"
		if !letter && !strings.ContainsRune(" #%,.'\"!+-/()_", r) {
			return false
		}
	}
	if strings.Count(v, "'")%2 != 0 || strings.Count(v, `"`)%2 != 0 {
		return false
	}
	rest := low
	for {
		i := strings.IndexByte(rest, '(')
		if i < 0 {
			break
		}
		known := false
		for _, f := range functions {
			if strings.HasSuffix(rest[:i+1], f) && (i+1 == len(f) || rest[i-len(f)] == ' ' || rest[i-len(f)] == ',') {
				known = true
			}
		}
		if !known {
			return false
		}
		rest = rest[i+1:]
	}
	// A negative margin or indent moves a text over something else or out of sight.
	if strings.HasPrefix(name, "margin") || name == "text-indent" || strings.HasSuffix(name, "spacing") {
		if strings.HasPrefix(low, "-") || strings.Contains(low, " -") {
			return false
		}
	}
	return true
}
