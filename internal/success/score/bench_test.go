package score_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"steward/internal/success/score"
)

// fifteen is a scorecard of fifteen measures in three groups.
func fifteen() string {
	var b strings.Builder
	b.WriteString("kind: scorecard\nname: fifteen\ntitle: Fifteen\nbands: [{ colour: red, when: value < 50 }, { colour: yellow, when: value >= 50 && value < 75 }, { colour: green, when: value >= 75 }]\ngroups:\n")
	for g := range 3 {
		fmt.Fprintf(&b, "  - name: g%d\n    measures:\n", g)
		for m := range 5 {
			source := "measure: " + numeric[(g*5+m)%len(numeric)]
			if m == 4 {
				source = "measure: success.since_meeting"
			}
			fmt.Fprintf(&b, "      - { name: m%d%d, %s, stale_after: 1440h, bands: [{ colour: green, when: value >= 0.8 }, { colour: yellow, when: value >= 0.5 && value < 0.8 }, { colour: red, when: value < 0.5 }] }\n", g, m, source)
		}
	}
	b.WriteString("overrides: [{ name: o, when: 'colours[\"m00\"] == \"red\" && account.plan == \"gift\"', colour: red }]\n")
	return b.String()
}

func BenchmarkScoreFifteenMeasures(b *testing.B) {
	c := card(b, fifteen())
	r := rand.New(rand.NewPCG(1, 1))
	var all []score.Facts
	for range 500 {
		all = append(all, randomFacts(r, noon))
	}
	for i := 0; b.Loop(); i++ {
		c.Score(all[i%len(all)])
	}
}

func BenchmarkExplain(b *testing.B) {
	c := card(b, fifteen())
	r := rand.New(rand.NewPCG(1, 1))
	x, y := c.Score(randomFacts(r, noon)), c.Score(randomFacts(r, noon.AddDate(0, 3, 0)))
	for b.Loop() {
		score.Explain(x, y)
	}
}
