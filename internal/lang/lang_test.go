package lang

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestEnglishIsTheFormatItself(t *testing.T) {
	for _, l := range []*Language{nil, English, In(context.Background())} {
		if got := l.Say("%d of %s, 100%%", 3, Term("file")); got != "3 of file, 100%" {
			t.Errorf("said %q", got)
		}
		if got := l.Word("Closed") + l.Within("The reply") + l.Within("SLA met") + l.Small("On Hold"); got != "Closed"+"the reply"+"SLA met"+"on hold" {
			t.Errorf("said %q", got)
		}
	}
}

func TestAMessageIsSaidByItsTranslation(t *testing.T) {
	de := &Language{Code: "xx", Tag: "de", decimal: ",", words: func() map[string][]node {
		out := map[string][]node{}
		for message, text := range map[string]string{
			"There is no %s %v.": "%[2]v ist kein %[1]s.", "ticket": "Ticket", "%d files": "{1, plural, =0 {keine Datei} one {# Datei} other {# Dateien}}",
			"2 January": "2. January", "January": "Januar",
		} {
			nodes, err := parse(text)
			if err != nil {
				t.Fatal(err)
			}
			out[message] = nodes
		}
		return out
	}}
	for want, got := range map[string]string{
		"7 ist kein Ticket.": de.Say("There is no %s %v.", Term("ticket"), 7),
		"keine Datei":        de.Say("%d files", 0),
		"1 Datei":            de.Say("%d files", 1),
		"12 Dateien":         de.Say("%d files", 12),
		"Not known of Ada":   de.Say("Not known of %s", "Ada"),
		"A Ticket":           de.Say("A %s", Term("ticket")), // the word is known, the sentence is not
		"5. Januar":          de.Time(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), "2 January"),
		"A 5. Januar":        de.Say("A %s", At(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), "2 January")),
		"1,5 GB":             de.Decimal("1.5 GB"),
		"Eine Antwort":       de.Within("Eine Antwort"),
	} {
		if got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}

func TestATranslationFitsItsMessage(t *testing.T) {
	for _, c := range []struct {
		message, translation string
		fits                 bool
	}{
		{"%s of %d", "%[2]d von %[1]s", true},
		{"%d files", "{1, plural, one {eine Datei} other {# Dateien}}", true},
		{"Write to <0>%s</0>.", "Schreiben Sie an <0>%s</0>.", true},
		{"%s of %d", "von %s", false},
		{"%s of %d", "%d von %s", false},
		{"%s", "%s und %s", false},
		{"Write to <0>%s</0>.", "Schreiben Sie an %s.", false},
		{"%d files", "{1, plural, one {eine Datei}}", false},
		{"Write to <0>%s</0>.", "Schreiben Sie an <0>%s.", false},
	} {
		if err := Fits(c.message, c.translation); (err == nil) != c.fits {
			t.Errorf("%q for %q: %v", c.translation, c.message, err)
		}
	}
}

func TestABrowserIsAnsweredInALanguageItAsksFor(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "de": "de", "de-AT,de;q=0.9,en;q=0.5": "de", "en-GB,en;q=0.9,de;q=0.8": "en", "fr,de;q=0.4": "de", "fr": "", "*": "", "en-XA": "en-XA", ";;;": "", strings.Repeat("de,", 2000): "",
	} {
		got := ""
		if l := Accepted(header, Languages); l != nil {
			got = l.Code
		}
		if got != want {
			t.Errorf("%.40q: %q, want %q", header, got, want)
		}
	}
	if l := Accepted("de", []*Language{English}); l != nil {
		t.Errorf("%s is not offered", l.Code)
	}
}

func TestAPageIsTranslatedBeforeItIsParsed(t *testing.T) {
	source := `<p title="Remove {{.Name}}">Write to <a href="mailto:{{.}}">{{.}}</a>.</p><label>Files <span class="quiet">Optional</span></label>
<b dir="auto">{{.Name}}{{if .You}} (you){{end}}</b><span>{{.Email}}</span>{{if .A}}<h2>Why</h2>{{end}}
<input type="{{if eq .Type "date"}}date{{else}}text{{end}}" value="{{or .Title (say "New")}}"> <i>{{.N}}</i> of <i>{{.M}}</i>`
	want := []string{"Remove %s", "Write to <0>%s</0>.", "Files <0>Optional</0>", "(you)", "Why", "of <0>%s</0>"}
	var got []string
	for _, m := range Messages(source) {
		if m != "New" {
			got = append(got, m)
		}
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("messages %q, want %q", got, want)
	}
	if English.Page(source) != source {
		t.Error("English is the source itself")
	}
	translated := Of("de").Page(source)
	for _, part := range []string{`title="{{.Name}} entfernen"`, `Schreiben Sie an <a href="mailto:{{.}}">{{.}}</a>.`, `Dateien <span class="quiet">freiwillig</span>`, `{{if .You}} (Sie){{end}}`, `<h2>Warum</h2>`} {
		if !strings.Contains(translated, part) {
			t.Errorf("%s is missing in %s", part, translated)
		}
	}
	plain := regexp.MustCompile(`\{\{.*?\}\}|<[^<>]*>`).ReplaceAllString(Of("en-XA").Page(source), "")
	if regexp.MustCompile(`[a-z]`).MatchString(plain) {
		t.Errorf("a text did not go through the catalogue: %s", plain)
	}
}
