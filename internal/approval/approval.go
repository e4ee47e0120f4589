package approval

import (
	"slices"
	"time"
)

// Vote is what somebody said.
type Vote struct {
	PersonID int64
	Role     string // in which they said it, "" where roles do not matter
	Yes      bool
	Note     string // people's words
	At       time.Time
}

// Agreed are votes of people who agree, where nothing but who they are is kept.
func Agreed(people ...int64) []Vote {
	out := make([]Vote, len(people))
	for i, id := range people {
		out[i] = Vote{PersonID: id, Yes: true}
	}
	return out
}

// Mode is how votes decide.
type Mode string

// The modes; an empty one is One.
const (
	One    Mode = "one"    // whoever answers first
	All    Mode = "all"    // each of the roles
	Quorum Mode = "quorum" // so many people
)

// Rule is who must agree.
type Rule struct {
	Mode    Mode
	Quorum  int      // of Quorum: how many people; below 1 means 1
	Roles   []string // of All
	Authors []int64  // people who have no say; 0 is nobody
}

// People asks for so many people, whoever they are, and none of the authors.
func People(many int, authors ...int64) Rule {
	return Rule{Mode: Quorum, Quorum: many, Authors: authors}
}

// Outcome is what was decided.
type Outcome string

// The outcomes.
const (
	Open     Outcome = ""
	Approved Outcome = "approved"
	Declined Outcome = "declined"
)

// Bars reports whether somebody has no say because it is their own.
func (r Rule) Bars(person int64) bool { return person != 0 && slices.Contains(r.Authors, person) }

// Said reports whether somebody is among those who voted.
func Said(votes []Vote, person int64) bool {
	return slices.ContainsFunc(votes, func(v Vote) bool { return v.PersonID == person })
}

// people counts who said so; somebody with two roles is one.
func people(votes []Vote, yes bool) int {
	seen := map[int64]bool{}
	for _, v := range votes {
		if v.Yes == yes {
			seen[v.PersonID] = true
		}
	}
	return len(seen)
}

// need is how many people must say something for it to count, where people are counted.
func (r Rule) need() int {
	if r.Mode == Quorum {
		return max(r.Quorum, 1)
	}
	return 1
}

// Still is how many more have to agree: people, or roles where each role has to.
func (r Rule) Still(votes []Vote) int {
	still := max(r.need()-people(votes, true), 0)
	if r.Mode != All {
		return still
	}
	without := 0
	for _, role := range r.Roles {
		if !slices.ContainsFunc(votes, func(v Vote) bool { return v.Yes && v.Role == role }) {
			without++
		}
	}
	return max(without, still)
}

// Outcome is what the votes decide. As many as would have to agree can refuse, of all one; a refusal comes first.
func (r Rule) Outcome(votes []Vote) Outcome {
	switch {
	case people(votes, false) >= r.need():
		return Declined
	case r.Still(votes) == 0:
		return Approved
	}
	return Open
}
