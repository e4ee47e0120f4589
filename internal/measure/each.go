package measure

import (
	"context"
	"time"

	"steward/internal/db"
)

// stated is what one row says, or for a total by how much it moved.
type stated struct {
	amount int64
	word   string
	at     int64
	event  int64
}

// reading is what a row of a latest measure, or of an anchor, says at a moment.
func (r stated) reading(m *Measure, at int64) Reading {
	out := Reading{Value: said(r.amount, r.word), At: db.Time(r.at), EventID: r.event}
	if m.Ticks() {
		out.At, out.Value.Amount = db.Time(r.amount), m.counted(r.amount, at)
	}
	return out
}

// ReadEach answers one measure of any number of subjects at several moments, the latest first, as Read
// does for each of them from everything that is known now; but every row is read once. It checks no
// permission: it is for what the system works out.
func (s *Service) ReadEach(ctx context.Context, tx db.Tx, name string, ids []int64, at []time.Time) ([]map[int64]Reading, error) {
	m, err := s.registry.Get(name)
	if err != nil || len(at) == 0 {
		return nil, err
	}
	out := make([]map[int64]Reading, len(at))
	for n := range out {
		out[n] = make(map[int64]Reading, len(ids))
	}
	for from := 0; from < len(ids); from += perQuery {
		if err := s.readEach(ctx, tx, m, ids[from:min(from+perQuery, len(ids))], at, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) readEach(ctx context.Context, tx db.Tx, m *Measure, ids []int64, at []time.Time, out []map[int64]Reading) error {
	first := at[len(at)-1].UnixMicro()
	after, until := first, at[0].UnixMicro()
	totals, begin := map[int64]Value{}, map[int64]Reading{}
	var err error
	switch m.way {
	case while: // what a total was is what it is now less what came since
		until = always
		totals, err = s.values(ctx, tx, m, ids, moment{at: always, known: always})
	case within:
		after -= m.window.Microseconds()
	default:
		err = s.readRows(ctx, tx, m, ids, moment{at: first, known: always}, begin)
	}
	if err != nil {
		return err
	}
	rows, err := s.statedBetween(ctx, tx, m, ids, after, until)
	if err != nil {
		return err
	}
	for _, id := range ids {
		m.tellEach(id, totals[id].Amount, begin, rows[id], at, out)
	}
	return nil
}

// statedBetween are the rows of a measure behind one moment and up to another, by subject and time.
func (s *Service) statedBetween(ctx context.Context, tx db.Tx, m *Measure, ids []int64, after, until int64) (map[int64][]stated, error) {
	kept, w := s.registry.stored(m), &db.Where{}
	w.And("c.measure_id = "+storedID, kept.Name, kept.source.mark()).Among(tx.Engine(), "c.subject_id", ids).And("c.valid_from > ?", after).And("c.valid_from <= ?", until)
	rows, err := tx.Query(ctx, `SELECT c.subject_id, c.amount, c.word, c.valid_from, c.event_id FROM measure_change c WHERE `+w.SQL()+` ORDER BY c.subject_id, c.valid_from, c.pos`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64][]stated{}
	for rows.Next() {
		var id int64
		var r stated
		if err := rows.Scan(&id, &r.amount, &r.word, &r.at, &r.event); err != nil {
			return nil, err
		}
		out[id] = append(out[id], r)
	}
	return out, rows.Err()
}

// tellEach works out what the measure was of one subject at each moment.
func (m *Measure) tellEach(id, total int64, begin map[int64]Reading, rows []stated, at []time.Time, out []map[int64]Reading) {
	last := len(rows) // rows before it count
	for n, t := range at {
		now := t.UnixMicro()
		for last > 0 && rows[last-1].at > now {
			last--
			total -= rows[last].amount
		}
		switch m.way {
		case while:
			out[n][id] = Reading{Value: Amount(total)}
		case within:
			r, sum := Reading{}, int64(0)
			for k := last - 1; k >= 0 && rows[k].at > now-m.window.Microseconds(); k-- {
				sum += rows[k].amount
				r.Until = db.Time(rows[k].at + m.window.Microseconds())
			}
			r.Value = Amount(sum)
			out[n][id] = r
		default:
			if last > 0 {
				if rows[last-1].word != none {
					out[n][id] = rows[last-1].reading(m, now)
				}
				continue
			}
			r, there := begin[id]
			if !there {
				continue
			}
			if m.Ticks() {
				r.Value.Amount = m.counted(r.At.UnixMicro(), now)
			}
			out[n][id] = r
		}
	}
}
