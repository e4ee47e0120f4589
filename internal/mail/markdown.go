package mail

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	ghtml "github.com/yuin/goldmark/renderer/html"
)

// markdown is what agents write: GitHub's tables, strikethrough and bare links, and a line
// break where they press Enter, as people expect of a mail.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.GFM),
	goldmark.WithRendererOptions(ghtml.WithHardWraps()),
)

// FromMarkdown turns an agent's reply into the two bodies of a mail. HTML inside the
// Markdown is left out by goldmark; what comes is sanitised all the same. The text is made
// from the HTML, so that both say the same.
func FromMarkdown(md string) (htmlBody, text string) {
	var b bytes.Buffer
	if err := markdown.Convert([]byte(md), &b); err != nil {
		// goldmark fails only when its writer does; keep the words whatever happens.
		return "<p>" + html.EscapeString(md) + "</p>", md
	}
	htmlBody = Sanitise(b.String()).HTML
	return htmlBody, HTMLToText(htmlBody)
}

// EscapeMarkdown keeps a customer's words from becoming markup or links in our mail.
func EscapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]()<>#+-.!|~@:/", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
