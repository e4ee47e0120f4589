package act

import (
	"net/url"

	"steward/internal/fault"
)

// May reports whether the actor may take action on at least some records of kind.
func (a Actor) May(action, kind string) bool {
	for _, g := range a.Grants {
		if (g.Action == action || g.Action == "*") && (g.Kind == kind || g.Kind == "*") {
			return true
		}
	}
	return false
}

// Require is nil when May is true, and says what is missing otherwise. Where single records
// matter, package auth's Scope looks at them.
func (a Actor) Require(action, kind string) error {
	if a.May(action, kind) {
		return nil
	}
	return a.Denied(action, kind)
}

// Denied says that the actor may not do it, and what would be needed.
func (a Actor) Denied(action, kind string) error {
	if a.PersonID == 0 && a.Kind == Person {
		return fault.New(fault.SignedOut, "Sign in first.")
	}
	f := fault.New(fault.Forbidden, "You may not do this. It needs the right to %s a %s; an administrator can give you a role that has it.", action, kind)
	f.Why = "/access/why?" + url.Values{"action": {action}, "kind": {kind}}.Encode()
	return f
}
