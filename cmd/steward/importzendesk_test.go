package main

import (
	"testing"

	"steward/internal/zendesk"
)

// TestProgressOfAMove: how far a step is, with how many there are where that is known.
func TestProgressOfAMove(t *testing.T) {
	for want, s := range map[string]zendesk.Step{
		"tickets: 1,200 of 100,000 moved, 7 here already (2 went on), 1 not carried": {Name: "tickets", Moved: 1200, Known: 7, More: 2, Failed: 1, Total: 100_000},
		"sla policies: 3 moved, 0 here already (0 went on), 0 not carried":           {Name: "sla_policies", Moved: 3},
		"users: 12 of 12 moved, 0 here already (0 went on), 0 not carried":           {Name: "users", Moved: 12, Total: 10}, // counted before they grew
	} {
		if got := progressOf(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	var sum moveSummary
	for _, p := range []zendesk.MoveProblem{{Kind: "user", What: "first"}, {Kind: "user", What: "second"}, {Kind: "webhook", What: "third"}} {
		sum.counted(p)
	}
	if sum.Problems != 3 || len(sum.Left) != 2 || sum.Left[0] != (leftBehind{"user", 2, "first"}) {
		t.Errorf("%+v", sum)
	}
}
