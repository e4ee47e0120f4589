package success

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
)

// Judgement is what somebody judged about an account.
type Judgement struct {
	ID       int64
	Account  int64
	Measure  string // the manual measure's name, "" when it is no more
	Value    float64
	Word     string
	Reason   string
	ByID     int64
	At       time.Time
	Recorded time.Time
	Until    time.Time // zero: for ever
	Ended    time.Time // taken back; zero when not
	EventID  int64
}

// NewJudgement is what Judge takes.
type NewJudgement struct {
	Measure string  // name of a manual measure
	Value   float64 // of one without words
	Word    string  // of one with words
	Reason  string
	Until   time.Time // zero: as the measure says
}

// maxText is how long what people write here may be, in characters.
const maxText = 10_000

// Judge says what a manual measure is for an account from now on. Whoever may write the account may.
func (s *Service) Judge(ctx context.Context, tx db.Tx, by act.Actor, id int64, in NewJudgement) (Judgement, error) {
	by = by.Still()
	a, err := s.editing(ctx, tx, by, id)
	if err != nil {
		return Judgement{}, err
	}
	m, ok := s.config().manual[in.Measure]
	if !ok {
		return Judgement{}, fault.Field("measure", in.Measure, "the name of a manual measure", "There is no manual measure %q.", in.Measure)
	}
	now := by.Now()
	j := Judgement{Account: a.OrganizationID, Measure: m.Name, Reason: strings.TrimSpace(in.Reason), ByID: by.PersonID, At: now, Recorded: now, Until: in.Until}
	if j.Until.IsZero() && m.Spec.Expires > 0 {
		j.Until = now.Add(m.Spec.Expires.Std())
	}
	if err := m.put(&j, in); err != nil {
		return j, err
	}
	data := map[string]any{"measure_id": m.ID}
	if j.Word != "" {
		data["word"] = j.Word
	} else {
		data["value"] = j.Value
	}
	if !j.Until.IsZero() {
		data["until"] = j.Until.Format(time.RFC3339)
	}
	if j.EventID, err = s.tell(ctx, tx, by, Judged, a.OrganizationID, data); err != nil {
		return j, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO judgement (organization_id, measure_id, value, word, reason, by_id, at, recorded, until, event_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9) RETURNING id`,
		j.Account, m.ID, j.Value, j.Word, j.Reason, j.ByID, db.Micros(now), micros(j.Until), j.EventID).Scan(&j.ID)
	return j, err
}

// put checks a judgement against its measure.
func (m manualInForce) put(j *Judgement, in NewJudgement) error {
	if n := utf8.RuneCountInString(j.Reason); n == 0 || n > maxText {
		return fault.Field("reason", n, "1 to 10,000 characters", "Say why it is so, in 1 to 10,000 characters.")
	}
	if !j.Until.IsZero() && !j.Until.After(j.At) {
		return fault.Field("until", j.Until.Format(time.RFC3339), "a time to come", "It would be over already.")
	}
	if len(m.Spec.Words) > 0 {
		if j.Word = in.Word; !slices.Contains(m.Spec.Words, j.Word) {
			return fault.Field("word", j.Word, strings.Join(m.Spec.Words, ", "), "%s is not judged so.", m.Title)
		}
		return nil
	}
	j.Value = in.Value
	if math.IsNaN(j.Value) || math.Abs(j.Value) > 1e9 || m.Spec.To != m.Spec.From && (j.Value < m.Spec.From || j.Value > m.Spec.To) {
		return fault.Field("value", j.Value, fmt.Sprintf("a number from %v to %v", m.Spec.From, m.Spec.To), "%s cannot be that.", m.Title)
	}
	return nil
}

// Withdraw takes a judgement back: from now on it holds no more. Whoever may write the account may.
func (s *Service) Withdraw(ctx context.Context, tx db.Tx, by act.Actor, id, judgement int64) error {
	by = by.Still()
	a, err := s.editing(ctx, tx, by, id)
	if err != nil {
		return err
	}
	var of int64
	err = tx.QueryRow(ctx, `UPDATE judgement SET ended = $1 WHERE id = $2 AND organization_id = $3 AND ended IS NULL RETURNING measure_id`, db.Micros(by.Now()), judgement, a.OrganizationID).Scan(&of)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing("judgement", judgement)
	}
	if err != nil {
		return err
	}
	_, err = s.tell(ctx, tx, by, JudgementOver, a.OrganizationID, map[string]any{"judgement": judgement, "measure_id": of})
	return err
}

const judgementFields = `j.id, j.organization_id, j.measure_id, j.value, j.word, j.reason, j.by_id, j.at, j.recorded, j.until, j.ended, j.event_id`

func (s *Service) scanJudgement(r db.Scanner) (j Judgement, err error) {
	var of, at, recorded int64
	var until, ended sql.NullInt64
	err = r.Scan(&j.ID, &j.Account, &of, &j.Value, &j.Word, &j.Reason, &j.ByID, &at, &recorded, &until, &ended, &j.EventID)
	j.At, j.Recorded, j.Until, j.Ended = db.Time(at), db.Time(recorded), moment(until), moment(ended)
	for _, m := range s.config().manual {
		if m.ID == of {
			j.Measure = m.Name
		}
	}
	return j, err
}

// Judgements lists what was judged about an account, newest first. Whoever may read it may.
func (s *Service) Judgements(ctx context.Context, tx db.Tx, by act.Actor, id int64, page db.Page) ([]Judgement, string, error) {
	a, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And("j.organization_id = ?", a.OrganizationID)
	return db.Newest(ctx, tx, judgementFields+` FROM judgement j`, "j.id", w, page, s.scanJudgement, func(j Judgement) int64 { return j.ID })
}

// judgedAt is what was judged of some accounts as of a moment; those without a judgement that
// holds are left out.
func (s *Service) judgedAt(ctx context.Context, tx db.Tx, m manualInForce, ids []int64, asked measure.Asked) (map[int64]Observation, error) {
	out := map[int64]Observation{}
	at, known := db.Micros(cmpTime(asked.At, s.clock())), db.Micros(cmpTime(asked.Known, time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)))
	for part := range slices.Chunk(ids, perRead) {
		w := (&db.Where{}).Among(tx.Engine(), "a.organization_id", part)
		newest := `(SELECT max(n.id) FROM judgement n WHERE n.organization_id = a.organization_id AND n.measure_id = ` + w.Arg(m.ID) + ` AND n.at <= ` + w.Arg(at) + ` AND n.recorded <= ` + w.Arg(known) + `)`
		rows, err := tx.Query(ctx, `SELECT `+judgementFields+` FROM account a JOIN judgement j ON j.id = `+newest+` WHERE `+w.SQL(), w.Args()...)
		list, err := db.Collect(rows, err, s.scanJudgement)
		if err != nil {
			return nil, err
		}
		for _, j := range list {
			if o, ok := m.observation(j, at, known); ok {
				out[j.Account] = o
			}
		}
	}
	return out, nil
}

// observation is what a judgement says at a moment, as known at another; ok is false when it holds
// no more.
func (m manualInForce) observation(j Judgement, at, known int64) (o Observation, ok bool) {
	until := j.Until
	if !j.Ended.IsZero() && db.Micros(j.Ended) <= known && (until.IsZero() || j.Ended.Before(until)) {
		until = j.Ended
	}
	if !until.IsZero() && db.Micros(until) <= at {
		return o, false
	}
	o = Observation{Set: true, At: j.At, Until: j.Until, EventID: j.EventID, Value: measure.Fraction(j.Value), Plain: j.Value}
	if m.kind() == measure.Text {
		o.Value, o.Plain = measure.Word(j.Word), j.Word
	}
	return o, true
}
