package success

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/measure"
	"steward/internal/success/score"
)

// pastHealth is how an account was scored at a moment.
type pastHealth struct {
	cardID, cardVersion  int64
	observed, applicable int64
	told                 map[string]any // what its events had told by then
}

// then makes accounts what they were at a moment, as it was known then, with their health. Those that were none are left out.
func (s *Service) then(ctx context.Context, tx db.Tx, list []Account, at time.Time) ([]Account, map[int64]pastHealth, error) {
	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.OrganizationID
	}
	events, err := s.ledger.NamedAmong(ctx, tx, about(0).Kind, ids, []string{AccountCreated, AccountChanged}, at)
	if err != nil {
		return nil, nil, err
	}
	was, out := map[int64]pastHealth{}, make([]Account, 0, len(list))
	for _, a := range list {
		told := a.told()
		told["created"] = a.Created
		existed, err := rewound(events[a.OrganizationID], told)
		if err != nil {
			return nil, nil, err
		}
		if !existed {
			continue
		}
		past := accountThen(told)
		past.OrganizationID, past.Version = a.OrganizationID, a.Version
		out, was[a.OrganizationID] = append(out, past), pastHealth{told: told}
	}
	return out, was, healthThen(ctx, tx, out, was, at)
}

// healthThen adds how accounts were scored at a moment, and since when they had their colour.
func healthThen(ctx context.Context, tx db.Tx, list []Account, was map[int64]pastHealth, at time.Time) error {
	ids, place := make([]int64, len(list)), make(map[int64]int, len(list))
	for i, a := range list {
		ids[i], place[a.OrganizationID] = a.OrganizationID, i
	}
	w := &db.Where{}
	until := w.Arg(db.Micros(at))
	w.Among(tx.Engine(), "a.organization_id", ids)
	other := `(SELECT max(x.at) FROM health x WHERE x.organization_id = h.organization_id AND x.at < h.at AND x.band <> h.band)`
	rows, err := tx.Query(ctx, `SELECT h.organization_id, h.score, h.band, h.observed, h.applicable, h.card_id, h.card_version,
		COALESCE((SELECT x.band FROM health x WHERE x.organization_id = h.organization_id AND x.at = `+other+`), ''),
		(SELECT min(y.at) FROM health y WHERE y.organization_id = h.organization_id AND y.at > COALESCE(`+other+`, 0))
		FROM account a JOIN health h ON h.organization_id = a.organization_id AND h.at = (SELECT max(n.at) FROM health n WHERE n.organization_id = a.organization_id AND n.at <= `+until+`)
		WHERE `+w.SQL(), w.Args()...)
	return eachOf(rows, err, func(r db.Scanner) error {
		var id int64
		var points, since sql.NullInt64
		var band, before string
		var h pastHealth
		if err := r.Scan(&id, &points, &band, &h.observed, &h.applicable, &h.cardID, &h.cardVersion, &before, &since); err != nil {
			return err
		}
		h.told = was[id].told
		was[id] = h
		a := &list[place[id]]
		a.Score, a.Band, a.BandWas, a.BandSince = points, band, before, moment(since)
		return nil
	})
}

// coloursThen are the colours that measures of accounts had at a moment, by the scorecards of then.
func (s *Service) coloursThen(ctx context.Context, tx db.Tx, list []*reported, was map[int64]pastHealth, at time.Time) (map[int64]map[string]string, error) {
	type version struct{ id, version int64 }
	of := map[version][]int64{}
	for _, r := range list {
		if h := was[r.OrganizationID]; h.cardID != 0 {
			of[version{h.cardID, h.cardVersion}] = append(of[version{h.cardID, h.cardVersion}], r.OrganizationID)
		}
	}
	out := map[int64]map[string]string{}
	for v, ids := range of {
		card, err := s.cardOf(ctx, tx, v.id, v.version)
		if err != nil {
			return nil, err
		}
		if card == nil {
			continue
		}
		facts := make(map[int64]score.Facts, len(ids))
		for _, id := range ids {
			facts[id] = accountFacts(was[id].told, at)
		}
		if err := s.complete(ctx, tx, ids, []*score.Card{card}, measure.Asked{At: at, Known: at}, facts); err != nil {
			return nil, err
		}
		for id, f := range facts {
			out[id] = map[string]string{}
			for i, l := range card.Score(f).Leaves {
				if reads := card.Leaves[i].Reads; len(reads) == 1 {
					out[id][reads[0]] = l.Colour
				}
			}
		}
	}
	return out, nil
}

// listPast is a page of a report's list as of a day: what stood in another order then is sorted anew, so every account is looked at.
func (s *Service) listPast(ctx context.Context, tx db.Tx, by act.Actor, p *reportPlan, part ReportPart, sort string, page db.Page) (found []*reported, next string, err error) {
	key, id, more, err := page.After()
	if err != nil {
		return nil, "", err
	}
	order := func(a, b *reported) int {
		c := cmp.Or(cmp.Compare(a.key(sort), b.key(sort)), cmp.Compare(a.OrganizationID, b.OrganizationID))
		if orders[sort].down {
			return -c
		}
		return c
	}
	err = s.walk(ctx, tx, by, p, func(r *reported) {
		if p.inPart(r, part) {
			found = append(found, r)
		}
	})
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(found, order)
	if more {
		from, _ := slices.BinarySearchFunc(found, id, func(r *reported, id int64) int {
			c := cmp.Or(cmp.Compare(r.key(sort), key), cmp.Compare(r.OrganizationID, id))
			if orders[sort].down {
				c = -c
			}
			if c <= 0 {
				return -1 // seen before
			}
			return 1
		})
		found = found[from:]
	}
	if n := page.Size(); len(found) > n {
		found = found[:n]
		next = db.Cursor(found[n-1].key(sort), found[n-1].OrganizationID)
	}
	return found, next, nil
}
