package score_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"steward/internal/success/score"
)

// weights are n random weights with two digits behind the point that sum to 100; at times none.
func weights(r *rand.Rand, n int) []string {
	out := make([]string, n)
	if r.IntN(4) == 0 {
		return out
	}
	left := 10_000
	for i := range out {
		w := left
		if i < n-1 {
			w = r.IntN(left + 1)
		}
		left -= w
		out[i] = fmt.Sprintf("weight: %d.%02d, ", w/100, w%100)
	}
	return out
}

var numeric = []string{"usage.utilisation", "usage.engagement", "usage.git_users", "usage.ci_builds", "usage.scans", "usage.version"}

// randomCard writes a scorecard: up to four groups of up to four measures, some made of parts.
func randomCard(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("kind: scorecard\nname: random\ntitle: Random\nbands: [{ colour: red, when: value < 50 }, { colour: yellow, when: value >= 50 && value < 75 }, { colour: green, when: value >= 75 }]\n")
	if by := []string{"", "revenue", "equal"}[r.IntN(3)]; by != "" {
		fmt.Fprintf(&b, "roll_up: { by: %s }\n", by)
	}
	b.WriteString("groups:\n")
	n := 0
	source := func() string {
		low := r.IntN(50)
		high := low + 1 + r.IntN(49)
		s := fmt.Sprintf("measure: %s, bands: [{ colour: red, when: value < 0.%02d%s }, { colour: yellow, when: value >= 0.%02d && value < 0.%02d }, { colour: green, when: value >= 0.%02d }]",
			numeric[r.IntN(len(numeric))], low, []string{"", ", points: 0", ", points: 10.01"}[r.IntN(3)], low, high, high)
		if r.IntN(3) == 0 {
			s = fmt.Sprintf("measure: success.since_meeting, bands: [{ colour: green, when: value <= %d }, { colour: yellow, when: value > %d && value <= 90 }, { colour: red, when: value > 90 }]", 10+low, 10+low)
		} else if r.IntN(4) == 0 {
			old := 200 + r.IntN(200)
			s = fmt.Sprintf("measure: %s, bands: [{ colour: red, when: value < 0.4 && account.age_days < %d || value < 0.6 && account.age_days >= %d }, { colour: green, when: value >= 0.4 && account.age_days < %d || value >= 0.6 && account.age_days >= %d }]",
				numeric[r.IntN(len(numeric))], old, old, old, old)
		}
		if r.IntN(3) == 0 {
			s += fmt.Sprintf(", stale_after: %dh", 240+r.IntN(2000))
		}
		if r.IntN(4) == 0 {
			s += `, not_applicable: account.segment == "scale"`
		}
		return s
	}
	groups := 1 + r.IntN(4)
	gw := weights(r, groups)
	for g := range groups {
		count := 1 + r.IntN(4)
		mw := weights(r, count)
		fmt.Fprintf(&b, "  - { name: g%d, %smeasures: [", g, gw[g])
		for m := range count {
			n++
			if r.IntN(4) == 0 {
				pw := weights(r, 3)
				fmt.Fprintf(&b, "\n    { name: m%d, %sparts: [{ name: m%da, %s%s }, { name: m%db, %s%s }, { name: m%dc, %s%s }] },", n, mw[m], n, pw[0], source(), n, pw[1], source(), n, pw[2], source())
				continue
			}
			fmt.Fprintf(&b, "\n    { name: m%d, %s%s },", n, mw[m], source())
		}
		b.WriteString("] }\n")
	}
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, "overrides: [{ name: force, when: 'colours[\"m%d\"] == \"red\"', colour: red }, { name: lift, when: account.plan == \"gift\", colour: green }]\n", 1+r.IntN(n))
	}
	return b.String()
}

// randomFacts are those of an account on some day.
func randomFacts(r *rand.Rand, at time.Time) score.Facts {
	f := score.Facts{At: at, Account: map[string]any{"segment": []string{"scale", "strategic"}[r.IntN(2)], "plan": []string{"gift", "ultimate", "ultimate", "ultimate"}[r.IntN(4)]},
		Anchors:  map[string]score.Anchor{"age_days": {Time: noon.AddDate(0, 0, -r.IntN(500))}},
		Readings: map[string]score.Reading{}, Revenue: int64(r.IntN(5))}
	for i, name := range numeric {
		if r.IntN(5) > 0 {
			f.Readings[name] = score.Reading{Value: float64(r.IntN(101)) / 100, At: at.Add(-time.Duration(r.IntN(2000)) * time.Hour), Events: []int64{int64(i + 1)}}
		}
	}
	if r.IntN(4) > 0 {
		anchor := at.Add(-time.Duration(r.IntN(3000)) * time.Hour)
		f.Readings["success.since_meeting"] = score.Reading{Value: at.Sub(anchor), Anchor: anchor, Events: []int64{99}}
	}
	for id := range r.IntN(3) {
		f.Children = append(f.Children, score.Child{ID: int64(id + 1), Score: int64(r.IntN(10_001)), Revenue: int64(r.IntN(4))})
	}
	return f
}

