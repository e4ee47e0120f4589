package insight

import (
	"context"
	"maps"
	"slices"

	"steward/internal/db"
)

// fact is what the newest event says about a record.
type fact struct {
	kind   string
	record int64
	day    string
	at     int64
	event  int64
	counts bool // false: the record is none of the indicator's
	good   bool
}

type tallyKey struct{ indicator int64 }

// tallies are the facts that one step of a follower comes upon, written together at its end:
// one by one they cost more than the events themselves.
type tallies struct {
	facts map[string]map[int64]fact // by kind and record; what comes later counts
}

// tally is what a transaction has come upon for an indicator. It writes it before it commits.
func tally(tx db.Tx, indicator int64) *tallies {
	return tx.Value(tallyKey{indicator}, func() any {
		t := &tallies{facts: map[string]map[int64]fact{}}
		tx.BeforeCommit(func(ctx context.Context) error { return t.write(ctx, tx, indicator) })
		return t
	}).(*tallies)
}

func (t *tallies) note(f fact) {
	if t.facts[f.kind] == nil {
		t.facts[f.kind] = map[int64]fact{}
	}
	t.facts[f.kind][f.record] = f
}

// perQuery bounds how many records one statement asks for or removes.
const perQuery = 64

// write replaces what earlier events said about the records, and moves the totals of the days.
func (t *tallies) write(ctx context.Context, tx db.Tx, indicator int64) error {
	days := map[string]*[2]int64{} // numerator and denominator to add
	add := func(day string, good bool, n int64) {
		if days[day] == nil {
			days[day] = &[2]int64{}
		}
		days[day][1] += n
		if good {
			days[day][0] += n
		}
	}
	rows := &db.Bulk{}
	for _, kind := range slices.Sorted(maps.Keys(t.facts)) {
		facts := t.facts[kind]
		for ids := range slices.Chunk(slices.Sorted(maps.Keys(facts)), perQuery) {
			if err := forgetFacts(ctx, tx, indicator, kind, ids, facts, add); err != nil {
				return err
			}
		}
		for _, id := range slices.Sorted(maps.Keys(facts)) { // in order, so that two nodes do not wait for each other
			f := facts[id]
			if !f.counts {
				continue
			}
			rows.Merge("indicator_fact", "indicator_id, record_kind, record_id, at, day, counted, event_id",
				"(indicator_id, record_kind, record_id) DO UPDATE SET at = excluded.at, day = excluded.day, counted = excluded.counted, event_id = excluded.event_id",
				indicator, kind, id, f.at, f.day, f.good, f.event)
			add(f.day, f.good, 1)
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if n := days[day]; *n != [2]int64{} {
			rows.Merge("indicator_day", "indicator_id, day, numerator, denominator",
				"(indicator_id, day) DO UPDATE SET numerator = indicator_day.numerator + excluded.numerator, denominator = indicator_day.denominator + excluded.denominator",
				indicator, day, n[0], n[1])
		}
	}
	return rows.Write(ctx, tx)
}

// forgetFacts takes what was said about some records before out of the totals, and removes
// records that count no longer.
func forgetFacts(ctx context.Context, tx db.Tx, indicator int64, kind string, ids []int64, now map[int64]fact, add func(day string, good bool, n int64)) error {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).And("indicator_id = ?", indicator).And("record_kind = ?", kind).In("record_id", list)
	rows, err := tx.Query(ctx, `SELECT record_id, day, counted FROM indicator_fact WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var gone []any
	for rows.Next() {
		var id int64
		var day string
		var good bool
		if err := rows.Scan(&id, &day, &good); err != nil {
			return err
		}
		add(day, good, -1)
		if !now[id].counts {
			gone = append(gone, id)
		}
	}
	if err := rows.Err(); err != nil || len(gone) == 0 {
		return err
	}
	w = (&db.Where{}).And("indicator_id = ?", indicator).And("record_kind = ?", kind).In("record_id", gone)
	_, err = tx.Exec(ctx, `DELETE FROM indicator_fact WHERE `+w.SQL(), w.Args()...)
	return err
}
