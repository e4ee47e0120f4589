package portal

import (
	"net/url"
	"strings"

	"steward/internal/field"
	"steward/internal/lang"
	"steward/internal/program"
)

// typedAnswers are stored answers as a form shows them.
func typedAnswers(p *program.Program, values field.Values) url.Values {
	out := url.Values{}
	for _, f := range p.Fields() {
		switch v := values.Of(f).(type) {
		case nil:
		case bool:
			if v {
				out["f."+f.Name] = []string{"yes"}
			}
		case []any:
			for _, one := range v {
				text, _ := one.(string) // a multiselect holds texts
				out.Add("f."+f.Name, text)
			}
		case string:
			out.Set("f."+f.Name, v)
		default:
			out.Set("f."+f.Name, f.Words(v))
		}
	}
	return out
}

// moreQuestions says which questions answers led to.
func moreQuestions(l *lang.Language, added []*field.Field) string {
	titles := make([]string, len(added))
	for i, f := range added {
		titles[i] = f.Title
	}
	return l.Say("Your answers lead to more questions: %s.", strings.Join(titles, ", "))
}

// newQuestions are those that were not on the page.
func newQuestions(filled program.Filled, in posted) (out []*field.Field) {
	shown := map[string]bool{}
	for _, name := range in.Values["asked"] {
		shown[name] = true
	}
	for _, sec := range filled.Sections {
		for _, q := range sec.Questions {
			if !shown[q.Field.Name] {
				out = append(out, q.Field)
			}
		}
	}
	return out
}
