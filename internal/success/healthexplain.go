package success

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
	"steward/internal/success/score"
)

// maxOldCards is how many scorecards that are not in force any more are kept compiled.
const maxOldCards = 100

// cardOf is a version of a scorecard: one in force, or one of the past; nil when it cannot be read.
func (s *Service) cardOf(ctx context.Context, tx db.Tx, id, version int64) (*score.Card, error) {
	for _, c := range s.config().Cards {
		if c.ID == id && c.Version == version {
			return c, nil
		}
	}
	key := [2]int64{id, version}
	s.health.mu.Lock()
	known, ok := s.health.cards[key]
	s.health.mu.Unlock()
	if ok || id == 0 {
		return known, nil
	}
	a, err := s.health.blueprints.Applied(ctx, tx, id, int(version))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	docs, _ := blueprint.ParseFile(a.Kind+"/"+a.Name+".yaml", a.Text)
	set, _ := blueprint.Compile(s.health.blueprints.Registry(), docs)
	var card *score.Card
	if cards := score.Sort(set); len(cards) == 1 {
		card = cards[0]
		card.ID, card.Version = id, version
	}
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	if len(s.health.cards) >= maxOldCards {
		clear(s.health.cards)
	}
	s.health.cards[key] = card
	return card, nil
}

// Asked is the moment at which an account's health is asked about.
type Asked struct {
	At time.Time // zero: now
	// Anew works the score out from everything that is known now and by the scorecards in force
	// now; otherwise it is the score as it was known then, by the scorecard of then.
	Anew bool
}

// measured is what measures are asked with.
func (a Asked) measured() measure.Asked {
	if a.At.IsZero() || a.Anew {
		return measure.Asked{At: a.At}
	}
	return measure.Asked{At: a.At, Known: a.At}
}

// Healthy works out how healthy an account was, with everything the score is made of. Whoever may
// read the account may.
func (s *Service) Healthy(ctx context.Context, tx db.Tx, by act.Actor, id int64, asked Asked) (score.Result, error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return score.Result{}, err
	}
	cards, err := s.cardsThen(ctx, tx, a.OrganizationID, asked)
	if err != nil {
		return score.Result{}, err
	}
	return s.resultAt(ctx, tx, a.OrganizationID, asked, cards, cards)
}

// cardsThen are the scorecards that an account may have been scored by.
func (s *Service) cardsThen(ctx context.Context, tx db.Tx, id int64, asked Asked) ([]*score.Card, error) {
	if !asked.At.IsZero() && !asked.Anew {
		h, err := healthAt(ctx, tx, id, asked.At)
		if err != nil {
			return nil, err
		}
		c, err := s.cardOf(ctx, tx, h.CardID, h.CardVersion)
		if err != nil || c != nil {
			return []*score.Card{c}, err
		}
	}
	return s.config().Cards, nil
}

// resultAt scores an account by the first of the cards that is for it, with the facts that all of
// known read.
func (s *Service) resultAt(ctx context.Context, tx db.Tx, id int64, asked Asked, cards, known []*score.Card) (score.Result, error) {
	facts, err := s.facts(ctx, tx, []int64{id}, known, asked.measured())
	if err != nil {
		return score.Result{}, err
	}
	f, ok := facts[id]
	if !ok {
		return score.Result{Facts: score.Facts{At: asked.At}}, nil
	}
	return scoreAll(cards, map[int64]score.Facts{id: f})[id], nil
}

// ExplainHealth splits the change of an account's score between two moments into contributions
// that add up to it. Whoever may read the account may.
func (s *Service) ExplainHealth(ctx context.Context, tx db.Tx, by act.Actor, id int64, from, to Asked) (score.Change, error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return score.Change{}, err
	}
	if !to.At.IsZero() && !from.At.Before(to.At) {
		return score.Change{}, fault.Field("to", to.At.Format(time.RFC3339), "a time after from", "The second moment lies before the first.")
	}
	was, err := s.cardsThen(ctx, tx, a.OrganizationID, from)
	if err != nil {
		return score.Change{}, err
	}
	is, err := s.cardsThen(ctx, tx, a.OrganizationID, to)
	if err != nil {
		return score.Change{}, err
	}
	all := append(append([]*score.Card{}, was...), is...)
	first, err := s.resultAt(ctx, tx, a.OrganizationID, from, was, all)
	if err != nil {
		return score.Change{}, err
	}
	last, err := s.resultAt(ctx, tx, a.OrganizationID, to, is, all)
	if err != nil {
		return score.Change{}, err
	}
	return score.Explain(first, last), nil
}

// History lists the changes of an account's health, newest first. Whoever may read the account may.
func (s *Service) History(ctx context.Context, tx db.Tx, by act.Actor, id int64, page db.Page) (list []Health, next string, err error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And("h.organization_id = ?", a.OrganizationID)
	at, _, more, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if more {
		w.And("h.at < ?", at)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT `+healthFields+` FROM health h WHERE `+w.SQL()+` ORDER BY h.at DESC LIMIT `+w.Arg(n+1), w.Args()...)
	if list, err = db.Collect(rows, err, scanHealth); err != nil || len(list) <= n {
		return list, "", err
	}
	list = list[:n]
	return list, db.Cursor(db.Micros(list[n-1].At), 0), nil
}

// trendDays is how many days a trend goes back at most.
const trendDays = 732

// Trend is an account's health at the end of each day on which it changed, oldest first, with how
// it stood when the stretch begins. Whoever may read the account may.
func (s *Service) Trend(ctx context.Context, tx db.Tx, by act.Actor, id int64, from, to time.Time) ([]Health, error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if to.Sub(from) > trendDays*day24h || !from.Before(to) {
		return nil, fault.Field("from", from.Format(time.RFC3339), "a time before to, at most two years earlier", "A trend goes over at most two years.")
	}
	var out []Health
	if first, err := healthAt(ctx, tx, a.OrganizationID, from); err != nil {
		return nil, err
	} else if !first.At.IsZero() {
		out = append(out, first)
	}
	rows, err := tx.Query(ctx, `SELECT `+healthFields+` FROM health h WHERE h.organization_id = $1 AND h.at IN
		(SELECT max(x.at) FROM health x WHERE x.organization_id = $1 AND x.at > $2 AND x.at <= $3 GROUP BY x.at / 86400000000) ORDER BY h.at`,
		a.OrganizationID, db.Micros(from), db.Micros(to))
	more, err := db.Collect(rows, err, scanHealth)
	return append(out, more...), err
}

const day24h = 24 * time.Hour

// Preview scores an account as it is now by a proposed scorecard. Whoever may read the account and
// blueprints may; findings are what lint says of the text.
func (s *Service) Preview(ctx context.Context, tx db.Tx, by act.Actor, id int64, text string) (now, then score.Result, findings []blueprint.Finding, err error) {
	if err = by.Require("read", "blueprint"); err != nil {
		return now, then, nil, err
	}
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return now, then, nil, err
	}
	docs, parsed := blueprint.ParseFile("scorecard.yaml", text)
	plan := s.health.blueprints.Set().Plan(docs, parsed, blueprint.Options{})
	if err := plan.Err(); err != nil {
		return now, then, nil, err
	}
	proposed := score.Sort(plan.Next())
	all := append(append([]*score.Card{}, s.config().Cards...), proposed...)
	if now, err = s.resultAt(ctx, tx, a.OrganizationID, Asked{}, s.config().Cards, all); err != nil {
		return now, then, nil, err
	}
	then = scoreAll(proposed, map[int64]score.Facts{a.OrganizationID: now.Facts})[a.OrganizationID]
	return now, then, plan.Findings, nil
}
