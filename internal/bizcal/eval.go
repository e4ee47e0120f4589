package bizcal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/suggest"
)

// maxInput is the most bytes Eval reads.
const maxInput = 64 << 20

// maxMinutes is the most working time a query asks for: the minutes of 50 years.
const maxMinutes = horizon * 366 * 24 * 60

// Schedule is a calendar as `steward calendar eval` reads it. A missing day is closed.
type Schedule struct {
	TimeZone string                `json:"time_zone"`
	Hours    map[string][][]string `json:"hours"`    // "mon" to "sun": pairs of opening and closing
	Holidays []string              `json:"holidays"` // YYYY-MM-DD
}

// query is one question; which fields it needs follows from op.
type query struct {
	Op       string   `json:"op"`
	Schedule string   `json:"schedule"`
	From     string   `json:"from"`
	To       string   `json:"to"`
	Minutes  *float64 `json:"minutes"`
}

// Eval reads schedules and queries as JSON from r and writes {"answers":[…]} to w, one answer for
// each query in order: "within" whole minutes of working time rounded down, "after" an RFC 3339
// time in UTC, "active" a boolean. Input it cannot answer is an Invalid, Malformed or TooLarge
// fault whose message begins with the place, such as queries[3].schedule; nothing is written then.
func Eval(r io.Reader, w io.Writer) error {
	text, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return fmt.Errorf("read queries: %w", err)
	}
	if len(text) > maxInput {
		return fault.New(fault.TooLarge, "The input is larger than the limit of %d MB.", maxInput>>20)
	}
	var in struct {
		Schedules map[string]json.RawMessage `json:"schedules"`
		Queries   []json.RawMessage          `json:"queries"`
	}
	if err := strict(text, &in, "the input", "schedules, queries"); err != nil {
		return err
	}
	calendars := make(map[string]*Calendar, len(in.Schedules))
	for _, name := range slices.Sorted(maps.Keys(in.Schedules)) { // in order, so that of several errors it is always the same one
		where := "schedules." + name
		var s Schedule
		if err := strict(in.Schedules[name], &s, where, "time_zone, hours, holidays"); err != nil {
			return err
		}
		if calendars[name], err = s.Calendar(); err != nil {
			return placed(where, err)
		}
	}
	answers := make([]any, len(in.Queries))
	for i, raw := range in.Queries {
		where := fmt.Sprintf("queries[%d]", i)
		var q query
		if err := strict(raw, &q, where, "op, schedule, from, to, minutes"); err != nil {
			return err
		}
		if answers[i], err = q.answer(calendars); err != nil {
			return placed(where, err)
		}
	}
	enc := json.NewEncoder(w)
	return enc.Encode(struct {
		Answers []any `json:"answers"`
	}{answers})
}

// Calendar compiles the schedule. Errors are Invalid faults that name the field.
func (s Schedule) Calendar() (*Calendar, error) {
	d := Definition{Zone: s.TimeZone}
	for _, key := range slices.Sorted(maps.Keys(s.Hours)) {
		at := slices.Index(dayNames, key)
		if at < 0 {
			return nil, fault.Field("hours."+key, key, strings.Join(dayNames, ", "), "There is no day %q.%s", key, suggest.DidYouMean(key, dayNames))
		}
		for i, pair := range s.Hours[key] {
			if len(pair) != 2 {
				return nil, fault.Field(fmt.Sprintf("hours.%s[%d]", key, i), pair, acceptedPair,
					"A stretch of hours has an opening and a closing, not %d times.", len(pair))
			}
			var span Span
			for j, end := range []*ClockTime{&span.Open, &span.Close} {
				if err := end.UnmarshalText([]byte(pair[j])); err != nil {
					return nil, inField(fmt.Sprintf("hours.%s[%d][%d]", key, i, j), err)
				}
			}
			day := (at + 1) % 7
			d.Week[day] = append(d.Week[day], span)
		}
	}
	for i, text := range s.Holidays {
		date, err := ParseDate(text)
		if err != nil {
			return nil, inField(fmt.Sprintf("holidays[%d]", i), err)
		}
		d.Holidays = append(d.Holidays, Holiday{Date: date})
	}
	return New(d)
}

