package success

import (
	"context"
	"database/sql"
	"math/big"
	"time"

	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/rest"
	"steward/internal/success/score"
)

// ScorecardRef names a version of a scorecard in an answer.
type ScorecardRef struct {
	ID      int64  `json:"id" doc:"Of the blueprint; 0 for one that is only proposed."`
	Version int64  `json:"version"`
	Name    string `json:"name"`
	Title   string `json:"title"`
}

// HealthPoint is an account's health from a moment on.
type HealthPoint struct {
	At        time.Time     `json:"at"`
	Score     *float64      `json:"score" doc:"0 to 100, two digits behind the point; null without one."`
	Band      string        `json:"band" enum:"red,yellow,green,"`
	Coverage  float64       `json:"coverage" doc:"Share of the weight that could be observed that was, from 0 to 1."`
	Observed  float64       `json:"observed" doc:"Share of the whole weight that was observed."`
	Scorecard *ScorecardRef `json:"scorecard"`
	EventID   *int64        `json:"event_id" doc:"The event that tells the change; null when neither score nor colour changed."`
}

// BandView is a colour with when it holds.
type BandView struct {
	Colour string  `json:"colour" enum:"red,yellow,green"`
	When   string  `json:"when"`
	Says   string  `json:"says" doc:"The same in words, for this account as it is: more than 0.75."`
	Points float64 `json:"points"`
}

// LeafView is one measure of a score, or a part of one.
type LeafView struct {
	Name      string     `json:"name"`
	Title     string     `json:"title"`
	Of        *string    `json:"of" doc:"Title of the measure it is a part of."`
	Group     string     `json:"group" doc:"Title of its group."`
	State     string     `json:"state" enum:"scored,no_data,stale,not_applicable,no_band"`
	Value     any        `json:"value" doc:"As bands see it: of a duration the days; null without one."`
	Days      bool       `json:"days" doc:"The value is a number of days."`
	Share     bool       `json:"share" doc:"The value is a share, from 0 to 1."`
	At        *time.Time `json:"at" doc:"Of the oldest data it needs; null when it is always up to date."`
	Old       bool       `json:"old" doc:"Data is old, and still counts."`
	Colour    string     `json:"colour" enum:"red,yellow,green,"`
	Points    *float64   `json:"points" doc:"What its colour is worth."`
	Weight    float64    `json:"weight" doc:"Its share of the whole score when everything is there, in percent."`
	Effective float64    `json:"effective" doc:"With the weight of what is missing redistributed, in percent."`
	Adds      float64    `json:"adds" doc:"What it adds to the score of the account by itself; these add up to it."`
	Bands     []BandView `json:"bands" nullable:"false"`
	Measures  []string   `json:"measures" nullable:"false" doc:"What it is worked out from."`
	Events    []int64    `json:"events" nullable:"false" doc:"Where its value comes from; open them at /events/{id}/why."`
}

// OverrideView is an override that holds.
type OverrideView struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Colour string `json:"colour"`
}

// ChildView is an account below, as it counts.
type ChildView struct {
	Account Ref     `json:"account"`
	Score   float64 `json:"score"`
	Band    string  `json:"band"`
}

// StepView is a change on the way to the next band.
type StepView struct {
	Name   string  `json:"name"`
	Title  string  `json:"title"`
	From   string  `json:"from"`
	To     string  `json:"to"`
	Value  any     `json:"value" doc:"Now."`
	When   string  `json:"when" doc:"What must hold of the value then."`
	Says   string  `json:"says" doc:"The same in words, for this account as it is."`
	Points float64 `json:"points" doc:"What the step is worth; the steps add up to the gain."`
	Lifts  *string `json:"lifts" doc:"Title of the override that it lifts."`
}

// WayView is the shortest way to the next band.
type WayView struct {
	Band    string     `json:"band" doc:"The next better one; empty when there is none."`
	Reaches bool       `json:"reaches" doc:"Whether changes of colours can bring it there at all."`
	Blocked *string    `json:"blocked" doc:"Title of an override that no change of colours lifts."`
	Score   *float64   `json:"score" doc:"That would be reached."`
	Gain    float64    `json:"gain"`
	Steps   []StepView `json:"steps" nullable:"false" doc:"The fewest changes."`
}