// later are the same facts at another moment.
func later(f score.Facts, at time.Time) score.Facts {
	f.At = at
	old := f.Readings
	f.Readings = map[string]score.Reading{}
	for name, r := range old {
		if !r.Anchor.IsZero() {
			r.Value = at.Sub(r.Anchor)
		}
		f.Readings[name] = r
	}
	return f
}

func TestContributionsSumToTheChangeToTheLastDigit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		text := randomCard(r)
		a, b := card(t, text), card(t, randomCard(r))
		for range 20 {
			from := a.Score(randomFacts(r, noon))
			to := a.Score(randomFacts(r, noon.AddDate(0, 0, r.IntN(365))))
			if r.IntN(4) == 0 {
				to = b.Score(to.Facts)
			}
			if err := score.Explain(from, to).Check(); err != nil {
				t.Fatalf("%v\n%s\nfrom %v\nto %v", err, text, from.Facts, to.Facts)
			}
		}
	}
}

func TestAScoreIsTheWeightedMeanOfWhatIsThere(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 120 {
		c := card(t, randomCard(r))
		for range 10 {
			res := c.Score(randomFacts(r, noon))
			total, weight := new(big.Rat), new(big.Rat)
			for _, l := range res.Leaves {
				weight.Add(weight, l.Effective)
				if l.Points != nil {
					total.Add(total, new(big.Rat).Mul(l.Effective, l.Points))
				}
			}
			one := big.NewRat(1, 1)
			if res.Own == nil {
				if weight.Sign() != 0 {
					t.Fatalf("nothing was observed, and weights sum to %s", weight)
				}
				continue
			}
			if weight.Cmp(one) != 0 || total.Cmp(res.Own) != 0 {
				t.Fatalf("weights sum to %s, the mean is %s, the score %s", weight, total, res.Own)
			}
			if res.Observed.Cmp(res.Applicable) > 0 || res.Applicable.Cmp(one) > 0 {
				t.Fatalf("observed %s of applicable %s", res.Observed, res.Applicable)
			}
			if res.Colour == "" || res.Score.Sign() < 0 || res.Score.Cmp(big.NewRat(100, 1)) > 0 {
				t.Fatalf("score %s is %q", res.Score, res.Colour)
			}
		}
	}
}

func TestNothingChangesBeforeTheNextMoment(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		text := randomCard(r)
		c := card(t, text)
		f := randomFacts(r, noon)
		before, next := c.Score(f), c.Next(f)
		span := 500 * 24 * time.Hour
		if !next.IsZero() {
			span = next.Sub(noon)
		}
		for range 5 {
			at := noon.Add(time.Duration(r.Int64N(int64(span))).Truncate(time.Microsecond)) // as times are kept
			after := c.Score(later(f, at))
			for i := range before.Leaves {
				if x, y := before.Leaves[i], after.Leaves[i]; x.State != y.State || x.Colour != y.Colour || x.Flagged != y.Flagged {
					t.Fatalf("%s is %s %s at %s, was %s %s at %s; the next moment was to be %s\n%s", c.Leaves[i].Name, y.State, y.Colour, at, x.State, x.Colour, noon, next, text)
				}
			}
		}
	}
}

func TestTheShortestWayIsTheShortest(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	reached := 0
	for range 120 {
		text := randomCard(r)
		c := card(t, text)
		f := randomFacts(r, noon)
		res := c.Score(f)
		w := res.Way(nil)
		if w.Colour == "" {
			continue
		}
		fewest := bruteWay(c, res, w.Colour)
		if w.Reaches != (fewest > 0) || w.Reaches && len(w.Steps) != fewest {
			t.Fatalf("way of %d steps (reaches %t), the shortest has %d\n%s\n%v", len(w.Steps), w.Reaches, fewest, text, f)
		}
		if !w.Reaches {
			continue
		}
		reached++
		total, shown := new(big.Rat), int64(0)
		for _, s := range w.Steps {
			total.Add(total, s.Worth)
			shown += s.Points
		}
		if want := new(big.Rat).Sub(w.Score, res.Score); total.Cmp(want) != 0 || shown != w.Gain {
			t.Fatalf("steps are worth %s (%d shown), the way %s (%d shown)", total, shown, want, w.Gain)
		}
	}
	if reached < 20 {
		t.Errorf("only %d ways were looked at", reached)
	}
}

// bruteWay tries every set of better colours and returns the least number of changes that reach
// the colour, 0 for none.
func bruteWay(c *score.Card, res score.Result, colour string) int {
	rank := map[string]int{score.Red: 1, score.Yellow: 2, score.Green: 3}
	var able []int
	for i, l := range res.Leaves {
		if l.State == score.Scored && l.Colour != score.Green && l.Colour != "" {
			able = append(able, i)
		}
	}
	best := 0
	for mask := 1; mask < 1<<len(able); mask++ {
		colours := map[string]string{}
		for bit, i := range able {
			if mask&(1<<bit) != 0 {
				colours[c.Leaves[i].Name] = score.Green
			}
		}
		if n := len(colours); best == 0 || n < best {
			if rank[res.If(colours).Colour] >= rank[colour] {
				best = n
			}
		}
	}
	return best
}
