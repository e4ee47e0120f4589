package lang

import (
	"context"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Language is one that the server can speak. A nil one is English.
type Language struct {
	Code    string    // what is kept as a choice: "de"
	Name    string    // in its own words
	Tag     string    // of a page's lang: "de"
	Dir     string    // ltr or rtl
	Trial   bool      // made from English, for those who build or show Steward
	decimal string    // the sign before a fraction
	units   [3]string // of an hour, a minute and a second, short
	words   func() map[string][]node
	change  func(string) string // of a trial: what its words look like
}

// English is what the sources say.
var English = &Language{Code: "en", Name: "English", Tag: "en", Dir: "ltr", decimal: ".", units: shortUnits}

var shortUnits = [3]string{"h", "min", "s"}

// Languages are those that people can choose, English first.
var Languages = []*Language{English,
	{Code: "de", Name: "Deutsch", Tag: "de", Dir: "ltr", decimal: ",", units: [3]string{"Std.", "Min.", "Sek."}, words: catalogue("de")},
	{Code: "en-XA", Name: "Longer, accented", Tag: "en", Dir: "ltr", Trial: true, decimal: ".", units: shortUnits, change: accented},
	{Code: "en-XB", Name: "Right to left", Tag: "en", Dir: "rtl", Trial: true, decimal: ".", units: shortUnits, change: mirrored},
}

// Of is the language of a choice; nil for none and for one that is not spoken.
func Of(code string) *Language {
	for _, l := range Languages {
		if l.Code == code {
			return l
		}
	}
	if strings.HasPrefix(code, "en-") { // English of somewhere
		return English
	}
	return nil
}

// Spoken are the codes of the languages that are no trial.
func Spoken() (codes []string) {
	for _, l := range Languages {
		if !l.Trial {
			codes = append(codes, l.Code)
		}
	}
	return codes
}

// Accepted is the one of some languages that an Accept-Language header asks for; nil when it asks
// for none of them. A trial has to be asked for by its code.
func Accepted(header string, among []*Language) *Language {
	if header == "" || len(header) > 1000 {
		return nil
	}
	var tags []language.Tag
	var real []*Language
	for _, l := range among {
		switch {
		case l.Trial && strings.EqualFold(header, l.Code):
			return l
		case !l.Trial:
			tags, real = append(tags, language.Make(l.Tag)), append(real, l)
		}
	}
	asked, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(asked) == 0 || len(real) == 0 {
		return nil
	}
	if _, i, sure := language.NewMatcher(tags).Match(asked...); sure >= language.Low {
		return real[i]
	}
	return nil
}

type key struct{}

// With puts the language of whoever reads the answer into a context.
func With(ctx context.Context, l *Language) context.Context { return context.WithValue(ctx, key{}, l) }

// In is the language that With put there; English where none did.
func In(ctx context.Context) *Language {
	if l, _ := ctx.Value(key{}).(*Language); l != nil {
		return l
	}
	return English
}

// Decimal writes a number that has a point before its fraction as the language does.
func (l *Language) Decimal(number string) string {
	if l == nil || l.decimal == "." {
		return number
	}
	return strings.Replace(number, ".", l.decimal, 1)
}

// names are the words in dates.
//
//lang:texts
var names = map[string]string{
	"January": "January", "February": "February", "March": "March", "April": "April", "May": "May", "June": "June", "July": "July",
	"August": "August", "September": "September", "October": "October", "November": "November", "December": "December",
	"Jan": "Jan", "Feb": "Feb", "Mar": "Mar", "Apr": "Apr", "Jun": "Jun", "Jul": "Jul", "Aug": "Aug", "Sep": "Sep", "Oct": "Oct", "Nov": "Nov", "Dec": "Dec",
	"Mon": "Mon", "Tue": "Tue", "Wed": "Wed", "Thu": "Thu", "Fri": "Fri", "Sat": "Sat", "Sun": "Sun",
	"Monday": "Monday", "Tuesday": "Tuesday", "Wednesday": "Wednesday", "Thursday": "Thursday", "Friday": "Friday", "Saturday": "Saturday", "Sunday": "Sunday",
}

// Time writes a time in a layout of package time, which is a message as well: another language has another order.
func (l *Language) Time(t time.Time, layout string) string {
	if l == nil || l == English {
		return t.Format(layout)
	}
	if l.words != nil {
		layout = l.Word(layout)
	}
	text := t.Format(layout)
	return letters.ReplaceAllStringFunc(text, func(word string) string {
		if name := names[word]; name != "" {
			return l.Word(name)
		}
		return word
	})
}

// Moment is a time among the values of a message, which is written as its language does.
type Moment struct {
	at     time.Time
	layout string
}

// At is a time in a layout of package time, as a value of a message.
func At(t time.Time, layout string) Moment { return Moment{t, layout} }

// String is the time in English.
func (m Moment) String() string { return m.at.Format(m.layout) }

// Speak is the time in a language.
func (m Moment) Speak(l *Language) string { return l.Time(m.at, m.layout) }