// HealthView is how healthy an account is and what that is made of.
type HealthView struct {
	HealthPoint
	Own      *float64      `json:"own" doc:"The account by itself, before overrides and accounts below."`
	Override *OverrideView `json:"override"`
	Leaves   []LeafView    `json:"measures" nullable:"false"`
	Children []ChildView   `json:"children" nullable:"false"`
	Reached  int           `json:"reached" doc:"Measures that it has reached."`
	Way      WayView       `json:"way"`
	Stored   bool          `json:"current" doc:"Whether this is how the account stands now."`
}

// hundredths is a number of points as shown, nil for none.
func hundredths(r *big.Rat) *float64 {
	if r == nil {
		return nil
	}
	f := float64(score.Hundredths(r)) / 100
	return &f
}

func shown(n int64) float64 { return float64(n) / 100 }

// percent is a fraction of 1 in percent, with two digits.
func percent(r *big.Rat) float64 {
	if r == nil {
		return 0
	}
	return shown(share(r))
}

// fraction is observed of applicable, from 0 to 1.
func fraction(observed, applicable int64) float64 {
	if applicable == 0 {
		return 0
	}
	return float64(observed*10000/applicable) / 10000
}

func cardRef(c *score.Card) *ScorecardRef {
	if c == nil {
		return nil
	}
	return &ScorecardRef{c.ID, c.Version, c.Name, c.Title}
}

func pointOf(r score.Result) HealthPoint {
	return HealthPoint{At: r.Facts.At, Score: hundredths(r.Score), Band: r.Colour, Coverage: fraction(share(r.Observed), share(r.Applicable)),
		Observed: float64(share(r.Observed)) / 10000, Scorecard: cardRef(r.Card)}
}

// healthView shows a result.
func (s *Service) healthView(ctx context.Context, tx db.Tx, r score.Result, current bool) (HealthView, error) {
	v := HealthView{HealthPoint: pointOf(r), Own: hundredths(r.Own), Leaves: []LeafView{}, Children: []ChildView{}, Stored: current}
	v.Reached, _ = r.Adopted()
	if r.Override != nil {
		v.Override = &OverrideView{r.Override.Name, r.Override.Title, r.Override.Colour}
	}
	v.Leaves, v.Way = s.leafViews(lang.In(ctx), r), wayView(lang.In(ctx), r)
	var ids []int64
	for _, c := range r.Facts.Children {
		ids = append(ids, c.ID)
	}
	names, err := s.directory.OrganizationNames(ctx, tx, ids)
	for _, c := range r.Facts.Children {
		v.Children = append(v.Children, ChildView{Ref{c.ID, names[c.ID]}, shown(c.Score), c.Colour})
	}
	return v, err
}

func (s *Service) leafViews(l *lang.Language, r score.Result) []LeafView {
	out := []LeafView{}
	if r.Card == nil {
		return out
	}
	var parts []*big.Rat
	for i := range r.Leaves {
		parts = append(parts, r.Part(i))
	}
	adds := make([]int64, len(parts))
	if r.Own != nil {
		adds = score.Apportion(parts, score.Hundredths(r.Own))
	}
	for i, one := range r.Leaves {
		leaf := r.Card.Leaves[i]
		v := LeafView{Name: leaf.Name, Title: leaf.Title, Group: leaf.Of.Group.Title, State: string(one.State), Value: one.Value, At: rest.Time(one.At), Old: one.Flagged, Colour: one.Colour,
			Points: hundredths(one.Points), Weight: percent(leaf.Weight), Effective: percent(one.Effective), Adds: shown(adds[i]), Share: leaf.Share(r.Facts), Bands: []BandView{}, Measures: []string{}, Events: []int64{}}
		if leaf.Part() {
			v.Of = &leaf.Of.Title
		}
		for _, b := range leaf.Bands {
			v.Bands = append(v.Bands, BandView{b.Colour, b.When.Source(), b.Says(l, r.Facts, v.Share), *hundredths(b.Points)})
		}
		for _, name := range leaf.Reads {
			v.Measures = append(v.Measures, name)
			v.Events = append(v.Events, r.Facts.Readings[name].Events...)
			_, v.Days = r.Facts.Readings[name].Value.(time.Duration)
		}
		out = append(out, v)
	}
	return out
}

