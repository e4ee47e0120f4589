package score

import (
	"math"
	"strings"
	"time"

	"steward/internal/rule"
)

// Facts are what is known of an account at a moment.
type Facts struct {
	At      time.Time
	Account map[string]any // what conditions read as account.NAME
	// Anchors say which of the account's fields count days and from when: the value is the days
	// since then, or until then when the field's value falls as time goes by.
	Anchors  map[string]Anchor // by name: age_days
	Readings map[string]Reading
	Revenue  int64   // weighs the account in a roll-up, in any unit
	Children []Child // accounts directly below
}

// Anchor is a time that days are counted from.
type Anchor struct {
	Time  time.Time
	Until bool // the days until then are counted, not since
}

// Days is the value of the field at a moment.
func (a Anchor) Days(at time.Time) int64 {
	d := at.Sub(a.Time)
	if a.Until {
		d = -d
	}
	return int64(math.Floor(d.Hours() / 24))
}

// Reading is what a measure says.
type Reading struct {
	Value  any       // plain, of the measure's type; nil when there is none
	At     time.Time // of the newest data behind it; zero when it is always up to date
	Anchor time.Time // the value is the time gone by since then; zero when it is not
	Ahead  bool      // the value is the time left until Anchor instead
	Until  time.Time // when the value changes by itself: it expires, or something leaves its window
	Events []int64   // what it comes from
	Share  bool      // the value is a part of a whole, from 0 to 1, which people read in percent
}

// Child is an account below, as it was scored.
type Child struct {
	ID      int64
	Score   int64 // hundredths
	Colour  string
	Revenue int64
}

// vars are the facts as conditions read them.
func (f Facts) vars() rule.Vars {
	measures := map[string]any{}
	for name, r := range f.Readings {
		if r.Value == nil {
			continue
		}
		module, short, _ := strings.Cut(name, ".")
		of, _ := measures[module].(map[string]any)
		if of == nil {
			of = map[string]any{}
			measures[module] = of
		}
		of[short] = r.Value
	}
	account := f.Account
	if len(f.Anchors) > 0 {
		account = make(map[string]any, len(f.Account)+len(f.Anchors))
		for k, v := range f.Account {
			account[k] = v
		}
		for name, a := range f.Anchors {
			account[name] = a.Days(f.At)
		}
	}
	return rule.Vars{"account": account, "measure": measures}
}

// banded is a value as bands see it: of a duration the days. A number that is none is no value.
func banded(v any) any {
	switch v := v.(type) {
	case time.Duration:
		return v.Hours() / 24
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	}
	return v
}
