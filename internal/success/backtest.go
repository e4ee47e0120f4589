package success

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/success/score"
)

// grace is how long after its renewal day an account that did not leave counts as renewed.
const grace = 30 * day24h

// Outcome is what became of an account on a renewal day.
type Outcome struct {
	Account int64
	At      time.Time
	Lost    bool
	Segment string
}

// Backtest says how well scores of the past told renewals from losses.
type Backtest struct {
	Scorecard       string
	Renewed, Lost   int
	Accounts        int  // that had outcomes
	Bounded         bool // only the newest outcomes were looked at
	From, To        time.Time
	Horizons        []Horizon
	WithoutScore    int // outcomes of accounts that had no score then, at the first horizon
	OtherScorecards int // outcomes of accounts that the scorecard is not for
}

// Horizon is the rank quality a number of days before renewals.
type Horizon struct {
	Days     int
	Score    score.Quality
	Measures []Rated // by the measures' own colours
	Segments []Rated // of the score within a segment
}

// Rated is the quality of a part.
type Rated struct {
	Name, Title string
	Quality     score.Quality
}

// MaxOutcomes is how many renewals a backtest that somebody waits for looks at: the newest.
const MaxOutcomes = 2000

// DefaultHorizons are how many days before renewals scores are looked at, when nobody says:
// late enough to know something, early enough to do something.
var DefaultHorizons = []int{60, 90}

// BacktestScorecard looks at the scores that accounts had some days before their renewals, from
// everything known now. Renewals are told by the accounts: one whose renewal moved to a later day
// was renewed on the earlier; one whose stage became churned was lost; one whose day passed 30
// days ago without either was renewed. Whoever may read all accounts may. most bounds the
// outcomes, 0 for all; progress may be nil. It reads in short transactions of its own.
func (s *Service) BacktestScorecard(ctx context.Context, by act.Actor, name string, days []int, most int, progress func(done, total int64)) (Backtest, error) {
	return s.backtest(ctx, by, s.db.Read, name, days, most, progress)
}

func (s *Service) backtest(ctx context.Context, by act.Actor, read func(context.Context, db.Func) error, name string, days []int, most int, progress func(done, total int64)) (b Backtest, err error) {
	if err := requireAll(by); err != nil {
		return b, err
	}
	card, err := s.cardNamed(name)
	if err != nil {
		return b, err
	}
	if len(days) == 0 {
		days = DefaultHorizons
	}
	for _, n := range days {
		if n < 0 || n > 730 {
			return b, fault.Field("days", n, "0 to 730 days", "A backtest looks 0 to 730 days back from each renewal.")
		}
	}
	var outcomes []Outcome
	err = read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		outcomes, err = s.outcomes(ctx, tx, most)
		return err
	})
	if err != nil {
		return b, err
	}
	slices.SortFunc(outcomes, func(a, b Outcome) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Account, b.Account)) })
	if most > 0 && len(outcomes) > most {
		outcomes, b.Bounded = outcomes[:most], true
	}
	b.Scorecard = card.Name
	if n := len(outcomes); n > 0 {
		b.From, b.To = outcomes[n-1].At, outcomes[0].At
	}
	accounts := map[int64]bool{}
	for _, o := range outcomes {
		accounts[o.Account] = true
		if o.Lost {
			b.Lost++
		} else {
			b.Renewed++
		}
	}
	b.Accounts = len(accounts)
	done := int64(0)
	for _, n := range days {
		t := newTest(card)
		for from := 0; from < len(outcomes); {
			to := from
			for ; to < len(outcomes) && outcomes[to].At.Equal(outcomes[from].At) && to-from < perScoring; to++ {
			}
			err := read(ctx, func(ctx context.Context, tx db.Tx) error {
				return s.testSome(ctx, tx, t, outcomes[from:to], outcomes[from].At.Add(-time.Duration(n)*day24h))
			})
			if err != nil {
				return b, err
			}
			done += int64(to - from)
			if progress != nil {
				progress(done, int64(len(outcomes)*len(days)))
			}
			from = to
		}
		b.Horizons = append(b.Horizons, t.horizon(n))
		if n == days[0] {
			b.WithoutScore, b.OtherScorecards = t.without, t.others
		}
	}
	return b, nil
}

// requireAll checks that the actor may read every account: sums over some would mislead.
func requireAll(by act.Actor) error {
	for _, g := range by.Grants {
		if (g.Action == "read" || g.Action == "*") && (g.Kind == "account" || g.Kind == "*") && g.Scope == act.All {
			return nil
		}
	}
	return by.Denied("read", "account")
}

func (s *Service) cardNamed(name string) (*score.Card, error) {
	cards := s.config().Cards
	for _, c := range cards {
		if c.Name == name || name == "" && len(cards) == 1 {
			return c, nil
		}
	}
	var names []string
	for _, c := range cards {
		names = append(names, c.Name)
	}
	return nil, fault.New(fault.NotFound, "There is no scorecard %q in force. There are: %v.", name, names)
}