func wayView(l *lang.Language, r score.Result) WayView {
	w := r.Way(l)
	v := WayView{Band: w.Colour, Reaches: w.Reaches, Score: hundredths(w.Score), Gain: shown(w.Gain), Steps: []StepView{}}
	if w.Blocked != nil {
		v.Blocked = &w.Blocked.Title
	}
	for _, s := range w.Steps {
		step := StepView{s.Leaf.Name, s.Leaf.Title, s.From, s.To, s.Value, s.When, s.Says, shown(s.Points), nil}
		if s.Override != nil {
			step.Lifts = &s.Override.Title
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}

// SideView is how a measure stood on one side of a change.
type SideView struct {
	State  string   `json:"state"`
	Value  any      `json:"value"`
	Colour string   `json:"colour"`
	Points *float64 `json:"points"`
}

// PartView is one contribution to a change.
type PartView struct {
	Cause     string    `json:"cause" enum:"data,account,staleness,redistribution,override,blueprint,below,below_weights"`
	Name      string    `json:"name" doc:"Of the measure, the override or the scorecard."`
	Title     string    `json:"title"`
	Account   *Ref      `json:"account" doc:"The account below."`
	Points    float64   `json:"points" doc:"These add up to the change as shown."`
	Exact     string    `json:"exact" doc:"The same as a fraction, such as -25/6: these add up to the change exactly."`
	Effective *float64  `json:"effective" doc:"The weight with which it counted, in percent."`
	From      *SideView `json:"from"`
	To        *SideView `json:"to"`
	Events    []int64   `json:"events" nullable:"false" doc:"It came from these; open them at /events/{id}/why."`
}

// ChangeView is the change of a score between two moments.
type ChangeView struct {
	From  HealthPoint `json:"from"`
	To    HealthPoint `json:"to"`
	Delta float64     `json:"delta" doc:"To less from; no score counts as 0."`
	Parts []PartView  `json:"parts" nullable:"false"`
}

func (s *Service) changeView(ctx context.Context, tx db.Tx, c score.Change) (ChangeView, error) {
	v := ChangeView{From: pointOf(c.From), To: pointOf(c.To), Delta: shown(c.Delta), Parts: []PartView{}}
	var ids []int64
	for _, p := range c.Parts {
		ids = append(ids, p.Child)
	}
	names, err := s.directory.OrganizationNames(ctx, tx, ids)
	if err != nil {
		return v, err
	}
	for _, p := range c.Parts {
		one := PartView{Cause: string(p.Cause), Name: p.Name, Title: p.Title, Points: shown(p.Points), Exact: p.Exact.RatString(), From: sideView(p.From), To: sideView(p.To), Events: []int64{}}
		if p.Child != 0 {
			one.Account = &Ref{p.Child, names[p.Child]}
			one.Title = names[p.Child]
		}
		if p.Effective != nil {
			e := percent(p.Effective)
			one.Effective = &e
		}
		one.Events = append(one.Events, p.Events...)
		v.Parts = append(v.Parts, one)
	}
	return v, nil
}

func sideView(s *score.Side) *SideView {
	if s == nil {
		return nil
	}
	return &SideView{string(s.State), s.Value, s.Colour, hundredths(s.Points)}
}

// healthPoint shows a stored change of health.
func (s *Service) healthPoint(ctx context.Context, tx db.Tx, h Health) (HealthPoint, error) {
	p := HealthPoint{At: h.At, Score: stored(h.Score), Band: h.Band, Coverage: fraction(h.Observed, h.Applicable), Observed: float64(h.Observed) / 10000}
	if h.EventID != 0 {
		p.EventID = &h.EventID
	}
	c, err := s.cardOf(ctx, tx, h.CardID, h.CardVersion)
	p.Scorecard = cardRef(c)
	return p, err
}

func stored(n sql.NullInt64) *float64 {
	if !n.Valid {
		return nil
	}
	f := shown(n.Int64)
	return &f
}
