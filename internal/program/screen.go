package program

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/ledger"
)

// screening says why an application is to be held; "" when it is not. It is pure.
func (p *Program) screening(a *Application) string {
	sc := p.Spec.Screening
	var why []string
	texts := []string{a.Organization}
	for _, sec := range p.sections {
		for _, q := range sec.questions {
			value := a.Attributes.Of(q.field)
			if text, ok := value.(string); ok {
				texts = append(texts, text)
			}
			if q.field == p.fields[sc.Country] {
				if text, _ := value.(string); slices.ContainsFunc(sc.Countries, func(c string) bool { return strings.EqualFold(c, text) }) {
					why = append(why, "Country: "+q.field.Words(value))
				}
			}
		}
	}
	all := " " + strings.Join(strings.FieldsFunc(directory.Fold(strings.Join(texts, " | ")), apart), " ") + " "
	for _, w := range sc.Words {
		if word := strings.Join(strings.FieldsFunc(directory.Fold(w), apart), " "); word != "" && strings.Contains(all, " "+word+" ") {
			why = append(why, "Word: "+w)
		}
	}
	for _, d := range []string{a.EmailDomain(), host(a.Website)} {
		if d != "" && under(d, sc.Domains) {
			why = append(why, "Domain: "+d)
		}
	}
	slices.Sort(why)
	return strings.Join(slices.Compact(why), "; ")
}

func apart(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// screen holds an application that the program's screening finds. Only who may screen learns of it.
func (s *Service) screen(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	why := p.screening(a)
	if why == "" {
		return nil
	}
	a.Held, a.Hold, a.Updated = true, why, by.Now()
	if err := s.update(ctx, tx, a); err != nil {
		return err
	}
	_, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Screened, Subject: a.Ref(), Visibility: ledger.Restricted, Data: map[string]any{"program_id": a.ProgramID}, Private: map[string]any{"why": why}, PersonID: a.PersonID})
	return err
}

// Release ends the hold of an application, so that it goes on. Whoever may screen applications may.
func (s *Service) Release(ctx context.Context, tx db.Tx, by act.Actor, id, version int64) (*Application, error) {
	a, p, err := s.working(ctx, tx, by, "screen", id, version)
	if err != nil || !a.Held {
		return a, err
	}
	by = by.Still()
	a.Held, a.Touched, a.Updated = false, true, by.Now()
	if err := s.update(ctx, tx, a); err != nil {
		return nil, err
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Released, Subject: a.Ref(), Visibility: ledger.Restricted, Data: map[string]any{"program_id": p.ID}})
	if err != nil {
		return nil, err
	}
	return a, s.settle(ctx, tx, by.Now(), a, event)
}
