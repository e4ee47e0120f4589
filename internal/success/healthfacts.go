package success

import (
	"context"
	"slices"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/success/score"
)

// perFacts is how many accounts one statement asks about.
const perFacts = 500

// facts are what scorecards read of accounts at a moment, by id; those that are no accounts, or
// were none then, are left out. It checks no permission.
func (s *Service) facts(ctx context.Context, tx db.Tx, ids []int64, cards []*score.Card, asked measure.Asked) (map[int64]score.Facts, error) {
	at := asked.At
	if at.IsZero() {
		at = s.clock().UTC().Truncate(time.Microsecond)
	}
	out := make(map[int64]score.Facts, len(ids))
	for from := 0; from < len(ids); from += perFacts {
		if err := s.someFacts(ctx, tx, ids[from:min(from+perFacts, len(ids))], cards, asked, at, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) someFacts(ctx context.Context, tx db.Tx, ids []int64, cards []*score.Card, asked measure.Asked, at time.Time, out map[int64]score.Facts) error {
	accounts, err := s.accountsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	var there []int64
	var events map[int64][]ledger.Event
	if !asked.At.IsZero() {
		if events, err = s.ledger.NamedAmong(ctx, tx, about(0).Kind, ids, []string{AccountCreated, AccountChanged}, asked.At); err != nil {
			return err
		}
	}
	for _, a := range accounts {
		told := a.told()
		told["created"] = a.Created
		if !asked.At.IsZero() {
			existed, err := rewound(events[a.OrganizationID], told)
			if err != nil {
				return err
			}
			if !existed {
				continue
			}
		}
		there = append(there, a.OrganizationID)
		out[a.OrganizationID] = accountFacts(told, at)
	}
	return s.complete(ctx, tx, there, cards, asked, out)
}

// accountsOf are the accounts of some organizations that are there.
func (s *Service) accountsOf(ctx context.Context, tx db.Tx, ids []int64) ([]Account, error) {
	w := (&db.Where{}).Among(tx.Engine(), "a.organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT `+accountFields+` FROM account a JOIN organization o ON o.id = a.organization_id AND o.deleted_at IS NULL WHERE `+w.SQL(), w.Args()...)
	return db.Collect(rows, err, scanAccount)
}

// complete adds what cards read beside the account itself.
func (s *Service) complete(ctx context.Context, tx db.Tx, ids []int64, cards []*score.Card, asked measure.Asked, out map[int64]score.Facts) error {
	if len(ids) == 0 {
		return nil
	}
	if err := s.addAttributes(ctx, tx, ids, cards, out); err != nil {
		return err
	}
	if err := s.addChildren(ctx, tx, ids, cards, asked, out); err != nil {
		return err
	}
	return s.addReadings(ctx, tx, ids, cards, asked, out)
}

// rewound takes back what events, the oldest first, told of an account; existed is false when it became one with them.
func rewound(events []ledger.Event, told map[string]any) (existed bool, err error) {
	for _, e := range slices.Backward(events) {
		if e.Verb == AccountCreated {
			return false, nil
		}
		if err := undo(e, told); err != nil {
			return false, err
		}
	}
	return true, nil
}

// undo puts the old values of a change back.
func undo(e ledger.Event, told map[string]any) error {
	var d struct {
		Changes map[string][]any `json:"changes"`
	}
	if err := e.Decode(&d); err != nil {
		return err
	}
	for field, values := range d.Changes {
		if len(values) != 2 {
			continue
		}
		if n, ok := values[0].(float64); ok {
			told[field] = int64(n)
		} else if values[0] == nil {
			delete(told, field)
		} else {
			told[field] = values[0]
		}
	}
	return nil
}

// accountFacts are facts of what an account's events tell.
func accountFacts(told map[string]any, at time.Time) score.Facts {
	f := score.Facts{At: at, Account: map[string]any{"has_csm": told["csm_id"] != nil, "has_parent": told["parent_id"] != nil, "revenue": int64(0)},
		Anchors: map[string]score.Anchor{}, Readings: map[string]score.Reading{}}
	for _, k := range []string{"plan", "segment", "coverage", "stage", "currency", "revenue"} {
		if v, ok := told[k]; ok {
			f.Account[k] = v
		}
	}
	f.Revenue, _ = f.Account["revenue"].(int64)
	if code, ok := told["currency"].(string); ok {
		f.Account["yearly_value"] = wholeUnits(f.Revenue, code)
	}
	if created, ok := told["created"].(time.Time); ok {
		f.Anchors["age_days"] = score.Anchor{Time: created}
	}
	for field, anchor := range map[string]string{"since": "age_days", "contract_start": "contract_days", "renewal": "renewal_days"} {
		if day, ok := told[field].(string); ok {
			if t, err := time.Parse(time.DateOnly, day); err == nil {
				f.Anchors[anchor] = score.Anchor{Time: t, Until: field == "renewal"}
			}
		}
	}
	return f
}

// addAttributes adds the organizations' attributes when a scorecard reads them. They are as they
// are now, whatever moment is asked about.
func (s *Service) addAttributes(ctx context.Context, tx db.Tx, ids []int64, cards []*score.Card, out map[int64]score.Facts) error {
	if !slices.ContainsFunc(cards, func(c *score.Card) bool { return c.ReadsUnder("account.attributes") }) {
		return nil
	}
	vars, err := s.directory.OrganizationsVars(ctx, tx, ids)
	for id, v := range vars {
		out[id].Account["attributes"] = v["attributes"]
	}
	return err
}

// addChildren adds the accounts below when a scorecard adds them up.
func (s *Service) addChildren(ctx context.Context, tx db.Tx, ids []int64, cards []*score.Card, asked measure.Asked, out map[int64]score.Facts) error {
	if !slices.ContainsFunc(cards, func(c *score.Card) bool { return c.RollUp != "" }) {
		return nil
	}
	until := farOff
	if !asked.At.IsZero() {
		until = db.Micros(asked.At)
	}
	w := &db.Where{}
	at := w.Arg(until)
	w.Among(tx.Engine(), "a.parent_id", ids)
	rows, err := tx.Query(ctx, `SELECT a.parent_id, a.organization_id, a.revenue, h.score, h.band FROM account a JOIN health h ON h.organization_id = a.organization_id
		AND h.at = (SELECT max(x.at) FROM health x WHERE x.organization_id = a.organization_id AND x.at <= `+at+`)
		WHERE h.score IS NOT NULL AND `+w.SQL()+` ORDER BY a.organization_id`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var parent int64
		var c score.Child
		if err := rows.Scan(&parent, &c.ID, &c.Revenue, &c.Score, &c.Colour); err != nil {
			return err
		}
		f := out[parent]
		f.Children = append(f.Children, c)
		out[parent] = f
	}
	return rows.Err()
}

// addReadings adds what the scorecards measure.
func (s *Service) addReadings(ctx context.Context, tx db.Tx, ids []int64, cards []*score.Card, asked measure.Asked, out map[int64]score.Facts) error {
	var names []string
	for _, c := range cards {
		for _, name := range c.Measures() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	all, err := s.observeAll(ctx, tx, names, ids, asked)
	for name, found := range all {
		share := s.isShare(name)
		for id, o := range found {
			r := reading(o)
			r.Share = share
			out[id].Readings[name] = r
		}
	}
	return err
}

// reading is a measure's reading as scorecards take it.
func reading(o Observation) score.Reading {
	one := score.Reading{Value: o.Plain, At: o.At, Until: o.Until}
	if o.EventID != 0 {
		one.Events = []int64{o.EventID}
	}
	if o.Ticks {
		one.At, one.Anchor, one.Ahead = time.Time{}, o.At, o.Falls
	}
	return one
}
