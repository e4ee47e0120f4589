package insight

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/population"
	"steward/internal/rule"
)

// maxColumns is how many streams share a sheet.
const maxColumns = 16

// sheet holds the facts that several streams count: those of one population, placed in time and
// split in the same way. Each stream is one of its columns.
type sheet struct {
	id      int64
	columns []*stream // those that are worked out
	stale   uint64    // columns that are still shown and that nobody works out
	doneTo  int64
	tests   []*rule.Program // what the columns ask, each once
	asks    [][2]int        // by column: its tests for counts and good; -1 for none

	from, to int64 // the day that was moved last, in microseconds, and what is kept about it
	days     [blockDim + 1]*day
}

// about says what a part's facts have in common with those of its sheet.
func (m member) about() string {
	p := m.of
	names := make([]string, len(m.in.plan.Dimensions))
	for i, d := range m.in.plan.Dimensions {
		names[i] = d.Name
	}
	until, calendar := "", ""
	if lasts(p.spec.Measure) {
		until = " until " + p.until
	}
	if p.spec.Delay != 0 {
		calendar = fmt.Sprint(" after ", time.Duration(p.spec.Delay), " ", p.spec.Calendar)
	}
	return p.population.Name + " when " + p.when + until + calendar + " in " + m.in.zone.String() + " by " + strings.Join(names, " ")
}

// sheets are those that streams are columns of, in the order of their ids. all are the streams there are.
func sheets(list, all []*stream) (out []*sheet) {
	byID := map[int64]*sheet{}
	for _, st := range list {
		sh := byID[st.sheet]
		if sh == nil {
			sh = &sheet{id: st.sheet, doneTo: st.doneTo}
			byID[st.sheet] = sh
			out = append(out, sh)
		}
		sh.columns = append(sh.columns, st)
		sh.asks = append(sh.asks, [2]int{sh.test(st.of.counts), sh.test(st.of.good)})
	}
	for _, st := range all {
		if sh := byID[st.sheet]; sh != nil && !slices.Contains(sh.columns, st) {
			sh.stale |= 1 << st.place
		}
	}
	slices.SortFunc(out, func(a, b *sheet) int { return cmp.Compare(a.id, b.id) })
	return out
}

// test is the place of a condition among those of the sheet; columns that ask the same share it.
func (sh *sheet) test(p *rule.Program) int {
	if p == nil {
		return -1
	}
	if i := slices.IndexFunc(sh.tests, func(t *rule.Program) bool { return t.Source() == p.Source() }); i >= 0 {
		return i
	}
	sh.tests = append(sh.tests, p)
	return len(sh.tests) - 1
}

// entry is what a fact says to the columns of a sheet.
type entry struct {
	at, until         int64 // microseconds; until 0: it lasts
	counts, good      uint64
	person, team, org int64
	dims              [maxDimensions]string
	amounts           [maxColumns]int64 // milliseconds or millionths
}

// lasting reports whether the facts of a sheet last from one time until another.
func (sh *sheet) lasting() bool { return lasts(sh.columns[0].of.spec.Measure) }

// entry is what a fact adds to the sheet; ok is false when it counts for no column. vars are its
// values, made when a condition asks for them.
func (sh *sheet) entry(t population.Told, vars func() rule.Vars) (e entry, ok bool, err error) {
	first := sh.columns[0]
	p := first.of
	if t.Gone {
		return e, false, nil
	}
	at, ok := t.Value(p.when).(time.Time)
	if !ok {
		return e, false, nil
	}
	if d := time.Duration(p.spec.Delay); d != 0 {
		if at, ok = later(p, at, d); !ok {
			return e, false, nil
		}
	}
	e.at = at.UnixMicro()
	if sh.lasting() {
		if end, ok := t.Value(p.until).(time.Time); ok {
			if e.until = end.UnixMicro(); e.until <= e.at {
				return e, false, nil
			}
		}
	}
	if err := sh.judge(&e, t, vars); err != nil || e.counts == 0 {
		return e, false, err
	}
	e.person, _ = t.Value(p.population.Person).(int64)
	e.team, _ = t.Value(p.population.Team).(int64)
	e.org, _ = t.Value(p.population.Organization).(int64)
	for i, d := range first.in.plan.Dimensions {
		e.dims[i] = key(t.Value(d.Name))
	}
	return e, true, nil
}

// judge asks the columns whether the fact counts for them, and how much it adds.
func (sh *sheet) judge(e *entry, t population.Told, vars func() rule.Vars) error {
	var known, holds uint64 // of the tests
	ask := func(i int) (bool, error) {
		if i < 0 {
			return true, nil
		}
		if bit := uint64(1) << i; known&bit == 0 {
			yes, err := sh.tests[i].Eval(vars())
			if err != nil {
				return false, err
			}
			known |= bit
			if yes {
				holds |= bit
			}
		}
		return holds>>i&1 == 1, nil
	}
	for i, st := range sh.columns {
		counts, err := ask(sh.asks[i][0])
		if err != nil {
			return err
		}
		if !counts {
			continue
		}
		amount, ok := st.of.amount(t)
		if !ok {
			continue
		}
		e.counts |= 1 << st.place
		e.amounts[st.place] = amount
		if sh.asks[i][1] < 0 {
			continue
		}
		good, err := ask(sh.asks[i][1])
		if err != nil {
			return err
		}
		if good {
			e.good |= 1 << st.place
		}
	}
	return nil
}

// later is a time after a time, in working time when the part has a calendar.
func later(p *part, at time.Time, d time.Duration) (time.Time, bool) {
	if p.hours == nil {
		return at.Add(d), true
	}
	return p.hours.After(at, d)
}

// lasts reports whether a measure counts what there is at a moment.
func lasts(measure string) bool { return measure == "standing" || measure == "age" }
