package success

import (
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Import makes an organization an account or changes it, from the cells of an imported row by the
// fields' names. Empty cells are not there, so they take nothing away. Whoever may write the
// account may; the importer has asked for more.
func (s *Service) Import(ctx context.Context, tx db.Tx, by act.Actor, source string, organization int64, values map[string]string) (changed bool, err error) {
	in := AccountInput{}
	text := func(name string) *string {
		if v, ok := values[name]; ok {
			return &v
		}
		return nil
	}
	in.Plan, in.Segment, in.Currency = text("plan"), text("segment"), text("currency")
	if c := text("coverage"); c != nil {
		in.Coverage = word(*c, coverages)
	}
	if c := text("stage"); c != nil {
		in.Stage = word(strings.NewReplacer(" ", "_", "-", "_").Replace(*c), stages)
	}
	for name, to := range map[string]**time.Time{"since": &in.Since, "contract_start": &in.ContractStart, "renewal": &in.Renewal} {
		if v, ok := values[name]; ok {
			t, err := anyDate(name, v)
			if err != nil {
				return false, err
			}
			*to = &t
		}
	}
	if v, ok := values["revenue"]; ok {
		amount, code, err := money(v, values["currency"])
		if err != nil {
			return false, err
		}
		in.Revenue, in.Currency = &amount, &code
	}
	if v, ok := values["team"]; ok {
		id := s.config().teamOf(v)
		if id == 0 {
			return false, fault.Field("team", v, "the name or title of a team", "There is no team %q.", v)
		}
		in.TeamID = &id
	}
	if v, ok := values["csm"]; ok {
		p, err := s.colleague(ctx, tx, v)
		if err != nil {
			return false, err
		}
		in.CSMID = &p.ID
	}
	if v, ok := values["parent_external_id"]; ok {
		id, err := s.directory.External(ctx, tx, source, "organization", v)
		if err != nil {
			return false, err
		}
		if id == 0 {
			return false, fault.Field("parent_external_id", v, "the external id of an account that was imported before", "The parent is not known yet. Once its row has been imported, this one can be.")
		}
		in.ParentID = &id
	}
	return s.Upsert(ctx, tx, by, organization, in)
}

// word is the one of a list that a text means, whatever its case; the text itself if none.
func word(text string, of []string) *string {
	if i := slices.IndexFunc(of, func(w string) bool { return strings.EqualFold(w, text) }); i >= 0 {
		text = of[i]
	}
	return &text
}

// anyDate reads a day, also of a point in time as other systems write it.
func anyDate(name, text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.000-0700", "2006-01-02T15:04:05.000Z", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return readDate(name, text)
}

// teamOf finds a team by name or title.
func (c *Config) teamOf(text string) int64 {
	if id, ok := c.named[text]; ok {
		return id
	}
	for id, title := range c.teams {
		if directory.Fold(title) == directory.Fold(text) {
			return id
		}
	}
	return 0
}
