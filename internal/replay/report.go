package replay

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Replayer re-runs the history of one sort of record.
type Replayer interface {
	// Kinds are the kinds of blueprint whose change is worth a replay.
	Kinds() []string
	// Replay decides the recorded history by both configurations. It reads in batches, holds
	// no transaction between them, and ends early with ctx's error when ctx ends.
	Replay(ctx context.Context, in Input) (Section, error)
}

// Input is what a Replayer gets. Both sets give every blueprint an id: what is not stored yet
// has a negative one.
type Input struct {
	DB       *db.DB
	Current  *blueprint.Set
	Proposed *blueprint.Set
	Since    time.Time // records about which anything happened from here on
	Until    time.Time // and that began before here; also the time at which what is under way is looked at
	// Progress says how many of how many records are done. It may be called from anywhere.
	Progress func(done, total int64)
}

// Report is what a replay found.
type Report struct {
	Generation int64     `json:"generation"` // of the configuration that the proposal was compared with
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
	Sections   []Section `json:"sections" nullable:"false"` // one for each sort of record; none when nothing that can be replayed changes
}

// Section is the part of a report about one sort of record.
type Section struct {
	Records       string   `json:"records"` // what they are: "tickets"
	Kinds         []string `json:"kinds" nullable:"false"`
	Total         int64    `json:"total"`    // records that lived in the window
	Replayed      int64    `json:"replayed"` // of them, those whose history was enough
	NotReplayable []Reason `json:"not_replayable" nullable:"false"`
	// Otherwise is how many of the replayed came out otherwise when they happened than the
	// configuration in force decides them: an older one was in force then.
	Otherwise int64      `json:"otherwise_recorded"`
	Different int64      `json:"different"` // replayed records about which anything would differ
	Totals    []Total    `json:"totals" nullable:"false"`
	Groups    []Group    `json:"groups" nullable:"false"`
	Late      []Lateness `json:"late" nullable:"false"`  // of the promises that would differ; none when no promise does
	Whose     []Share    `json:"whose" nullable:"false"` // to what the records that would differ belong
}

// Reason counts records that cannot be replayed.
type Reason struct {
	Reason  string `json:"reason"`
	Records int64  `json:"records"`
}

// Total counts records by what would differ about them.
type Total struct {
	Change   string `json:"change"`
	Records  int64  `json:"records"`
	Sentence string `json:"sentence"` // "would have breached that did not"
}

// Group counts records by the blueprint that decides and by what would differ, with examples.
type Group struct {
	Kind     string    `json:"kind"`
	Name     string    `json:"name"`
	Aspect   string    `json:"aspect"` // of the record: a metric
	Change   string    `json:"change"`
	Records  int64     `json:"records"`
	Examples []Example `json:"examples" nullable:"false"` // the newest, at most MaxExamples
	Kept     int64     `json:"kept"`                      // how many of the records can be listed, the newest, at most MaxFound
	Part     int       `json:"part"`                      // its number in the report, by which they are asked for

	found []Example // the newest, at most MaxFound; in no order while they are collected
	floor int64     // records up to this id are not among them: there are enough newer ones
}

// Found are the records of the group that can be listed, the newest first.
func (g Group) Found() []Example { return g.found }

// Example is one record with what was decided before and after; null where nothing was.
type Example struct {
	Record ledger.Ref `json:"record"`
	Before any        `json:"before"`
	After  any        `json:"after"`

	Sentence string `json:"sentence"` // what would differ, in words that name no person
	Link     string `json:"link"`     // where the record is shown: "/tickets/12"
}

// MaxExamples is how many examples a group shows in the report itself.
const MaxExamples = 20

// MaxFound is how many records a group lists.
const MaxFound = 10_000

// Tally collects what records differ in. It keeps no more of them than are listed.
type Tally struct {
	Total, Replayed, Otherwise, Different int64

	reasons map[string]int64
	totals  map[string]int64
	groups  map[[4]string]*Group
	whose   map[Facet]*Share
	bands   [][2]int64 // promises by how late, before and after
}

// NewTally returns an empty tally.
func NewTally() *Tally {
	return &Tally{reasons: map[string]int64{}, totals: map[string]int64{}, groups: map[[4]string]*Group{}, whose: map[Facet]*Share{}, bands: make([][2]int64, len(bands))}
}

