package availability

import (
	"context"
	"database/sql"
	"time"

	"steward/internal/db"
)

// Status is what is known about somebody's work at a moment.
type Status struct {
	PersonID int64
	State    State     // what they say, with what has ended taken into account
	Until    time.Time // when that ends; zero: when they change it
	Off      *TimeOff  // the time off under way, nil for none
	Region   *Region   // nil for none
	Working  bool      // within the hours of their region; true without one
	Back     time.Time // when their hours begin again, while they are outside them; zero otherwise
	Teams    []int64
	// Attributes are those of the person by name.
	Attributes map[string]any
}

// Given reports whether work may be given to somebody unasked, and if not why.
func (s Status) Given() (ok bool, why string) {
	switch {
	case s.Off != nil:
		return false, "off until " + s.Off.To + " (" + s.Off.Zone + ")"
	case s.State != Available:
		return false, string(s.State)
	case !s.Working:
		return false, "outside the hours of " + s.Region.Title
	default:
		return true, ""
	}
}

// Of returns somebody's status. It checks no permission.
func (s *Service) Of(ctx context.Context, tx db.Tx, personID int64) (Status, error) {
	all, err := s.Some(ctx, tx, []int64{personID})
	return all[personID], err
}

// Some returns the status of several people, of at most a thousand, with four questions. It
// checks no permission.
func (s *Service) Some(ctx context.Context, tx db.Tx, ids []int64) (map[int64]Status, error) {
	now := s.clock().UTC()
	out := make(map[int64]Status, len(ids))
	list := make([]any, 0, len(ids))
	for _, id := range ids {
		if _, twice := out[id]; !twice {
			out[id], list = Status{PersonID: id, State: Available}, append(list, id)
		}
	}
	if len(list) == 0 {
		return out, nil
	}
	people, err := s.directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if err := said(ctx, tx, list, now, out); err != nil {
		return nil, err
	}
	w := (&db.Where{}).In("person_id", list).And("ends > ?", db.Micros(now)).And("starts <= ?", db.Micros(now))
	rows, err := tx.Query(ctx, `SELECT `+offFields+` FROM time_off WHERE `+w.SQL()+` ORDER BY starts, id LIMIT 5000`, w.Args()...)
	off, err := db.Collect(rows, err, scanOff)
	if err != nil {
		return nil, err
	}
	for _, o := range off {
		st := out[o.PersonID]
		st.Off = &o
		out[o.PersonID] = st
	}
	w = (&db.Where{}).In("person_id", list)
	rows, err = tx.Query(ctx, `SELECT person_id, team_id FROM team_member WHERE `+w.SQL()+` ORDER BY person_id, team_id LIMIT 20000`, w.Args()...)
	pairs, err := db.Collect(rows, err, func(r db.Scanner) (p [2]int64, err error) { err = r.Scan(&p[0], &p[1]); return p, err })
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		st := out[p[0]]
		st.Teams = append(st.Teams, p[1])
		out[p[0]] = st
	}
	cfg, schema := s.config(), s.fields()
	for id, st := range out {
		st.Attributes = schema.Show("person", people[id].Attributes, true)
		st.Region, st.Working = cfg.of(st.Teams, st.Attributes), true
		if st.Region != nil {
			if st.Working = st.Region.Calendar.Active(now); !st.Working {
				st.Back, _ = st.Region.Calendar.After(now, 0)
			}
		}
		out[id] = st
	}
	return out, nil
}

// said reads what people say about themselves; what has ended counts no more.
func said(ctx context.Context, tx db.Tx, list []any, now time.Time, out map[int64]Status) error {
	w := (&db.Where{}).In("person_id", list)
	rows, err := tx.Query(ctx, `SELECT person_id, state, until FROM availability WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var state State
		var until sql.NullInt64
		if err := rows.Scan(&id, &state, &until); err != nil {
			return err
		}
		if end := db.NullTime(until); end.IsZero() || end.After(now) {
			st := out[id]
			st.State, st.Until = state, end
			out[id] = st
		}
	}
	return rows.Err()
}
