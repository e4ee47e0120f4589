package success

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// said is what points say at a moment as known with batches up to one: as the database is asked.
func said(points []oldPoint, at, batch int64, counter bool) (value float64, newest int64) {
	latest := map[int64]oldPoint{}
	for _, p := range points {
		if p.batch <= batch && p.at < at && (latest[p.at].batch <= p.batch) {
			latest[p.at] = p
		}
	}
	for _, p := range latest {
		newest = max(newest, p.at)
	}
	if !counter {
		return latest[newest].value, newest
	}
	for _, p := range latest {
		value += p.value
	}
	return value, newest
}

// What a series says at the end of any day, as known at the end of any day, is the same after its days were rolled up.
func TestRolledDaysSayTheSameAtTheirEnds(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 7))
		counter := seed%2 == 0
		var all []oldPoint
		recorded, came, ends := int64(0), map[int64]int64{}, map[int64]int64{} // when batches were recorded, and the last of each day
		for batch := int64(1); batch < 40; batch++ {
			recorded += r.Int64N(microsADay / 2)
			came[batch] = recorded
			for d := recorded/microsADay + 1; d < 30; d++ {
				ends[d] = batch
			}
			for range r.IntN(5) {
				at := recorded - r.Int64N(min(recorded+1, 3*microsADay))
				at -= at % (microsADay / 6) // some are about the same moment
				all = append(all, oldPoint{at, batch, recorded, float64(r.IntN(9))})
			}
		}
		slices.SortFunc(all, func(a, b oldPoint) int { return cmpPoints(a, b) })
		all = slices.CompactFunc(all, func(a, b oldPoint) bool { return a.at == b.at && a.batch == b.batch })
		kept := rollDays(all, counter)
		if len(kept) > len(all) {
			t.Fatalf("seed %d: %d points became %d", seed, len(all), len(kept))
		}
		for day := int64(1); day < 30; day++ {
			for known := day; known < 30; known++ {
				if ends[known] == 0 {
					continue
				}
				was, at := said(all, day*microsADay, ends[known], counter)
				is, then := said(kept, day*microsADay, ends[known], counter)
				if was != is || !counter && at != then || at/microsADay != then/microsADay {
					t.Fatalf("seed %d, day %d as known on %d: %v of %d became %v of %d", seed, day, known, was, at, is, then)
				}
			}
		}
		for i := range kept {
			kept[i].recorded = came[kept[i].batch]
		}
		if again := rollDays(kept, counter); !slices.EqualFunc(again, kept, func(a, b oldPoint) bool { return cmpPoints(a, b) == 0 && a.value == b.value }) {
			t.Fatalf("seed %d: rolled up again %v became %v", seed, kept, again)
		}
	}
}

func cmpPoints(a, b oldPoint) int {
	if a.at != b.at {
		return int(a.at - b.at)
	}
	return int(a.batch - b.batch)
}
