package explain

import "time"

// Why explains something that happened: what, because of what, under which rule, and what
// would have had to be different.
type Why struct {
	Title     string   `json:"title"`
	What      string   `json:"what"`
	Because   []Reason `json:"because" nullable:"false"`
	Rule      *Rule    `json:"rule"`
	Otherwise []string `json:"otherwise" nullable:"false"`
	Chain     []Cause  `json:"chain" nullable:"false"`

	Intervals []Interval `json:"intervals,omitempty" doc:"Of a clock: when it ran, stood still and had ended, oldest first; the newest 500."`
}

// Interval is a stretch of a clock's life with what began it.
type Interval struct {
	From     time.Time  `json:"from"`
	To       *time.Time `json:"to" doc:"null while it lasts."`
	State    string     `json:"state" enum:"running,paused,ended"`
	Minutes  int64      `json:"minutes" doc:"Working minutes used; 0 unless running."`
	EventID  int64      `json:"event_id"`
	Sentence string     `json:"sentence" doc:"Who did what that began it."`
}

// Reason is one sentence of an explanation.
type Reason struct {
	Text string     `json:"text"`
	At   *time.Time `json:"at"`
	Link *Link      `json:"link"`
}

// Link leads to what a sentence speaks of.
type Link struct {
	Kind string `json:"kind"`
	ID   *int64 `json:"id"`
	Name string `json:"name,omitempty"`
}

// Rule is the blueprint version that decided, with what its condition read.
type Rule struct {
	Blueprint  Blueprint   `json:"blueprint"`
	Change     *int64      `json:"change"`
	AppliedBy  *Person     `json:"applied_by"`
	AppliedAt  *time.Time  `json:"applied_at"`
	Conditions []Condition `json:"conditions" nullable:"false"`
}

// Blueprint names a version of a blueprint.
type Blueprint struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Title   string `json:"title"`
	Version int    `json:"version"`
}

// Person names somebody.
type Person struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Condition is one part of a condition with the value it saw then.
type Condition struct {
	Text  string `json:"text"`
	Value string `json:"value"`
	Held  bool   `json:"held"`
}

// Cause is one event of the chain of causes, newest first.
type Cause struct {
	EventID  int64     `json:"event_id"`
	At       time.Time `json:"at"`
	Sentence string    `json:"sentence"`
}
