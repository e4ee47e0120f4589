package measure

import (
	"context"
	"database/sql"
	"time"

	"steward/internal/db"
)

// perQuery is how many subjects one statement asks about.
const perQuery = 500

// values reads a measure of several subjects, a statement for each few hundred.
func (s *Service) values(ctx context.Context, tx db.Tx, m *Measure, ids []int64, at moment) (map[int64]Value, error) {
	out := map[int64]Value{}
	if m.way == while || m.way == within { // a sum of nothing is 0
		for _, id := range ids {
			out[id] = Amount(0)
		}
	}
	for from := 0; from < len(ids); from += perQuery {
		if err := s.some(ctx, tx, m, ids[from:min(from+perQuery, len(ids))], at, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// storedID is the id of the measure whose rows are read.
const storedID = `(SELECT id FROM measure_name WHERE name = ? AND mark = ?)`

// some reads a measure of a few hundred subjects. What a total was in the past is what it is
// now, less what came or was learned since: reading costs as much as happened since then.
func (s *Service) some(ctx context.Context, tx db.Tx, m *Measure, ids []int64, at moment, out map[int64]Value) error {
	kept, w := s.registry.stored(m), &db.Where{}
	var query string
	switch m.way {
	case within:
		w.And("c.measure_id = "+storedID, kept.Name, kept.source.mark()).Among(tx.Engine(), "c.subject_id", ids)
		w.And("c.valid_from > ?", at.at-m.window.Microseconds()).And("c.valid_from <= ?", at.at).And("c.recorded <= ?", at.known)
		query = `SELECT c.subject_id, CAST(sum(c.amount) AS BIGINT), '' FROM measure_change c WHERE ` + w.SQL() + ` GROUP BY c.subject_id`
	default:
		w.And("n.measure_id = "+storedID, kept.Name, kept.source.mark()).Among(tx.Engine(), "n.subject_id", ids)
		query = `SELECT n.subject_id, ` + past(m.way, w, at) + ` FROM measure_now n WHERE ` + w.SQL()
	}
	rows, err := tx.Query(ctx, query, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var amount sql.NullInt64
		var word sql.NullString
		if err := rows.Scan(&id, &amount, &word); err != nil {
			return err
		}
		v := said(amount.Int64, word.String)
		if !amount.Valid || !v.Set {
			continue
		}
		if m.Ticks() {
			v.Amount = m.counted(v.Amount, at.at)
		}
		out[id] = v
	}
	return rows.Err()
}

// past are the columns amount and word of a series n at a moment.
func past(way Way, w *db.Where, at moment) string {
	of := ` FROM measure_change c WHERE c.measure_id = n.measure_id AND c.subject_id = n.subject_id AND c.valid_from `
	if way == while {
		sum := `CAST((SELECT COALESCE(sum(c.amount), 0)` + of
		out := `n.amount - ` + sum + `> ` + w.Arg(at.at) + `) AS BIGINT)`
		if at.known != always {
			out += ` - ` + sum + `<= ` + w.Arg(at.at) + ` AND c.recorded > ` + w.Arg(at.known) + `) AS BIGINT)`
		}
		return out + `, ''`
	}
	newest := of + `<= ` + w.Arg(at.at) + ` AND c.recorded <= ` + w.Arg(at.known) + ` ORDER BY c.valid_from DESC, c.pos DESC LIMIT 1)`
	return `(SELECT c.amount` + newest + `, (SELECT c.word` + newest
}

// Row is a change of a measure about one subject.
type Row struct {
	At         time.Time // when it happened
	Recorded   time.Time // when we learned it
	Change     Value     // what the event added, or for the latest what it said
	Value      Value     // what the measure was from then on; not set for sums over a stretch of time
	RecordKind string    // what the event was about, such as a ticket
	RecordID   int64
	EventID    int64

	pos int64
}

const rowFields = `c.valid_from, c.recorded, c.amount, c.word, c.record_id, c.event_id, c.pos`

func (m *Measure) scan(r db.Scanner) (row Row, err error) {
	var at, recorded int64
	var amount int64
	var word string
	err = r.Scan(&at, &recorded, &amount, &word, &row.RecordID, &row.EventID, &row.pos)
	row.At, row.Recorded, row.Change, row.RecordKind = db.Time(at), db.Time(recorded), said(amount, word), m.source.Kind
	return row, err
}

// evidenceRows is how many rows stand behind an answer.
const evidenceRows = 20

// evidence are the rows that make a value what it is.
func (s *Service) evidence(ctx context.Context, tx db.Tx, m *Measure, id int64, at moment) ([]Row, error) {
	kept := s.registry.stored(m)
	w := s.rows(kept, id).And("c.valid_from <= ?", at.at).And("c.recorded <= ?", at.known)
	limit := evidenceRows
	switch m.way {
	case while: // of each record that still counts, the change that made it what it is
		inner := `SELECT c.record_id, max(c.pos) AS pos FROM measure_change c WHERE ` + w.SQL() + ` GROUP BY c.record_id HAVING sum(c.amount) <> 0 ORDER BY max(c.pos) DESC LIMIT ` + w.Arg(limit)
		w2 := db.WhereAfter(w).And("c.measure_id = "+storedID, kept.Name, kept.source.mark()).And("c.subject_id = ?", id)
		rows, err := tx.Query(ctx, `SELECT `+rowFields+` FROM (`+inner+`) x JOIN measure_change c ON c.pos = x.pos AND c.record_id = x.record_id WHERE `+w2.SQL()+` ORDER BY c.pos DESC`, w2.Args()...)
		return db.Collect(rows, err, kept.scan)
	case within:
		w.And("c.valid_from > ?", at.at-m.window.Microseconds())
	default:
		limit = 1
	}
	rows, err := tx.Query(ctx, `SELECT `+rowFields+` FROM measure_change c WHERE `+w.SQL()+` ORDER BY c.valid_from DESC, c.pos DESC LIMIT `+w.Arg(limit), w.Args()...)
	return db.Collect(rows, err, kept.scan)
}

// rows is the predicate for the rows of a measure about one subject.
func (s *Service) rows(kept *Measure, id int64) *db.Where {
	return (&db.Where{}).And("c.measure_id = "+storedID, kept.Name, kept.source.mark()).And("c.subject_id = ?", id)
}

func (s *Service) history(ctx context.Context, tx db.Tx, kept *Measure, id int64, page db.Page) (list []Row, next string, err error) {
	w := s.rows(kept, id)
	at, pos, ok, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if ok {
		w.And("(c.valid_from, c.pos) < (?, ?)", at, pos)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT `+rowFields+` FROM measure_change c WHERE `+w.SQL()+` ORDER BY c.valid_from DESC, c.pos DESC LIMIT `+w.Arg(n+1), w.Args()...)
	if list, err = db.Collect(rows, err, kept.scan); err != nil {
		return nil, "", err
	}
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(db.Micros(list[n-1].At), list[n-1].pos)
	}
	return list, next, s.running(ctx, tx, kept, id, list)
}

// running fills in what the measure was from each row on.
func (s *Service) running(ctx context.Context, tx db.Tx, kept *Measure, id int64, list []Row) error {
	if len(list) == 0 || kept.way == within {
		return nil
	}
	if kept.way == latest {
		for i := range list {
			list[i].Value = list[i].Change
		}
		return nil
	}
	// The total behind the first row: what there is now less everything after that row.
	w := s.rows(kept, id).And("(c.valid_from, c.pos) > (?, ?)", db.Micros(list[0].At), list[0].pos)
	n := db.WhereAfter(w).And("n.measure_id = "+storedID, kept.Name, kept.source.mark()).And("n.subject_id = ?", id)
	var total int64
	err := tx.QueryRow(ctx, `SELECT n.amount - CAST((SELECT COALESCE(sum(c.amount), 0) FROM measure_change c WHERE `+w.SQL()+`) AS BIGINT) FROM measure_now n WHERE `+n.SQL(), n.Args()...).Scan(&total)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Value = Amount(total)
		total -= list[i].Change.Amount
	}
	return nil
}
