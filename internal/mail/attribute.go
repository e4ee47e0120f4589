package mail

import (
	"html"
	"strings"

	nethtml "golang.org/x/net/html"
)

// attributes writes the attributes of a start tag that may stay. Of two with one name
// the first counts, as in a browser.
func (c *cleaner) attributes(name string, z *nethtml.Tokenizer, more bool) {
	var seen [16]string
	n := 0
	linked := false
next:
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		key := string(k)
		for _, s := range seen[:n] {
			if s == key {
				continue next
			}
		}
		if n < len(seen) {
			seen[n] = key
			n++
		}
		if name == "img" && (key == "src" || key == "data-remote-src") {
			c.imageSource(key, string(v))
			continue
		}
		value, ok := c.attribute(name, key, string(v))
		if !ok {
			continue
		}
		c.write(key, value)
		linked = linked || key == "href"
	}
	if linked {
		c.write("rel", "noopener noreferrer nofollow")
		c.write("target", "_blank")
	}
}

func (c *cleaner) write(key, value string) {
	c.out.WriteByte(' ')
	c.out.WriteString(key)
	c.out.WriteString(`="`)
	c.out.WriteString(html.EscapeString(value))
	c.out.WriteByte('"')
}

// attribute returns the safe value of an attribute; ok is false when it must go.
func (c *cleaner) attribute(name, key, v string) (value string, ok bool) {
	switch key {
	case "style":
		v = cleanStyle(v)
		return v, v != ""
	case "href":
		if name != "a" {
			return "", false
		}
		return linkURL(v)
	case "class":
		v = cleanClass(v)
		return v, v != ""
	case "dir":
		return oneOf(v, "ltr", "rtl", "auto")
	case "title", "alt", "lang":
		v = strings.Join(strings.Fields(v), " ")
		return v, (key != "alt" || name == "img") && len(v) < 2000
	case "align", "valign":
		return oneOf(v, "left", "right", "center", "justify", "top", "middle", "bottom", "baseline")
	case "color", "bgcolor":
		return matching(v, isColour)
	case "width", "height", "cellpadding", "cellspacing", "border", "size", "colspan", "rowspan", "span", "start", "value":
		if !sized(name, key) {
			return "", false
		}
		return matching(v, isSize)
	case "face":
		if name != "font" {
			return "", false
		}
		return matching(v, isFontList)
	case "type":
		switch name {
		case "blockquote":
			return oneOf(v, "cite")
		case "ol", "ul", "li":
			return oneOf(v, "1", "a", "A", "i", "I", "disc", "circle", "square")
		}
	case "nowrap":
		return "nowrap", name == "td" || name == "th"
	case "datetime":
		return matching(v, isColour)
	}
	return "", false
}

// sized reports whether a number of that meaning belongs to that element.
func sized(name, key string) bool {
	switch key {
	case "start":
		return name == "ol"
	case "value":
		return name == "li"
	case "size":
		return name == "font" || name == "hr"
	case "colspan", "rowspan":
		return name == "td" || name == "th"
	case "span":
		return name == "col" || name == "colgroup"
	}
	switch name {
	case "img", "table", "td", "th", "tr", "col", "colgroup", "hr":
		return true
	}
	return false
}

// imageSource writes the source of an image: an embedded or attached one, or, when asked
// for, the address of a remote one where nothing loads it.
func (c *cleaner) imageSource(key, v string) {
	u := cleanURL(v)
	switch scheme := urlScheme(u); {
	case scheme == "cid" && key == "src":
		if c.options.CID == nil {
			c.write("src", u)
		} else if to, ok := c.options.CID(unescapePath(u[len("cid:"):])); ok {
			c.write("src", to)
		}
	case scheme == "data" && key == "src":
		if isRasterData(u) {
			c.write("src", u)
		}
	case scheme == "http", scheme == "https", strings.HasPrefix(u, "//"), strings.HasPrefix(u, `\\`), strings.HasPrefix(u, `/\`):
		c.remote++
		if c.options.KeepRemote && scheme != "" {
			c.write("data-remote-src", u)
		}
	}
}

func oneOf(v string, allowed ...string) (string, bool) {
	v = strings.TrimSpace(v)
	for _, a := range allowed {
		if v == a {
			return a, true
		}
	}
	for _, a := range allowed {
		if strings.EqualFold(v, a) {
			return a, true
		}
	}
	return "", false
}

func matching(v string, ok func(string) bool) (string, bool) {
	v = strings.TrimSpace(v)
	return v, v != "" && ok(v)
}

// isSize accepts a number of at most five digits, with or without a unit.
func isSize(v string) bool {
	v = strings.TrimPrefix(strings.TrimPrefix(v, "+"), "-")
	digits := 0
	for digits < len(v) && (v[digits] >= '0' && v[digits] <= '9' || v[digits] == '.') {
		digits++
	}
	return digits > 0 && digits <= 5 && (v[digits:] == "" || v[digits:] == "%" || strings.EqualFold(v[digits:], "px"))
}

// isColour accepts the letters a colour (or a date) is written with.
func isColour(v string) bool {
	return len(v) <= 40 && only(v, "#(),.%-+: ")
}

func isFontList(v string) bool { return len(v) <= 200 && only(v, " ,-_'\"") }

// only reports whether v consists of letters, digits and the given characters.
func only(v, extra string) bool {
	for _, r := range v {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(extra, r)) {
			return false
		}
	}
	return true
}

func cleanClass(v string) string {
	var kept []string
	for _, c := range strings.Fields(v) {
		if keptClasses[c] && len(kept) < 4 {
			kept = append(kept, c)
		}
	}
	return strings.Join(kept, " ")
}
