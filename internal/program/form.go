package program

import (
	"context"
	"maps"
	"strings"
	"sync"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/lang"
	"steward/internal/rule"
)

// Filled is a form as an applicant has filled it in so far.
type Filled struct {
	Sections []FilledSection   // what is asked, given the answers
	Values   field.Values      // the answers that are values of their fields, by the field's id
	Wrong    map[string]string // what is wrong with the others, by the field's name
	Missing  map[string]string // what must be filled and is not, by name
}

// FilledSection is a part of the form as it is asked.
type FilledSection struct {
	Title, Help string
	Questions   []FilledQuestion
}

// FilledQuestion is a question as it is asked.
type FilledQuestion struct {
	Field    *field.Field
	Required bool
}

// Fill reads what somebody answered to a program's form, by the names of the fields; a is the application as
// far as it is known. What is not asked is not kept. Anybody may ask: it reads no record.
func (s *Service) Fill(l *lang.Language, p *Program, a *Application, answers map[string][]string) Filled {
	schema := s.Config().Fields
	out := Filled{Values: field.Values{}, Wrong: map[string]string{}, Missing: map[string]string{}}
	given := map[string]any{} // values by name
	all := field.Values{}
	for _, sec := range p.sections {
		for _, q := range sec.questions {
			texts, told := answers[q.field.Name]
			if !told || q.field.Type == "lookup" {
				continue
			}
			value := q.field.Answer(texts)
			if value == nil {
				continue
			}
			next, err := schema.Set("application", all, q.field.Name, value)
			if err != nil {
				out.Wrong[q.field.Name] = wrong(l, q.field, err)
				continue
			}
			all, given[q.field.Name] = next, value
		}
	}
	known := *a
	known.Attributes = all
	vars := s.plainVars(p, &known)
	for _, sec := range p.sections {
		asked := FilledSection{Title: sec.Title, Help: sec.Help}
		for _, q := range sec.questions {
			if q.when != nil {
				if holds, err := q.when.Eval(vars); err != nil || !holds {
					delete(out.Wrong, q.field.Name)
					continue
				}
			}
			asked.Questions = append(asked.Questions, FilledQuestion{q.field, q.required})
			if value, ok := given[q.field.Name]; ok {
				out.Values, _ = schema.Set("application", out.Values, q.field.Name, value) // it was taken above
			} else if q.required && out.Wrong[q.field.Name] == "" {
				out.Missing[q.field.Name] = l.Say("%s must be filled.", q.field.Title)
			}
		}
		if len(asked.Questions) > 0 {
			out.Sections = append(out.Sections, asked)
		}
	}
	return out
}

// wrong says what is wrong with an answer, without the pattern of its field.
func wrong(l *lang.Language, f *field.Field, err error) string {
	if f.Type == "regexp" {
		return strings.TrimSpace(l.Say("%s does not look right.", f.Title) + " " + f.Help)
	}
	if fl := fault.As(err); fl != nil {
		return fl.In(l).Message
	}
	return l.Word("This cannot be taken.")
}

// plainVars are the values of conditions that the application alone tells.
func (s *Service) plainVars(p *Program, a *Application) rule.Vars {
	own := map[string]any{"renewal": a.RenewalOf != 0, "organization_name": a.Organization, "attributes": s.Config().Fields.Vars("application", a.Attributes)}
	if d := a.EmailDomain(); d != "" {
		own["email_domain"] = d
	}
	if h := host(a.Website); h != "" {
		own["website_domain"] = h
	}
	if n, ok := s.seats(p, a); ok {
		own["seats"] = n
	}
	return rule.Vars{"application": own, "now": s.Clock().UTC()}
}

// seats is how many seats are asked for, where a benefit names the field.
func (s *Service) seats(p *Program, a *Application) (int64, bool) {
	for _, b := range p.Spec.Benefits {
		f := p.fields[b.Seats]
		if b.Seats == "" || f == nil {
			continue
		}
		switch v := a.Attributes.Of(f).(type) {
		case float64:
			return int64(v), true
		case int64:
			return v, true
		}
	}
	return 0, false
}

// vars are all values of conditions about an application.
func (s *Service) vars(ctx context.Context, tx db.Tx, p *Program, a *Application, checks []CheckRun) (rule.Vars, error) {
	out := s.plainVars(p, a)
	own := out["application"].(map[string]any)
	states, found := map[string]any{}, map[string]any{}
	for _, c := range checks { // the newest try of a name counts
		states[c.Name] = string(c.State)
		maps.DeleteFunc(found, func(k string, _ any) bool { return strings.HasPrefix(k, c.Name+"_") })
		for k, v := range c.Evidence.Figures {
			found[c.Name+"_"+k] = v
		}
	}
	own["checks"], own["found"], own["verified"] = states, found, s.verified(p, a, checks, out)
	before := sync.OnceValue(func() earlier { return s.earlier(ctx, tx, a) })
	own["similar"], own["refused_before"] = func() any { return before().open }, func() any { return before().refused }
	own["year"] = func() any { return s.year(ctx, tx, a) }
	if a.PersonID != 0 {
		own["person"], own["organization"] = s.Directory.About(ctx, tx, a.PersonID, a.OrganizationID)
	}
	return out, nil
}
