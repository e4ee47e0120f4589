package measure

import (
	"fmt"
	"time"

	"steward/internal/rule"
)

// Type is what a measure's value is.
type Type string

// The types, with what Value.Plain and the API give for them.
const (
	Count    Type = "count"    // int64
	Number   Type = "number"   // float64, exact to six digits behind the point
	Share    Type = "share"    // float64 from 0 to 1
	Duration Type = "duration" // time.Duration; seconds in the API
	Time     Type = "time"     // time.Time, UTC
	Text     Type = "text"     // string, one of few words
)

// Direction says which way is better.
type Direction string

// The directions.
const (
	MoreIsBetter Direction = "more_is_better"
	LessIsBetter Direction = "less_is_better"
	Neutral      Direction = "neutral"
)

// Way is how a measure is worked out.
type Way string

// The ways.
const (
	while  Way = "while"  // the sum over records of what each amounts to now
	within Way = "within" // the sum of what happened in a stretch of time before the moment asked about
	latest Way = "latest" // what the latest event said
	since  Way = "since"  // time gone by since an anchor, another measure of type time
	until  Way = "until"  // time left until an anchor, below zero behind it
)

// Measure is a named, typed, documented value about an organization or a person.
type Measure struct {
	Name      string // "desk.open_urgent": the module and what is measured
	Title     string
	Unit      string // "tickets"; "" where the type says it all
	Doc       string // what counts, in a sentence or two
	Subject   string // organization or person
	Type      Type
	Direction Direction

	way    Way
	window time.Duration // of within
	anchor string        // of since and until
	source *Source
}

// How says in plain words how the value is worked out.
func (m *Measure) How() string {
	switch m.way {
	case while:
		return "Sum over records, kept up to date with each event."
	case within:
		return fmt.Sprintf("Sum over events of the last %d days.", int(m.window/(24*time.Hour)))
	case since:
		return "Time gone by since " + m.anchor + ", worked out when read."
	case until:
		return "Time left until " + m.anchor + ", worked out when read."
	default:
		return "What the latest event says."
	}
}

// ruleType is the type that conditions see.
func (m *Measure) ruleType() rule.Type {
	return map[Type]rule.Type{Count: rule.Int, Number: rule.Number, Share: rule.Number, Duration: rule.Duration, Time: rule.Time, Text: rule.Text}[m.Type]
}

// millionth is how fractions are stored: as whole millionths, which add up exactly.
const millionth = 1_000_000

// Value is a measure's value at a moment.
type Value struct {
	Set    bool // false: there is none, such as the time of a ticket that never came
	Amount int64
	Word   string
}

// Amount is a whole number as stored.
func Amount(n int64) Value { return Value{Set: true, Amount: n} }

// Fraction is a number or share as stored.
func Fraction(f float64) Value {
	if f < 0 {
		return Value{Set: true, Amount: int64(f*millionth - 0.5)}
	}
	return Value{Set: true, Amount: int64(f*millionth + 0.5)}
}

// At is a time as stored.
func At(t time.Time) Value { return Value{Set: true, Amount: t.UnixMicro()} }

// Word is a text as stored.
func Word(s string) Value { return Value{Set: true, Word: s} }

// none is the word of a row that says that there is no value any more.
const none = "(none)"

// None says that there is no value any more: a day that was taken away.
func None() Value { return Value{Word: none} }

// said is what a row of a latest measure says.
func said(amount int64, word string) Value {
	if word == none {
		return Value{}
	}
	return Value{Set: true, Amount: amount, Word: word}
}

// counted is the time between an anchor and a moment, as the measure counts it.
func (m *Measure) counted(anchor, at int64) int64 {
	if m.way == until {
		return anchor - at
	}
	return at - anchor
}

// anchored is the anchor from which a value was counted at a moment.
func (m *Measure) anchored(value, at int64) int64 {
	if m.way == until {
		return at + value
	}
	return at - value
}

// Plain is v as a plain Go value of the measure's type; nil when there is none.
func (m *Measure) Plain(v Value) any {
	switch {
	case !v.Set:
		return nil
	case m.Type == Count:
		return v.Amount
	case m.Type == Duration:
		return time.Duration(v.Amount) * time.Microsecond
	case m.Type == Time:
		return time.UnixMicro(v.Amount).UTC()
	case m.Type == Text:
		return v.Word
	default:
		return float64(v.Amount) / millionth
	}
}
