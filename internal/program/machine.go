package program

import (
	"slices"

	"steward/internal/fault"
)

// State says where an application stands.
type State string

// The states of an application.
const (
	Draft      State = "draft"      // saved, not sent
	Confirming State = "confirming" // sent; waits for its sender to confirm their address
	Verifying  State = "verifying"  // proofs are looked at, or awaited from the applicant
	Review     State = "review"     // waits for a colleague
	Asked      State = "asked"      // waits for the applicant's answer
	Approved   State = "approved"   // what was granted can be claimed
	Active     State = "active"     // claimed
	Notice     State = "notice"     // active, with a breach to cure
	Rejected   State = "rejected"
	Withdrawn  State = "withdrawn"
	Lapsed     State = "lapsed"  // the applicant did not come back in time
	Revoked    State = "revoked" // taken away for a breach
	Expired    State = "expired" // its term is over
	Renewed    State = "renewed" // another application goes on from it
)

// States are all states in the order of a life.
var States = []State{Draft, Confirming, Verifying, Review, Asked, Approved, Active, Notice, Rejected, Withdrawn, Lapsed, Revoked, Expired, Renewed}

// Open reports whether an application in the state is one that the same applicant cannot send again.
func (s State) Open() bool {
	return slices.Contains([]State{Draft, Confirming, Verifying, Review, Asked, Approved}, s)
}

// Member reports whether somebody has what the program grants.
func (s State) Member() bool { return s == Active || s == Notice }

// Waits is who has to do something next.
type Waits string

// Who an application waits for.
const (
	ForApplicant Waits = "applicant"
	ForUs        Waits = "us"
	ForMachine   Waits = "machine"
	ForNobody    Waits = "nobody"
)

// Action is a step in an application's life.
type Action string

// The actions.
const (
	Submit   Action = "submit"
	Confirm  Action = "confirm"
	Refer    Action = "refer" // to a colleague
	Ask      Action = "ask"
	Answer   Action = "answer"
	Approve  Action = "approve"
	Reject   Action = "reject"
	Withdraw Action = "withdraw"
	Reopen   Action = "reopen"
	Correct  Action = "correct" // a decision that was wrong: back to a colleague
	Lapse    Action = "lapse"
	Claim    Action = "claim"
	Warn     Action = "warn"
	Cure     Action = "cure"
	Revoke   Action = "revoke"
	Restore  Action = "restore"
	Expire   Action = "expire"
	Renew    Action = "renew"
)

// transitions are the states that an action starts from and the one it leads to.
var transitions = map[Action]struct {
	from []State
	to   State
	done string // for people: "cannot be …"
}{
	Submit:   {[]State{Draft}, Confirming, "sent"},
	Confirm:  {[]State{Draft, Confirming}, Verifying, "confirmed"},
	Refer:    {[]State{Verifying}, Review, "given to a colleague"},
	Ask:      {[]State{Review}, Asked, "asked about"},
	Answer:   {[]State{Asked}, Review, "answered"},
	Approve:  {[]State{Verifying, Review, Asked}, Approved, "approved"},
	Reject:   {[]State{Verifying, Review, Asked}, Rejected, "rejected"},
	Withdraw: {[]State{Draft, Confirming, Verifying, Review, Asked, Approved}, Withdrawn, "withdrawn"},
	Reopen:   {[]State{Rejected, Withdrawn, Lapsed}, Review, "opened again"},
	Correct:  {[]State{Approved, Rejected}, Review, "corrected"},
	Lapse:    {[]State{Draft, Confirming, Verifying, Asked, Approved}, Lapsed, "closed for silence"},
	Claim:    {[]State{Approved}, Active, "claimed"},
	Warn:     {[]State{Active}, Notice, "warned"},
	Cure:     {[]State{Notice}, Active, "cured"},
	Revoke:   {[]State{Active, Notice}, Revoked, "revoked"},
	Restore:  {[]State{Revoked}, Active, "restored"},
	Expire:   {[]State{Active, Notice}, Expired, "ended"},
	Renew:    {[]State{Active, Notice, Expired}, Renewed, "renewed"},
}

// Next is the state that an action leads to. One that does not fit is a Conflict: somebody else was
// faster, or the page is old.
func Next(from State, a Action) (State, error) {
	t, ok := transitions[a]
	if ok && slices.Contains(t.from, from) {
		return t.to, nil
	}
	return from, fault.New(fault.Conflict, "An application that is %s cannot be %s.", from.Word(), t.done)
}

// Word is the state for colleagues, in small letters.
func (s State) Word() string {
	if w, ok := stateWords[s]; ok {
		return w
	}
	return string(s)
}

var stateWords = map[State]string{Draft: "a draft", Confirming: "not confirmed yet", Verifying: "being verified", Review: "in review", Asked: "waiting for the applicant",
	Approved: "approved", Active: "active", Notice: "on notice", Rejected: "rejected", Withdrawn: "withdrawn", Lapsed: "closed for silence", Revoked: "revoked", Expired: "expired", Renewed: "renewed"}
