package directory

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/field"
	"steward/internal/lang"
	"steward/internal/rule"
)

// Voice is how conditions are said to whoever reads: in their language, with the names of the people and
// organizations that custom attributes point to, and days without an hour. titles are those of blueprints. It checks no permission.
func (s *Service) Voice(ctx context.Context, tx db.Tx, titles func(kind, name string) string) rule.Voice {
	l := lang.In(ctx)
	return rule.Voice{In: l, Title: titles, Called: func(path string, value any) string {
		kind, name, ok := field.Owner(path)
		if !ok {
			return ""
		}
		f := s.fields().Named(kind, name)
		switch {
		case f == nil:
			return ""
		case f.Type == "date":
			return day(l, value)
		case f.Type == "lookup":
			return s.pointed(ctx, tx, l, f.To, value)
		}
		return ""
	}}
}

// day says a day; a decision keeps it as text.
func day(l *lang.Language, value any) string {
	at, ok := value.(time.Time)
	if text, kept := value.(string); kept {
		var err error
		at, err = time.Parse(time.RFC3339Nano, text)
		ok = err == nil
	}
	if !ok || !at.Equal(at.UTC().Truncate(24*time.Hour)) {
		return ""
	}
	return l.Time(at.UTC(), "2 Jan 2006")
}

// pointed says what a lookup points to; a decision keeps the id as a number with a fraction.
func (s *Service) pointed(ctx context.Context, tx db.Tx, l *lang.Language, to string, value any) string {
	id, ok := value.(int64)
	if kept, fraction := value.(float64); fraction {
		id, ok = int64(kept), true
	}
	if !ok {
		return ""
	}
	switch to {
	case "person":
		people, err := s.Names(ctx, tx, []int64{id})
		if err == nil {
			return people[id].Name
		}
	case "organization":
		names, err := s.OrganizationNames(ctx, tx, []int64{id})
		if err == nil {
			return names[id]
		}
	case "ticket":
		return l.Say("ticket %d", id)
	}
	return ""
}
