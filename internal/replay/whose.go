package replay

import (
	"cmp"
	"slices"
	"time"
)

// Facet is what a record belongs to.
type Facet struct {
	By   string `json:"by"`   // team, organization, or organization. and the name of a field of theirs
	Name string `json:"name"` // of a team or a value, as configured; "" for none, or for an organization
	ID   int64  `json:"id"`   // of an organization; 0 for none
}

// Share counts the records of one facet that would differ.
type Share struct {
	Facet
	Title   string `json:"title"` // what people call it; of an organization only when it is shown to somebody who may read it
	Records int64  `json:"records"`
	Worse   int64  `json:"worse"`  // would be late and were not
	Better  int64  `json:"better"` // would not be late and were
}

// Lateness counts promises that would differ by how late they were and would be.
type Lateness struct {
	Over   int64 `json:"over_minutes"` // late by more than this, up to the next; -1 for kept in time, or not due yet
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// inTime is Lateness.Over of promises that are not late.
const inTime = -1

// bands are the borders of Lateness.Over, in minutes of the clock on the wall.
var bands = []int64{inTime, 0, 60, 4 * 60, 8 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60}

// NoPromise is Difference.Late where there is none.
const NoPromise time.Duration = -1

// MaxShares is how many of each facet a section has; the rest are counted together as Others.
const MaxShares = 8

// Others is Share.Name of those that are counted together.
const Others = "*"

func band(late time.Duration) int {
	if late <= 0 {
		return 0
	}
	minutes := int64(late / time.Minute)
	for i := len(bands) - 1; i > 1; i-- {
		if minutes >= bands[i] {
			return i
		}
	}
	return 1
}

// belongs counts a record that differs with what it belongs to.
func (t *Tally) belongs(whose []Facet, all []Difference) {
	worse := slices.ContainsFunc(all, func(d Difference) bool { return d.Worse > 0 })
	better := slices.ContainsFunc(all, func(d Difference) bool { return d.Worse < 0 })
	for _, f := range whose {
		t.share(f).add(1, one(worse), one(better))
	}
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func (t *Tally) share(f Facet) *Share {
	if t.whose[f] == nil {
		t.whose[f] = &Share{Facet: f}
	}
	return t.whose[f]
}

func (s *Share) add(records, worse, better int64) {
	s.Records, s.Worse, s.Better = s.Records+records, s.Worse+worse, s.Better+better
}

// Regroup counts the records of each facet a second time, as those of what of says; none where it says false.
func (t *Tally) Regroup(of func(Facet) (Facet, bool)) {
	for f, s := range t.whose {
		if as, ok := of(f); ok {
			t.share(as).add(s.Records, s.Worse, s.Better)
		}
	}
}

// late counts the promises of a difference.
func (t *Tally) late(d Difference) {
	if d.Late == nil {
		return
	}
	for i, late := range d.Late {
		if late != NoPromise {
			t.bands[band(late)][i]++
		}
	}
}

// lateness is what late counted; nil when no promise differs.
func (t *Tally) lateness() []Lateness {
	out, some := []Lateness{}, false
	for i, n := range t.bands {
		out = append(out, Lateness{bands[i], n[0], n[1]})
		some = some || n[0]+n[1] > 0
	}
	if !some {
		return []Lateness{}
	}
	return out
}

// shares are the largest of each facet, and the others of it together.
func (t *Tally) shares() []Share {
	all := []Share{}
	for _, s := range t.whose {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Share) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(b.Records, a.Records), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	out, n := []Share{}, 0
	for i, s := range all {
		if i > 0 && all[i-1].By != s.By {
			n = 0
		}
		if n++; n <= MaxShares {
			out = append(out, s)
		} else if n == MaxShares+1 {
			out = append(out, Share{Facet: Facet{By: s.By, Name: Others}, Records: s.Records, Worse: s.Worse, Better: s.Better})
		} else {
			out[len(out)-1].add(s.Records, s.Worse, s.Better)
		}
	}
	return out
}
