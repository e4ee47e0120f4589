package approval_test

import (
	"testing"

	"steward/internal/approval"
)

func TestVotesDecide(t *testing.T) {
	yes := func(id int64, role string) approval.Vote { return approval.Vote{PersonID: id, Role: role, Yes: true} }
	no := func(id int64, role string) approval.Vote { return approval.Vote{PersonID: id, Role: role} }
	both := []string{"lead", "finance"}
	for _, c := range []struct {
		name  string
		rule  approval.Rule
		votes []approval.Vote
		want  approval.Outcome
		still int
	}{
		{"nobody has said anything", approval.Rule{}, nil, approval.Open, 1},
		{"one agrees", approval.Rule{}, []approval.Vote{yes(1, "")}, approval.Approved, 0},
		{"one refuses", approval.Rule{Mode: approval.One}, []approval.Vote{no(1, "")}, approval.Declined, 1},
		{"all: one role is missing", approval.Rule{Mode: approval.All, Roles: both}, []approval.Vote{yes(1, "lead")}, approval.Open, 1},
		{"all: somebody has both roles", approval.Rule{Mode: approval.All, Roles: both}, []approval.Vote{yes(1, "lead"), yes(1, "finance")}, approval.Approved, 0},
		{"all: two of one role are not the other", approval.Rule{Mode: approval.All, Roles: both}, []approval.Vote{yes(1, "lead"), yes(2, "lead")}, approval.Open, 1},
		{"all: one refuses", approval.Rule{Mode: approval.All, Roles: both}, []approval.Vote{yes(1, "lead"), no(2, "finance")}, approval.Declined, 1},
		{"all of no roles takes one", approval.Rule{Mode: approval.All}, nil, approval.Open, 1},
		{"a quorum of two counts people, not roles", approval.People(2), []approval.Vote{yes(1, "lead"), yes(1, "finance")}, approval.Open, 1},
		{"a quorum of two", approval.People(2), approval.Agreed(1, 2), approval.Approved, 0},
		{"one of a quorum of two refuses", approval.People(2), []approval.Vote{yes(1, ""), no(2, "")}, approval.Open, 1},
		{"two of a quorum of two refuse", approval.People(2), []approval.Vote{no(1, ""), no(2, ""), yes(3, ""), yes(4, "")}, approval.Declined, 0},
		{"a quorum of nothing is one", approval.People(0), approval.Agreed(7), approval.Approved, 0},
	} {
		if got, still := c.rule.Outcome(c.votes), c.rule.Still(c.votes); got != c.want || still != c.still {
			t.Errorf("%s: %q, still %d; want %q, still %d", c.name, got, still, c.want, c.still)
		}
	}
	own := approval.People(1, 5, 0)
	if !own.Bars(5) || own.Bars(6) || own.Bars(0) {
		t.Error("authors have no say, everybody else has, and nobody is no author")
	}
	if !approval.Said(approval.Agreed(3), 3) || approval.Said(approval.Agreed(3), 4) {
		t.Error("Said finds who voted")
	}
}
