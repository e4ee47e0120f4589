package insight

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/population"
)

// Population is something that can be counted, for those who write indicators.
type Population struct {
	Name   string       `json:"name"`
	Title  string       `json:"title"`
	Doc    string       `json:"doc"`
	Kind   string       `json:"kind" doc:"Of its records."`
	When   string       `json:"when" doc:"The time that places one in a day when nobody names another."`
	Until  string       `json:"until"`
	Fields []FieldOfOne `json:"fields" nullable:"false"`
}

// FieldOfOne is a value of what is counted.
type FieldOfOne struct {
	Path      string   `json:"path"`
	Title     string   `json:"title"`
	Type      string   `json:"type" doc:"text, whole number, number, yes or no, time, duration, list of texts or attributes."`
	Values    []string `json:"values" nullable:"false" doc:"Of a text that is one of few words."`
	Doc       string   `json:"doc"`
	Kind      string   `json:"kind"`
	Dimension bool     `json:"dimension"`
}

// Populations lists what can be counted. Whoever may read indicators may.
func (s *Service) Populations(by act.Actor) ([]Population, error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, err
	}
	var out []Population
	for _, p := range s.Registry.All() {
		out = append(out, described(p))
	}
	return out, nil
}

func described(p *population.Population) Population {
	one := Population{Name: p.Name, Title: p.Title, Doc: p.Doc, Kind: p.Kind(), When: p.When, Until: p.Until, Fields: []FieldOfOne{}}
	for _, f := range p.All() {
		values := f.Type.Values()
		if values == nil {
			values = []string{}
		}
		one.Fields = append(one.Fields, FieldOfOne{Path: f.Path, Title: f.Title, Type: f.Type.String(), Values: values, Doc: f.Doc, Kind: f.Kind, Dimension: f.Dimension})
	}
	return one
}

// Rebuild has an indicator worked out anew from the ledger; the figures there are stay until the
// new ones are finished. Whoever may edit the configuration may.
func (s *Service) Rebuild(ctx context.Context, tx db.Tx, by act.Actor, name string) error {
	if err := by.Require("write", "blueprint"); err != nil {
		return err
	}
	in, err := s.find(name)
	if err != nil {
		return err
	}
	all, err := streams(ctx, tx, (&db.Where{}).And("indicator_id = ?", in.ID))
	if err != nil {
		return err
	}
	var newest int64
	for _, st := range all {
		newest = max(newest, st.run)
	}
	for _, st := range all {
		if st.run == newest && st.finished == 0 {
			return fault.New(fault.Conflict, "%s is being worked out right now.", in.Title)
		}
	}
	tx.AfterCommit(func() { s.again.Store(true) })
	free := places{}
	for _, src := range s.sources() {
		id, _, err := sourceRow(ctx, tx, src)
		if err != nil {
			return err
		}
		for _, m := range src.parts {
			if m.in.ID == in.ID && id != 0 {
				if err := s.insertStream(ctx, tx, id, m, newest+1, free); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
