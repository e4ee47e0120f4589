package program

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"steward/internal/auth"
	"steward/internal/directory"
	"steward/internal/field"
	"steward/internal/ledger"
)

// Application is somebody's application to a program, and later their membership.
type Application struct {
	ID             int64
	ProgramID      int64
	ProgramVersion int // pinned when it was sent
	State          State
	Nonce          string // of the page it was sent from: the same page twice is one application
	Link           int64  // grows when the applicant's link is replaced, as after a transfer
	Email          string
	Name           string
	Organization   string // as the applicant wrote it
	Website        string
	PersonID       int64 // 0 until the address is confirmed
	OrganizationID int64 // of the directory, 0 for none
	Attributes     field.Values
	AssigneeID     int64
	TeamID         int64
	TicketID       int64 // its correspondence, 0 before the first letter
	RenewalOf      int64
	Held           bool          // by screening; only who may screen is told
	Hold           string        // why
	Touched        bool          // a colleague did something about it before the decision
	Dialogue       bool          // the applicant has answered a colleague
	Place          int64         // in the queue
	Promised       time.Time     // by when it is decided; zero while the clock stands still
	Spent          time.Duration // working time used before RunningSince
	RunningSince   time.Time     // zero while the clock stands still
	Due            time.Time     // when something happens if nobody acts; zero for never
	Question       string        // the newest one to the applicant
	Reasons        []Reason      // why it was decided so, as the applicant reads it
	Reason         string        // what a colleague wrote for the last step
	Submitted      time.Time
	Confirmed      time.Time
	Decided        time.Time
	DecidedBy      int64 // 0 for the rules
	TermFrom       time.Time
	TermUntil      time.Time
	Life           Later
	Created        time.Time
	Updated        time.Time
	Version        int64
}

// Reason is why an application was decided or referred.
type Reason struct {
	Rule string `json:"rule"` // name of the rule or proof, "" for a colleague's words
	Say  string `json:"say"`
}

// Later is what is known of an application besides, kept as JSON.
type Later struct {
	Seconds     []int64   `json:"seconds,omitempty"` // colleagues who agree to an approval
	Invited     time.Time `json:"invited,omitzero"`  // to renew
	RenewedBy   int64     `json:"renewed_by,omitempty"`
	NoticeUntil time.Time `json:"notice_until,omitzero"`
	Transfer    string    `json:"transfer,omitempty"` // address of who takes the membership over, until they confirm
	AddOn       bool      `json:"add_on,omitempty"`   // an add-on was bought: the next renewal is a manual quote
	Late        bool      `json:"late,omitempty"`     // the promise was missed, and noted
	Agreed      *Agreed   `json:"agreed,omitempty"`
}

// Agreed is the version of an agreement that a member accepted.
type Agreed struct {
	AgreementID int64     `json:"agreement_id"`
	Version     int       `json:"version"`
	At          time.Time `json:"at"`
}

// Waits says whom the application waits for. proof is whether a proof is awaited from the applicant.
func (a *Application) Waits(proof bool) Waits {
	switch a.State {
	case Draft, Confirming, Asked, Approved, Notice:
		return ForApplicant
	case Verifying:
		if proof {
			return ForApplicant
		}
		return ForMachine
	case Review:
		return ForUs
	}
	return ForNobody
}

// Record is what permission checks look at.
func (a *Application) Record() auth.Record {
	return auth.Record{Owners: []int64{a.AssigneeID}, Team: a.TeamID, Organization: a.OrganizationID}
}

// Ref names the application in events.
func (a *Application) Ref() ledger.Ref { return ledger.Ref{Kind: "application", ID: a.ID} }

// EmailDomain is the domain of the applicant's address.
func (a *Application) EmailDomain() string { return directory.Domain(a.Email) }

// personKey and orgKey say who applies for whom; the same text is the same applicant.
func (a *Application) personKey() string {
	if a.Email == "" { // erased
		return fmt.Sprintf("erased:%d", a.ID)
	}
	return strings.ToLower(a.Email)
}

func (a *Application) orgKey() string {
	if h := host(a.Website); h != "" {
		return h
	}
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, directory.Fold(a.Organization))
	return letters
}

// ranks of the queue: a renewal's licence may be about to end, who is in dialogue waits already.
const (
	rankRenewal = iota
	rankDialogue
	rankNew
)

// rankStep is more microseconds than any promise lies after 1970.
const rankStep = int64(1) << 53 / 4

// place is where the application stands in the queue: by rank, then by what was promised.
func (a *Application) place() int64 {
	rank := int64(rankNew)
	switch {
	case a.RenewalOf != 0:
		rank = rankRenewal
	case a.Dialogue:
		rank = rankDialogue
	}
	at := a.Promised
	if at.IsZero() {
		at = a.Created
	}
	return rank*rankStep + at.UnixMicro()
}