// Skip counts a record that cannot be replayed.
func (t *Tally) Skip(reason string) { t.reasons[reason]++ }

// Difference is one thing about a record that would differ.
type Difference struct {
	Kind, Name, Aspect, Change string
	Worse                      int               // 1 when something would be missed that was not, -1 the other way round
	Late                       *[2]time.Duration // of a promise: how late it was and would be, NoPromise for none; nil for anything else
	// Tell says how it was and how it would be, and what that is in words. It is asked for the
	// records that are listed, not for every one.
	Tell func() (before, after any, sentence string)
}

// Differ counts a record with what would differ about it, and to what it belongs.
func (t *Tally) Differ(record ledger.Ref, all []Difference, whose ...Facet) {
	if len(all) == 0 {
		return
	}
	t.Different++
	changes, groups := map[string]bool{}, map[*Group]bool{}
	t.belongs(whose, all)
	for _, d := range all {
		t.late(d)
		if !changes[d.Change] {
			changes[d.Change] = true
			t.totals[d.Change]++
		}
		g := t.group(d.Kind, d.Name, d.Aspect, d.Change)
		if !groups[g] {
			groups[g] = true
			g.Records++
			if record.ID > g.floor {
				before, after, sentence := d.Tell()
				g.add(Example{record, before, after, sentence, fmt.Sprintf("/%ss/%d", record.Kind, record.ID)})
			}
		}
	}
}

func (t *Tally) group(kind, name, aspect, change string) *Group {
	key := [4]string{kind, name, aspect, change}
	if t.groups[key] == nil {
		t.groups[key] = &Group{Kind: kind, Name: name, Aspect: aspect, Change: change, Examples: []Example{}}
	}
	return t.groups[key]
}

// add keeps the records with the highest ids.
func (g *Group) add(all ...Example) {
	g.found = append(g.found, all...)
	if len(g.found) > 2*MaxFound {
		g.trim()
	}
}

func (g *Group) trim() {
	slices.SortFunc(g.found, func(a, b Example) int { return cmp.Compare(b.Record.ID, a.Record.ID) })
	if len(g.found) >= MaxFound {
		g.found = slices.Clip(g.found[:MaxFound])
		g.floor = g.found[MaxFound-1].Record.ID
	}
}

// Merge adds what another tally counted.
func (t *Tally) Merge(o *Tally) {
	t.Total, t.Replayed, t.Otherwise, t.Different = t.Total+o.Total, t.Replayed+o.Replayed, t.Otherwise+o.Otherwise, t.Different+o.Different
	for k, n := range o.reasons {
		t.reasons[k] += n
	}
	for f, s := range o.whose {
		t.share(f).add(s.Records, s.Worse, s.Better)
	}
	for i, n := range o.bands {
		t.bands[i][0], t.bands[i][1] = t.bands[i][0]+n[0], t.bands[i][1]+n[1]
	}
	for k, n := range o.totals {
		t.totals[k] += n
	}
	for k, g := range o.groups {
		own := t.group(k[0], k[1], k[2], k[3])
		own.Records += g.Records
		own.add(g.found...)
	}
}

// Section is the tally in a fixed order. sentences say in words what each change means, in
// the order in which people want to read them.
func (t *Tally) Section(records string, kinds []string, sentences []Total) Section {
	s := Section{Records: records, Kinds: kinds, Total: t.Total, Replayed: t.Replayed, Otherwise: t.Otherwise, Different: t.Different,
		NotReplayable: []Reason{}, Totals: []Total{}, Groups: []Group{}, Late: t.lateness(), Whose: t.shares()}
	for r, n := range t.reasons {
		s.NotReplayable = append(s.NotReplayable, Reason{r, n})
	}
	slices.SortFunc(s.NotReplayable, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Reason, b.Reason))
	})
	rank := map[string]int{}
	for i, w := range sentences {
		rank[w.Change] = i
		s.Totals = append(s.Totals, Total{w.Change, t.totals[w.Change], w.Sentence})
	}
	for _, g := range t.groups {
		g.trim()
		g.Kept, g.Examples = int64(len(g.found)), append(g.Examples, g.found[:min(len(g.found), MaxExamples)]...)
		s.Groups = append(s.Groups, *g)
	}
	slices.SortFunc(s.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(rank[a.Change], rank[b.Change]), cmp.Compare(b.Records, a.Records), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Aspect, b.Aspect))
	})
	return s
}
