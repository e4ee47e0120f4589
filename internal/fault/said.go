package fault

import "steward/internal/lang"

// format is what a message was made of, so that it can be said in another language.
type format struct {
	text string
	args []any
}

// In is the error in a language, for the surface that shows it. What has no translation stays English.
func (e *Error) In(l *lang.Language) *Error {
	if e == nil || l == nil || l == lang.English {
		return e
	}
	out := *e
	out.Message, out.Details = e.from.in(l, e.Message), nil
	for _, d := range e.Details {
		d.Message, d.Accepted = d.from.in(l, d.Message), l.Word(d.Accepted)
		out.Details = append(out.Details, d)
	}
	return &out
}

// Speak implements lang.Speaker: an error may be a value of another one's message.
func (e *Error) Speak(l *lang.Language) string { return e.In(l).Error() }

// in says a message: by its format where that is translated, or else by its own text.
func (f *format) in(l *lang.Language, message string) string {
	if f != nil && l.Has(f.text) {
		return l.Say(f.text, f.args...)
	}
	return l.Word(message)
}
