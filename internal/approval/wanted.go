package approval

import "steward/internal/act"

// Wanted is a decision that a record waits for, and whom it may wait for: people, members of teams, holders of roles, and
// whoever may do something to records of a kind.
type Wanted struct {
	Part   string // which of the record's decisions, where it has several
	People []int64
	Teams  []int64
	Roles  []string // names
	Action string   // of the right, "" for none
	Kind   string
	May    func(by act.Actor) bool // whether the decision is really theirs
}