// outcomes are renewals and losses that the accounts tell: the newest, 0 for all.
func (s *Service) outcomes(ctx context.Context, tx db.Tx, most int) (out []Outcome, err error) {
	now := s.clock().UTC()
	rows, err := tx.Query(ctx, `SELECT `+accountFields+` FROM account a WHERE (a.renewal IS NOT NULL AND a.renewal <= $1) OR a.stage = 'churned' ORDER BY a.renewal DESC, a.organization_id LIMIT $2`, db.Micros(now), orAll(most))
	accounts, err := db.Collect(rows, err, scanAccount)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		o := Outcome{Account: a.OrganizationID, At: a.Renewal, Lost: a.Stage == "churned", Segment: a.Segment}
		if o.At.IsZero() || o.At.After(now) {
			o.At = a.Updated
		}
		if o.Lost || now.Sub(o.At) >= grace {
			out = append(out, o)
		}
	}
	return s.moved(ctx, tx, out, most)
}

// orAll is a limit; all when there is none.
func orAll(most int) int {
	if most > 0 {
		return most + 1
	}
	return 1 << 30
}

// moved adds the renewals that were moved to a later day: they took place.
func (s *Service) moved(ctx context.Context, tx db.Tx, out []Outcome, most int) ([]Outcome, error) {
	for before, pages := int64(0), 0; ; pages++ {
		if most > 0 && pages*1000 > 5*most {
			return out, nil
		}
		events, err := s.ledger.Newest(ctx, tx, "organization", []string{AccountChanged}, before, 1000)
		if err != nil || len(events) == 0 {
			return out, err
		}
		for _, e := range events {
			if o, ok := renewed(e); ok {
				out = append(out, o)
			}
		}
		before = events[len(events)-1].Pos
	}
}

// renewed reads a renewal that was moved on.
func renewed(e ledger.Event) (o Outcome, ok bool) {
	var d struct {
		Changes struct {
			Renewal []*string `json:"renewal"`
		} `json:"changes"`
	}
	if e.Decode(&d) != nil || len(d.Changes.Renewal) != 2 || d.Changes.Renewal[0] == nil || d.Changes.Renewal[1] == nil {
		return o, false
	}
	was, err1 := time.Parse(time.DateOnly, *d.Changes.Renewal[0])
	is, err2 := time.Parse(time.DateOnly, *d.Changes.Renewal[1])
	if err1 != nil || err2 != nil || is.Sub(was) < grace { // a few days are a correction
		return o, false
	}
	return Outcome{Account: e.Subject.ID, At: was}, true
}

// test collects the scores of accounts with what became of them.
type test struct {
	card            *score.Card
	all             []score.Sample
	leaves          [][]score.Sample
	segments        map[string][]score.Sample
	without, others int
}

func newTest(c *score.Card) *test {
	return &test{card: c, leaves: make([][]score.Sample, len(c.Leaves)), segments: map[string][]score.Sample{}}
}

func (s *Service) testSome(ctx context.Context, tx db.Tx, t *test, outcomes []Outcome, at time.Time) error {
	var ids []int64
	for _, o := range outcomes {
		ids = append(ids, o.Account)
	}
	facts, err := s.factsThen(ctx, tx, ids, []*score.Card{t.card}, at)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		f, ok := facts[o.Account]
		if !ok || !t.card.Matches(f) {
			t.others++
			continue
		}
		r := t.card.Score(f)
		if r.Score == nil {
			t.without++
			continue
		}
		points, _ := r.Score.Float64()
		one := score.Sample{Score: points, Lost: o.Lost}
		t.all = append(t.all, one)
		segment, _ := f.Account["segment"].(string)
		t.segments[segment] = append(t.segments[segment], one)
		for i, l := range r.Leaves {
			if l.State == score.Scored {
				p, _ := l.Points.Float64()
				t.leaves[i] = append(t.leaves[i], score.Sample{Score: p, Lost: o.Lost})
			}
		}
	}
	return nil
}

// factsThen are facts as of a moment from everything known now. An account that was recorded only
// later is taken as it was when it was recorded: imported histories tell no earlier state.
func (s *Service) factsThen(ctx context.Context, tx db.Tx, ids []int64, cards []*score.Card, at time.Time) (map[int64]score.Facts, error) {
	told, events, err := s.pasts(ctx, tx, ids, at)
	if err != nil {
		return nil, err
	}
	facts := map[int64]score.Facts{}
	var there []int64
	for id, now := range told {
		for _, e := range slices.Backward(events[id]) {
			if err := undo(e, now); err != nil {
				return nil, err
			}
		}
		there = append(there, id)
		facts[id] = accountFacts(now, at)
	}
	slices.Sort(there)
	return facts, s.complete(ctx, tx, there, cards, measure.Asked{At: at}, facts)
}

func (t *test) horizon(days int) Horizon {
	h := Horizon{Days: days, Score: score.Rank(t.all)}
	for i, l := range t.card.Leaves {
		h.Measures = append(h.Measures, Rated{l.Name, l.Title, score.Rank(t.leaves[i])})
	}
	for _, segment := range slices.Sorted(maps.Keys(t.segments)) {
		title := segment
		if title == "" {
			title = "No segment"
		}
		h.Segments = append(h.Segments, Rated{segment, title, score.Rank(t.segments[segment])})
	}
	return h
}

// qualityWords is a rank quality in words: "0.78 (0.76 to 0.80)".
func qualityWords(q score.Quality) string {
	switch {
	case q.Lost == 0 || q.Stayed == 0:
		return "cannot be said"
	case q.TooSmall:
		return fmt.Sprintf("%.2f, of too few to say", q.AUC)
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", q.AUC, q.Low, q.High)
}
