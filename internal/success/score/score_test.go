package score_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"steward/internal/success/score"
)

const thirds = `kind: scorecard
name: thirds
title: Thirds
bands: [{ colour: red, when: value < 50 }, { colour: yellow, when: value >= 50 && value < 75 }, { colour: green, when: value >= 75 }]
groups:
  - name: product
    weight: 75
    measures:
      - name: devsecops
        parts:
          - { name: users, measure: usage.scanner_users, stale_after: 1440h, bands: [{ colour: red, when: value <= 0.05 }, { colour: yellow, when: value > 0.05 && value < 0.2 }, { colour: green, when: value >= 0.2 }] }
          - { name: scans, measure: usage.scans, bands: [{ colour: red, when: value < 0.1 }, { colour: yellow, when: value >= 0.1 && value <= 0.5 }, { colour: green, when: value > 0.5 }] }
          - { name: scanners, measure: usage.scanners, bands: [{ colour: red, when: value < 2 }, { colour: yellow, when: value >= 2 && value < 3 }, { colour: green, when: value >= 3 }] }
  - name: risk
    weight: 25
    measures:
      - name: sentiment
        measure: success.sentiment
        bands: [{ colour: green, when: value == "green" }, { colour: yellow, when: value == "yellow" }, { colour: red, when: value == "red" }]
overrides: [{ name: red-sentiment, title: Red sentiment, when: 'colours["sentiment"] == "red"', colour: red }]
`

func facts(sentiment any, age time.Duration) score.Facts {
	return score.Facts{At: noon, Readings: map[string]score.Reading{
		"usage.scanner_users": {Value: 0.1, At: noon.Add(-age), Events: []int64{11}},
		"usage.scans":         {Value: 0.7, Events: []int64{12}},
		"usage.scanners":      {Value: 2.0, Events: []int64{13}},
		"success.sentiment":   {Value: sentiment, Events: []int64{14}},
	}}
}

func TestTheWorkedExampleOfThePublishedRubric(t *testing.T) {
	// Yellow 62.5, green 87.5, yellow 62.5 make 70.83, which is yellow.
	r := card(t, thirds).Score(facts(nil, 0))
	if want := big.NewRat(425, 6); r.Score.Cmp(want) != 0 || r.Colour != score.Yellow {
		t.Errorf("score %s is %s, want %s, yellow", r.Score, r.Colour, want)
	}
	if n, _ := r.Hundredths(); n != 7083 {
		t.Errorf("shown as %d hundredths, want 7083", n)
	}
	if want := big.NewRat(3, 4); r.Observed.Cmp(want) != 0 || r.Applicable.Cmp(big.NewRat(1, 1)) != 0 {
		t.Errorf("observed %s of %s, want %s of 1", r.Observed, r.Applicable, want)
	}
}

func TestAnExplanationNamesCausesAndEvents(t *testing.T) {
	c := card(t, thirds)
	for name, at := range map[string]struct {
		from, to score.Facts
		want     map[score.Cause]int64
		events   []int64
	}{
		"data":      {facts("green", 0), facts("yellow", 0), map[score.Cause]int64{score.Data: -625}, []int64{14}},
		"first":     {facts(nil, 0), facts("yellow", 0), map[score.Cause]int64{score.Redistribution: -208}, []int64{14}},
		"staleness": {facts("green", 0), facts("green", 1441*time.Hour), map[score.Cause]int64{score.Staleness: 313}, []int64{11}},
		"override":  {facts("yellow", 0), facts("red", 0), map[score.Cause]int64{score.Data: -937, score.Forced: -3438}, nil},
	} {
		change := score.Explain(c.Score(at.from), c.Score(at.to))
		got := map[score.Cause]int64{}
		for _, p := range change.Parts {
			got[p.Cause] += p.Points
			if at.events != nil && (len(p.Events) != 1 || p.Events[0] != at.events[0]) {
				t.Errorf("%s: %s comes from events %v, want %v", name, p.Name, p.Events, at.events)
			}
		}
		if len(got) != len(at.want) {
			t.Errorf("%s: parts %v, want %v", name, got, at.want)
		}
		for cause, want := range at.want {
			if got[cause] != want {
				t.Errorf("%s: %s is worth %d, want %d (all: %v)", name, cause, got[cause], want, got)
			}
		}
		if err := change.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheWayLiftsWhatForcesTheColour(t *testing.T) {
	w := card(t, thirds).Score(facts("red", 0)).Way(nil)
	if w.Colour != score.Yellow || !w.Reaches || len(w.Steps) != 1 || w.Steps[0].Leaf.Name != "sentiment" || w.Steps[0].To != score.Yellow ||
		len(w.Lift) != 1 || w.Steps[0].Override == nil {
		t.Errorf("way: %+v", w)
	}
}

func TestRankQualityWithItsInterval(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var all []score.Sample
	for range 400 {
		lost := r.IntN(4) == 0
		v := float64(r.IntN(20))
		if lost {
			v -= 3
		}
		all = append(all, score.Sample{Score: v, Lost: lost})
	}
	q := score.Rank(all)
	right, pairs := 0.0, 0.0
	for _, a := range all {
		for _, b := range all {
			if a.Lost || !b.Lost {
				continue
			}
			pairs++
			if a.Score > b.Score {
				right++
			} else if a.Score == b.Score {
				right += 0.5
			}
		}
	}
	if math.Abs(q.AUC-right/pairs) > 1e-12 || q.TooSmall {
		t.Errorf("AUC %f, by counting pairs %f", q.AUC, right/pairs)
	}
	// The interval is about as wide as a bootstrap says.
	var boot []float64
	for range 300 {
		some := make([]score.Sample, len(all))
		for i := range some {
			some[i] = all[r.IntN(len(all))]
		}
		boot = append(boot, score.Rank(some).AUC)
	}
	m, v := 0.0, 0.0
	for _, x := range boot {
		m += x / float64(len(boot))
	}
	for _, x := range boot {
		v += (x - m) * (x - m) / float64(len(boot)-1)
	}
	if half, want := (q.High-q.Low)/2, 1.96*math.Sqrt(v); math.Abs(half-want) > want*0.2 {
		t.Errorf("half the interval is %f, by bootstrap %f", half, want)
	}
	if q := score.Rank(all[:12]); !q.TooSmall {
		t.Error("twelve accounts are enough")
	}
	if q := score.Rank([]score.Sample{{1, false}}); !math.IsNaN(q.AUC) {
		t.Errorf("AUC without losses is %f", q.AUC)
	}
}
