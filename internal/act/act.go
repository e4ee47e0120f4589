package act

import (
	"crypto/rand"
	"io"
	"time"
)

// Kind says what sort of thing acts.
type Kind string

// The kinds of actor. The ledger records one with every event.
const (
	Person Kind = "person" // somebody signed in, or a token acting for them
	Mail   Kind = "mail"   // a customer's mail; PersonID is the sender
	Clock  Kind = "clock"  // a timer that came due
	Rule   Kind = "rule"   // a trigger; the cause names its blueprint
	System Kind = "system" // installation, migration, import
	Survey Kind = "survey" // an answer through a signed survey link
)

// Cause is what led to an action: the event before it and the blueprint version that decided.
// Zero values mean there is none.
type Cause struct {
	Event     int64 // id of the causing event
	Blueprint int64 // id of the deciding blueprint
	Version   int   // its version
	Depth     int   // length of the chain so far; 16 is the limit
	Asked     bool  // a person asked for it just now, in many small steps: what people are asked, they are
}

// Scope is how far a grant reaches.
type Scope string

// The scopes of a grant, narrowest first.
const (
	Own          Scope = "own"          // records assigned to or requested by the person
	Team         Scope = "team"         // records of the person's teams
	Organization Scope = "organization" // records of the person's organization
	Brand        Scope = "brand"        // records of the named brands
	All          Scope = "all"
)

// Grant allows an action on records of a kind within a scope. "*" stands for any action or kind.
type Grant struct {
	Action string `json:"action"`
	Kind   string `json:"kind"`
	Scope  Scope  `json:"scope"`
}

// Shared is another organization whose tickets somebody may see, because it accepted that.
type Shared struct {
	OrganizationID int64
	Write          bool // write as well
}

// Actor is who acts, on whose behalf, with which rights, because of what, and at what time.
type Actor struct {
	Kind           Kind
	PersonID       int64 // 0 when no person stands behind the action
	TokenID        int64 // the API token used, 0 for a browser session
	TokenRate      int   // requests a minute that token may make, 0 for any number
	OnBehalfOf     int64 // the person acted for, 0 when for oneself
	OrganizationID int64
	TeamIDs        []int64
	Shared         []Shared // organizations whose tickets are shared with the person
	Roles          []string // names of role blueprints
	Grants         []Grant  // what the roles allow, resolved when the request began
	Language       string   // code of the language the person chose, "" for none
	Cause          Cause
	Generation     int64            // configuration generation the action runs under
	Clock          func() time.Time // nil means the machine's clock
	Random         io.Reader        // nil means crypto/rand
}

// Now is the actor's time: UTC, cut to microseconds as the database stores it.
func (a Actor) Now() time.Time {
	if a.Clock == nil {
		return time.Now().UTC().Truncate(time.Microsecond)
	}
	return a.Clock().UTC().Truncate(time.Microsecond)
}

// Still returns the actor in one moment: everything it does bears the same time.
func (a Actor) Still() Actor {
	now := a.Now()
	a.Clock = func() time.Time { return now }
	return a
}

// Rand is the actor's source of randomness.
func (a Actor) Rand() io.Reader {
	if a.Random == nil {
		return rand.Reader
	}
	return a.Random
}

// Because returns the actor acting as a consequence of cause, one step deeper.
func (a Actor) Because(c Cause) Actor {
	c.Depth = a.Cause.Depth + 1
	a.Cause = c
	return a
}

// Root is the system itself with every right: installation, import, followers.
func Root() Actor {
	return Actor{Kind: System, Grants: []Grant{{Action: "*", Kind: "*", Scope: All}}}
}
