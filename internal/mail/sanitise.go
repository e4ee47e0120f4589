package mail

import (
	"html"
	"strings"

	nethtml "golang.org/x/net/html"
)

// Clean is HTML that is safe to show, and what had to go for it.
type Clean struct {
	HTML         string
	RemoteImages int // images that would have been fetched from elsewhere
}

// SanitiseOptions change what Sanitise does with images.
type SanitiseOptions struct {
	// KeepRemote keeps the address of a remote image in data-remote-src, which loads
	// nothing, so that a reader can ask for it.
	KeepRemote bool
	// CID gives the address to show for a Content-ID; false removes the image's source.
	// Without it cid: addresses stay as they are; no browser loads them.
	CID func(id string) (url string, ok bool)
}

// maxNesting is the depth at which further tags are dropped and their content kept.
const maxNesting = 200

// Sanitise makes HTML safe to show: nothing in it runs, submits, or loads from elsewhere.
// Sanitising twice gives the same as once.
//
// The output is generated, never copied: it consists of elements from a short list, with
// attributes rebuilt from checked values, and of escaped text, and every element opened is
// closed. None of the elements on the list switches a browser's parser into another mode,
// so a browser can read nothing else into the output than stands there, however odd the
// input was. A second, independent policy (guard) then has to agree.
func Sanitise(s string) Clean { return SanitiseWith(s, SanitiseOptions{}) }

// SanitiseWith is Sanitise with a say about images.
func SanitiseWith(s string, o SanitiseOptions) Clean {
	c := cleaner{options: o}
	c.out.Grow(len(s))
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	c.run(nethtml.NewTokenizer(strings.NewReader(s)))
	return Clean{HTML: guard(c.out.String(), o.CID != nil), RemoteImages: c.remote}
}

// cleaner writes the safe form of a token stream.
type cleaner struct {
	options SanitiseOptions
	out     strings.Builder
	open    []string       // elements opened and not yet closed
	skipped map[string]int // start tags dropped for depth, so that their end tags go too
	remote  int
	hush    string // inside an element whose text is not shown
}

func (c *cleaner) run(z *nethtml.Tokenizer) {
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			c.closeTo(0)
			return
		case nethtml.TextToken:
			c.text(string(z.Text()))
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			name, more := z.TagName()
			c.start(string(name), z, more)
		case nethtml.EndTagToken:
			name, _ := z.TagName()
			c.end(string(name))
		}
	}
}

func (c *cleaner) text(s string) {
	if c.hush != "" {
		return
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	c.out.WriteString(html.EscapeString(s))
}

func (c *cleaner) start(name string, z *nethtml.Tokenizer, more bool) {
	c.hush = ""
	if hushed[name] {
		c.hush = name
		return
	}
	if name == "noscript" {
		z.NextIsNotRawText() // mail is read without script: its content counts
		return
	}
	if name == "image" {
		name = "img"
	}
	kind, ok := elements[name]
	if !ok {
		return
	}
	if kind&tablePart != 0 && !c.isOpen("table") {
		return
	}
	if kind&void == 0 && len(c.open) >= maxNesting {
		if c.skipped == nil {
			c.skipped = map[string]int{}
		}
		c.skipped[name]++
		return
	}
	c.implyEnds(name, kind)
	c.out.WriteByte('<')
	c.out.WriteString(name)
	c.attributes(name, z, more)
	c.out.WriteByte('>')
	if kind&void == 0 {
		c.open = append(c.open, name)
	}
}

func (c *cleaner) end(name string) {
	c.hush = ""
	if name == "br" { // browsers read </br> as <br>
		c.out.WriteString("<br>")
		return
	}
	kind, ok := elements[name]
	if !ok || kind&void != 0 {
		return
	}
	if c.skipped[name] > 0 {
		c.skipped[name]--
		return
	}
	for i := len(c.open) - 1; i >= 0; i-- {
		if c.open[i] == name {
			c.closeTo(i)
			return
		}
		// An end tag inside a cell does not close what stands outside its table.
		if kind&tablePart == 0 && name != "table" && scope[c.open[i]] {
			return
		}
	}
}

// implyEnds closes what the start of name ends without saying so.
func (c *cleaner) implyEnds(name string, kind elementKind) {
	if kind&endsP != 0 {
		c.closeNearest(scope, "p")
	}
	switch name {
	case "li":
		c.closeNearest(lists, "li")
	case "dt", "dd":
		c.closeNearest(lists, "dt", "dd")
	case "a":
		c.closeNearest(scope, "a")
	case "td", "th":
		c.closeNearest(tables, "td", "th", "caption", "colgroup")
	case "tr":
		c.closeNearest(tables, "tr", "caption", "colgroup")
	case "thead", "tbody", "tfoot", "caption", "colgroup":
		c.closeNearest(tables, "thead", "tbody", "tfoot", "tr", "caption", "colgroup")
	}
}

// closeNearest closes the outermost open element of these names above the nearest stop.
func (c *cleaner) closeNearest(stop map[string]bool, names ...string) {
	found := -1
	for i := len(c.open) - 1; i >= 0 && !stop[c.open[i]]; i-- {
		for _, n := range names {
			if c.open[i] == n {
				found = i
			}
		}
	}
	if found >= 0 {
		c.closeTo(found)
	}
}

// closeTo closes open elements until depth are left.
func (c *cleaner) closeTo(depth int) {
	for i := len(c.open) - 1; i >= depth; i-- {
		c.out.WriteString("</")
		c.out.WriteString(c.open[i])
		c.out.WriteByte('>')
	}
	c.open = c.open[:depth]
}

func (c *cleaner) isOpen(name string) bool {
	for _, n := range c.open {
		if n == name {
			return true
		}
	}
	return false
}
