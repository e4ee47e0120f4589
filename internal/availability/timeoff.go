package availability

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/bizcal"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Reason is what kind of time off it is. There are no words to it: what ails somebody is no
// concern of a ticket desk.
type Reason string

// The reasons.
const (
	Holiday  Reason = "holiday"
	Sick     Reason = "sick"
	Training Reason = "training"
	Public   Reason = "public_holiday"
	Other    Reason = "other"
)

// TimeOff is a stretch in which somebody does not work. From and To are local times in Zone
// ("2006-01-02T15:04"); Starts and Ends are the same in UTC.
type TimeOff struct {
	ID       int64
	PersonID int64
	From, To string
	Zone     string
	Starts   time.Time
	Ends     time.Time
	Reason   Reason
}

// NewTimeOff is what AddTimeOff takes: local times of a zone. A date alone stands for its first
// moment as From, and for its last as To.
type NewTimeOff struct {
	From, To, Zone string
	Reason         Reason
}

const (
	localTime = "2006-01-02T15:04"
	localDate = "2006-01-02"
	maxOff    = 366 * 24 * time.Hour
	// maxAhead bounds how much time off somebody may have before them.
	maxAhead = 200
)

// AddTimeOff adds time off. Everybody may for themselves; whoever may write teams may for
// people they may see. It may not overlap what is there.
func (s *Service) AddTimeOff(ctx context.Context, tx db.Tx, by act.Actor, personID int64, in NewTimeOff) (TimeOff, error) {
	if err := s.mayFor(ctx, tx, by, personID); err != nil {
		return TimeOff{}, err
	}
	t, err := in.parse(personID)
	if err != nil {
		return t, err
	}
	if t.Ends.Before(by.Now()) {
		return t, fault.Field("to", in.To, "a time ahead", "This time off is over already.")
	}
	// The row makes two who add for one person wait for each other.
	if _, err := tx.Exec(ctx, `INSERT INTO availability (person_id, state, changed) VALUES ($1, 'available', $2)
		ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id`, personID, db.Micros(by.Now())); err != nil {
		return t, err
	}
	rows, err := tx.Query(ctx, `SELECT `+offFields+` FROM time_off WHERE person_id = $1 AND ends > $2 ORDER BY starts, id LIMIT $3`, personID, db.Micros(by.Now()), maxAhead)
	ahead, err := db.Collect(rows, err, scanOff)
	if err != nil {
		return t, err
	}
	if len(ahead) == maxAhead {
		return t, fault.New(fault.Invalid, "There are %d entries ahead already, which is the most. Remove some.", maxAhead)
	}
	for _, o := range ahead {
		if o.Starts.Before(t.Ends) && t.Starts.Before(o.Ends) {
			return t, fault.Field("from", in.From, "a time that is not off already", "This overlaps the time off from %s to %s (%s).", o.From, o.To, o.Zone)
		}
	}
	if err := tx.QueryRow(ctx, `INSERT INTO time_off (person_id, from_local, to_local, zone, starts, ends, reason, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		personID, t.From, t.To, t.Zone, db.Micros(t.Starts), db.Micros(t.Ends), string(t.Reason), db.Micros(by.Now())).Scan(&t.ID); err != nil {
		return t, err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TimeOffAdded, Subject: ledger.Ref{Kind: "person", ID: personID},
		Data: map[string]any{"time_off": t.ID, "starts": db.Micros(t.Starts), "ends": db.Micros(t.Ends), "reason": t.Reason}})
	return t, err
}

// parse reads the local times.
func (in NewTimeOff) parse(personID int64) (t TimeOff, err error) {
	t = TimeOff{PersonID: personID, Zone: in.Zone, Reason: in.Reason}
	switch in.Reason {
	case Holiday, Sick, Training, Public, Other:
	case "":
		t.Reason = Holiday
	default:
		return t, fault.Field("reason", in.Reason, "holiday, sick, training, public_holiday or other", "There is no reason %q.", in.Reason)
	}
	zone, err := bizcal.LoadZone(in.Zone)
	if err != nil {
		return t, fault.Field("zone", in.Zone, "an IANA zone such as Europe/Amsterdam", "%q is no time zone.", in.Zone)
	}
	if t.Starts, t.From, err = local("from", in.From, zone, 0); err != nil {
		return t, err
	}
	if t.Ends, t.To, err = local("to", in.To, zone, 1); err != nil {
		return t, err
	}
	if !t.Ends.After(t.Starts) {
		return t, fault.Field("to", in.To, "a time after "+in.From, "Time off cannot end before it starts.")
	}
	if t.Ends.Sub(t.Starts) > maxOff {
		return t, fault.Field("to", in.To, "at most a year after the start", "One entry of time off is a year at most.")
	}
	return t, nil
}

// local reads a local time; a date alone stands for its midnight, days later.
func local(field, text string, zone *time.Location, days int) (time.Time, string, error) {
	at, err := time.ParseInLocation(localTime, text, zone)
	if err != nil {
		if at, err = time.ParseInLocation(localDate, text, zone); err != nil {
			return at, "", fault.Field(field, text, "a local time such as 2026-07-01T09:00, or a date", "%q is not a time.", text)
		}
		at = at.AddDate(0, 0, days)
	}
	if y := at.Year(); y < 2000 || y > 2200 {
		return at, "", fault.Field(field, text, "a time of this century", "%q is too far away.", text)
	}
	return at.UTC(), at.Format(localTime), nil
}

// RemoveTimeOff takes an entry away. Whoever may add it may.
func (s *Service) RemoveTimeOff(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	var person int64
	err := tx.QueryRow(ctx, `SELECT person_id FROM time_off WHERE id = $1`, id).Scan(&person)
	if err == sql.ErrNoRows {
		return fault.Missing("time_off", id)
	}
	if err == nil {
		err = s.mayFor(ctx, tx, by, person)
	}
	if fault.Is(err, fault.NotFound) {
		return fault.Missing("time_off", id)
	}
	if err != nil {
		return err
	}
	if n, err := tx.Exec(ctx, `DELETE FROM time_off WHERE id = $1`, id); err != nil || n == 0 {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TimeOffRemoved, Subject: ledger.Ref{Kind: "person", ID: person}, Data: map[string]any{"time_off": id}})
	return err
}

// TimesOff lists somebody's time off that is not over, the earliest first. Everybody may read
// their own; others need the right to read teams.
func (s *Service) TimesOff(ctx context.Context, tx db.Tx, by act.Actor, personID int64) ([]TimeOff, error) {
	if personID != by.PersonID {
		if err := by.Require("read", "team"); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(ctx, `SELECT `+offFields+` FROM time_off WHERE person_id = $1 AND ends > $2 ORDER BY starts, id LIMIT $3`, personID, db.Micros(by.Now()), maxAhead)
	return db.Collect(rows, err, scanOff)
}

const offFields = `id, person_id, from_local, to_local, zone, starts, ends, reason`

func scanOff(r db.Scanner) (t TimeOff, err error) {
	var starts, ends int64
	if err = r.Scan(&t.ID, &t.PersonID, &t.From, &t.To, &t.Zone, &starts, &ends, &t.Reason); err != nil {
		return t, fmt.Errorf("time off: %w", err)
	}
	t.Starts, t.Ends = db.Time(starts), db.Time(ends)
	return t, nil
}
