package desk

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/field"
	"steward/internal/lang"
)

// Question is something the request form asks of a customer.
type Question struct {
	Field    *field.Field
	Required bool
}

// Filled is a form as a customer has filled it in so far.
type Filled struct {
	Questions []Question        // what is asked, given the answers
	Values    map[string]any    // the answers that are values of their fields, by name
	Lookups   map[string]string // what was written for fields that point to records
	Wrong     map[string]string // what is wrong with the others, by name
	Missing   map[string]string // what must be filled and is not, by name
}

// Fill reads what a customer of a portal answered to a form, nil for none, by the names of the
// fields. Anybody may ask: it reads no record but the sender's own.
func (s *Service) Fill(ctx context.Context, tx db.Tx, p *Portal, f *Form, sender directory.Person, answers map[string][]string) Filled {
	cfg := s.config()
	out := Filled{Values: map[string]any{}, Lookups: map[string]string{}, Wrong: map[string]string{}, Missing: map[string]string{}}
	if f == nil {
		return out
	}
	values, to := field.Values{}, askerOf(sender)
	for _, x := range f.fields {
		if !x.takes(to) {
			continue
		}
		given, told := answers[x.field.Name]
		if !told {
			continue
		}
		if x.field.Type == "lookup" {
			if text := strings.TrimSpace(strings.Join(given, " ")); text != "" {
				out.Lookups[x.field.Name] = clipRunes(text, 200)
			}
			continue
		}
		value := x.field.Answer(given)
		if value == nil {
			continue
		}
		next, err := cfg.Fields.Set("ticket", values, x.field.Name, value)
		if err != nil {
			out.Wrong[x.field.Name] = forCustomers(lang.In(ctx), x.field, value, err)
			continue
		}
		values, out.Values[x.field.Name] = next, value
	}
	t := &Ticket{Status: StatusNew, Priority: "normal", Channel: "web", RequesterID: sender.ID, OrganizationID: sender.OrganizationID,
		BrandID: p.BrandID, MailboxID: p.MailboxID, FormID: f.ID, Attributes: values, Created: s.clock().UTC(), Updated: s.clock().UTC()}
	around := s.about(ctx, tx, t)
	for _, q := range f.asked(t, to, func() map[string]any { return cfg.vars(t, around) }) {
		if !f.takes(q.Name, to) {
			continue
		}
		out.Questions = append(out.Questions, Question{q.field, q.Required})
		_, looked := out.Lookups[q.Name]
		if q.Required && empty(out.Values[q.Name]) && !looked && out.Wrong[q.Name] == "" {
			out.Missing[q.Name] = lang.In(ctx).Say("%s must be filled.", q.Title)
		}
	}
	// What is not asked is not kept: it may be left over from a choice that was changed.
	asked := func(name string) bool {
		return slices.ContainsFunc(out.Questions, func(q Question) bool { return q.Field.Name == name })
	}
	maps.DeleteFunc(out.Values, func(name string, _ any) bool { return !asked(name) })
	maps.DeleteFunc(out.Lookups, func(name, _ string) bool { return !asked(name) })
	maps.DeleteFunc(out.Wrong, func(name, _ string) bool { return !asked(name) })
	return out
}

// forCustomers says what is wrong with an answer in the words of the field, without its pattern.
func forCustomers(l *lang.Language, f *field.Field, value any, err error) string {
	if f.Type == "regexp" {
		text := l.Say("%s does not look right.", f.Title)
		if s, ok := value.(string); ok {
			text = l.Say("“%s” does not look like what is asked here.", clipRunes(s, 60))
		}
		if f.Help != "" {
			text += " " + f.Help
		}
		return text
	}
	if f.Type == "dropdown" || f.Type == "multiselect" {
		return l.Word("This choice is no longer offered. Choose again.")
	}
	if fl := fault.As(err); fl != nil {
		return fl.In(l).Message
	}
	return l.Word("This cannot be taken.")
}

// point finds the record that a customer wrote for a lookup, among their own: 0 when it is none.
// Nobody learns of records that are not theirs.
func (s *Service) point(ctx context.Context, tx db.Tx, f *field.Field, text string, sender directory.Person) (int64, error) {
	text = strings.TrimSpace(text)
	switch f.To {
	case "ticket":
		id, err := strconv.ParseInt(strings.TrimLeft(text, "#"), 10, 64)
		if err != nil {
			return 0, nil
		}
		t, err := s.load(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			return 0, nil
		}
		if err == nil && (t.RequesterID == sender.ID || t.OrganizationID != 0 && t.OrganizationID == sender.OrganizationID) {
			return t.ID, nil
		}
		return 0, err
	case "person":
		if _, err := directory.CleanEmail("email", text); err != nil {
			return 0, nil
		}
		p, ok, err := s.directory.ByEmail(ctx, tx, strings.ToLower(text))
		if err == nil && ok && (p.ID == sender.ID || p.OrganizationID != 0 && p.OrganizationID == sender.OrganizationID) {
			return p.ID, nil
		}
		return 0, err
	}
	if sender.OrganizationID == 0 {
		return 0, nil
	}
	o, err := s.directory.OrganizationOf(ctx, tx, sender.OrganizationID)
	if err == nil && strings.EqualFold(o.Name, text) {
		return o.ID, nil
	}
	return 0, err
}
