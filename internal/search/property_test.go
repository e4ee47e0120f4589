package search_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/search"
)

var vocabulary = []string{"export", "exports", "report", "re", "a", "Ångström", "angst", "stop", "stops", "東京", "東", "京都", "x1", "x12", "all", "none", "o5", "AND", "naïve", "don't"}

func randomText(r *rand.Rand, most int) string {
	var out []string
	for range r.IntN(most + 1) {
		out = append(out, vocabulary[r.IntN(len(vocabulary))])
	}
	return strings.Join(out, []string{" ", ", ", "-", "\n"}[r.IntN(4)])
}

func randomThing(r *rand.Rand, id int64) thing {
	return thing{id: id, owner: r.Int64N(5), team: r.Int64N(4), org: r.Int64N(3), title: randomText(r, 3), body: randomText(r, 8), notes: randomText(r, 4)}
}

func randomQuery(r *rand.Rand) string {
	var out []string
	for range 1 + r.IntN(3) {
		w := vocabulary[r.IntN(len(vocabulary))]
		if r.IntN(4) == 0 {
			w = string([]rune(w)[:1+r.IntN(len([]rune(w)))])
		}
		switch r.IntN(6) {
		case 0:
			w = `"` + w + " " + vocabulary[r.IntN(len(vocabulary))] + `"`
		case 1:
			w = "-" + w
		case 2:
			w = []string{"in:title ", "in:notes ", "-in:notes ", "size:2 ", "-size:1 "}[r.IntN(5)] + w
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

// TestBothEnginesFindWhatAPlainReaderFinds compares every answer, its order included, with
// what somebody finds who reads every record word by word.
func TestBothEnginesFindWhatAPlainReaderFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := rand.New(rand.NewPCG(7, 11)) // the same things and questions on both engines
		var all []thing
		for i := range 90 {
			all = append(all, randomThing(r, int64(i+1)))
		}
		w.put(all...)
		w.follow()
		for i := range 90 { // some change, some go
			switch r.IntN(4) {
			case 0:
				all[i] = randomThing(r, int64(i+1))
				w.put(all[i])
			case 1:
				w.drop(all[i].id)
				all[i].id = 0
			}
		}
		w.follow()
		for range 400 {
			q := randomQuery(r)
			want, err := search.Plainly(q, []string{"size", "made"}, []string{"thing"}, func(yield func(id int64, size, title, body, notes string)) {
				for _, x := range all {
					if x.id != 0 {
						yield(x.id, string(rune('0'+x.team)), x.title, x.body, x.notes)
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := w.ids(root, q); !slices.Equal(got, want) && len(got)+len(want) > 0 {
				t.Fatalf("%q finds %v, want %v", q, got, want)
			}
		}
	})
}
