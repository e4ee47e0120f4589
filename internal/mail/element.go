package mail

// elementKind is a set of traits of an element that may stay.
type elementKind uint8

const (
	inline    elementKind = 0
	void      elementKind = 1 << iota // has no content and no end tag
	endsP                             // its start tag closes an open paragraph
	tablePart                         // means something only inside a table
)

// elements is the list of what may stay. Everything else loses its tags and keeps its
// text, except what is hushed.
//
// Nothing may be added that makes a browser's parser treat its content in another way:
// no script, style, textarea, title, iframe, noscript, xmp, plaintext, template, select,
// svg or math.
var elements = map[string]elementKind{
	"a": inline, "abbr": inline, "acronym": inline, "b": inline, "bdi": inline, "bdo": inline,
	"big": inline, "cite": inline, "code": inline, "del": inline, "dfn": inline, "em": inline,
	"font": inline, "i": inline, "ins": inline, "kbd": inline, "mark": inline, "q": inline,
	"rp": inline, "rt": inline, "ruby": inline, "s": inline, "samp": inline, "small": inline,
	"span": inline, "strike": inline, "strong": inline, "sub": inline, "sup": inline,
	"time": inline, "tt": inline, "u": inline, "var": inline,

	"br": void, "hr": void | endsP, "img": void, "wbr": void, "col": void | tablePart,

	"address": endsP, "article": endsP, "aside": endsP, "blockquote": endsP, "center": endsP,
	"dd": endsP, "div": endsP, "dl": endsP, "dt": endsP, "figcaption": endsP, "figure": endsP,
	"footer": endsP, "h1": endsP, "h2": endsP, "h3": endsP, "h4": endsP, "h5": endsP, "h6": endsP,
	"header": endsP, "li": endsP, "main": endsP, "ol": endsP, "p": endsP, "pre": endsP,
	"section": endsP, "table": endsP, "ul": endsP,

	"caption": tablePart, "colgroup": tablePart, "tbody": tablePart, "td": tablePart,
	"tfoot": tablePart, "th": tablePart, "thead": tablePart, "tr": tablePart,
}

// hushed elements lose their text too: it is not meant for reading. The tokenizer gives
// the text of each of them as one token.
var hushed = map[string]bool{
	"script": true, "style": true, "title": true, "iframe": true, "noembed": true, "noframes": true,
}

// scope are the elements that an implied end does not reach beyond.
var scope = map[string]bool{"table": true, "td": true, "th": true, "caption": true}

// tables bounds implied ends of cells and rows.
var tables = map[string]bool{"table": true}

// lists bounds implied ends of list items.
var lists = map[string]bool{"ul": true, "ol": true, "dl": true, "table": true, "td": true, "th": true, "caption": true, "blockquote": true, "div": true}

// keptClasses are how mail programs mark quoted history and signatures; other classes
// could borrow the looks of the page around the mail.
var keptClasses = map[string]bool{
	"gmail_quote": true, "gmail_quote_container": true, "gmail_attr": true, "gmail_extra": true,
	"gmail_signature": true, "moz-cite-prefix": true, "moz-signature": true, "yahoo_quoted": true,
	"protonmail_quote": true, "zmail_extra": true,
}
