package success

import (
	"context"
	"slices"
	"time"

	"steward/internal/db"
	"steward/internal/measure"
)

// judgedPrefix is the beginning of the names of measures of how long ago something was judged: judged.sentiment is the
// time since manual.sentiment was, whether that holds still or has expired.
const judgedPrefix = "judged."

// judgedSince is how long ago a manual measure was judged of some accounts; those that nobody judged are left out, and
// what was taken back does not count.
func (s *Service) judgedSince(ctx context.Context, tx db.Tx, m manualInForce, ids []int64, asked measure.Asked) (map[int64]Observation, error) {
	out := map[int64]Observation{}
	at, known := cmpTime(asked.At, s.clock()), cmpTime(asked.Known, time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC))
	for part := range slices.Chunk(ids, perRead) {
		w := (&db.Where{}).Among(tx.Engine(), "a.organization_id", part)
		newest := `(SELECT max(n.id) FROM judgement n WHERE n.organization_id = a.organization_id AND n.measure_id = ` + w.Arg(m.ID) + ` AND n.at <= ` + w.Arg(db.Micros(at)) + ` AND n.recorded <= ` + w.Arg(db.Micros(known)) +
			` AND COALESCE(n.ended, 9007199254740991) > ` + w.Arg(db.Micros(firstOf(at, known))) + `)`
		rows, err := tx.Query(ctx, `SELECT `+judgementFields+` FROM account a JOIN judgement j ON j.id = `+newest+` WHERE `+w.SQL(), w.Args()...)
		list, err := db.Collect(rows, err, s.scanJudgement)
		if err != nil {
			return nil, err
		}
		for _, j := range list {
			out[j.Account] = j.since(at)
		}
	}
	return out, nil
}

// firstOf is the earlier of two times.
func firstOf(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// since is how long ago it was judged.
func (j Judgement) since(at time.Time) Observation {
	gone := at.Sub(j.At)
	return Observation{Set: true, Value: measure.Amount(gone.Microseconds()), Plain: gone, At: j.At, EventID: j.EventID, Ticks: true}
}

// judgedSinceEach adds how long ago something was judged at several moments, the latest first.
func (s *Service) judgedSinceEach(ctx context.Context, tx db.Tx, name string, m manualInForce, ids []int64, at []time.Time, out []observedAt) error {
	of, err := s.judgedOf(ctx, tx, m, ids, at[0])
	for n, t := range at {
		out[n][name] = map[int64]Observation{}
		for id, list := range of {
			for k := len(list) - 1; k >= 0; k-- {
				if j := list[k]; !j.At.After(t) && (j.Ended.IsZero() || j.Ended.After(t)) {
					out[n][name][id] = j.since(t)
					break
				}
			}
		}
	}
	return err
}