func (q query) answer(calendars map[string]*Calendar) (any, error) {
	ops := []string{"within", "after", "active"}
	if !slices.Contains(ops, q.Op) {
		return nil, fault.Field("op", q.Op, strings.Join(ops, ", "), "There is no operation %q.%s", q.Op, suggest.DidYouMean(q.Op, ops))
	}
	c := calendars[q.Schedule]
	if c == nil {
		names := slices.Sorted(maps.Keys(calendars))
		accepted := "the name of a schedule: " + strings.Join(names, ", ")
		if len(names) == 0 {
			accepted = "the name of a schedule; there are none"
		}
		return nil, fault.Field("schedule", q.Schedule, accepted, "There is no schedule %q.%s", q.Schedule, suggest.DidYouMean(q.Schedule, names))
	}
	from, err := instant("from", q.From)
	if err != nil {
		return nil, err
	}
	switch q.Op {
	case "within":
		to, err := instant("to", q.To)
		if err != nil {
			return nil, err
		}
		return int64(c.Between(from, to) / time.Minute), nil
	case "after":
		if q.Minutes == nil || *q.Minutes < 0 || *q.Minutes > maxMinutes {
			return nil, fault.Field("minutes", q.Minutes, fmt.Sprintf("a number of minutes from 0 to %d", maxMinutes),
				"An after query needs how many minutes.")
		}
		us := math.Round(*q.Minutes * 60e6)
		at, ok := c.After(from, time.Duration(us)*time.Microsecond)
		if !ok {
			return nil, fault.Field("schedule", q.Schedule, "a schedule with enough hours",
				"%q has not that much working time in the %d years after from.", q.Schedule, horizon)
		}
		return at.Format(time.RFC3339Nano), nil
	default:
		return c.Active(from), nil
	}
}

// instant reads an RFC 3339 time within the years that have hours.
func instant(field, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, fault.Field(field, text, "an RFC 3339 time, such as 2026-03-09T08:30:00Z", "%q is not a time.", text)
	}
	if us := t.UnixMicro(); us < earliest || us > latest {
		return t, fault.Field(field, text, fmt.Sprintf("a time in the years %d to %d", firstYear, lastYear), "%s is out of range.", text)
	}
	return t, nil
}

// strict decodes one JSON object into v and refuses unknown fields.
func strict(text []byte, v any, where, accepted string) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("something follows the closing brace")
		}
	}
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		if kind.Field != "" {
			where += "." + kind.Field
		}
		return fault.New(fault.Malformed, "%s: A JSON %s cannot stand here. Accepted: %s.", strings.TrimPrefix(where, "the input."), kind.Value, describe(kind.Type.Kind().String()))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Malformed, "%s: It ends too early. Accepted: one JSON object with %s.", where, accepted)
	}
	msg := strings.TrimPrefix(err.Error(), "json: ")
	if name, ok := strings.CutPrefix(msg, "unknown field "); ok {
		name = strings.Trim(name, `"`)
		return fault.New(fault.Malformed, "%s: There is no field %q.%s Accepted: %s.", where, name, suggest.DidYouMean(name, strings.Split(accepted, ", ")), accepted)
	}
	return fault.New(fault.Malformed, "%s: It is not JSON: %s. Accepted: one JSON object with %s.", where, msg, accepted)
}

// describe says in words what JSON value a Go kind is read from.
func describe(kind string) string {
	switch kind {
	case "string":
		return "a text in quotes"
	case "float64":
		return "a number"
	case "slice", "array":
		return "a list"
	default:
		return "an object"
	}
}

// inField puts the field's path on a fault that does not know it.
func inField(field string, err error) error {
	f := fault.As(err)
	return fault.Field(field, f.Details[0].Received, f.Details[0].Accepted, "%s", f.Message)
}

// placed turns a fault about a field into one line: place, what is wrong, what would be accepted.
func placed(where string, err error) error {
	f := fault.As(err)
	if f == nil || len(f.Details) != 1 {
		return err
	}
	d := f.Details[0]
	where += "." + d.Field
	return fault.Field(where, d.Received, d.Accepted, "%s: %s Accepted: %s.", where, f.Message, d.Accepted)
}
