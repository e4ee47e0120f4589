package tracker

import (
	"errors"
	"fmt"
	"time"

	"steward/internal/fault"
)

// Reason says why a tracker could not be asked.
type Reason string

// The reasons.
const (
	Unreachable  Reason = "unreachable"  // no answer, or an error of its own (5xx)
	Unauthorized Reason = "unauthorized" // 401: the token is wrong or has expired
	Forbidden    Reason = "forbidden"    // 403: the token may not
	Gone         Reason = "gone"         // 404, 410: not there, or not for this token
	Moved        Reason = "moved"        // a redirect, which is not followed
	Limited      Reason = "limited"      // 429, or 403 of GitHub's limits: later
	Refused      Reason = "refused"      // 400, 422: it does not take what was sent
	NoSecret     Reason = "no_secret"    // the token cannot be read here
)

// Trouble is an answer that was no answer.
type Trouble struct {
	Reason  Reason
	Tracker string    // its title
	Status  int       // of the answer; 0 for none
	Detail  string    // what the tracker said, shortened
	Until   time.Time // for Limited: when it may be asked again
}

// Error says it in a sentence, without any secret.
func (t *Trouble) Error() string {
	said := ""
	if t.Detail != "" {
		said = " It said: " + t.Detail
	}
	switch t.Reason {
	case Unauthorized:
		return fmt.Sprintf("%s does not take the token (401). It may have expired.%s", t.Tracker, said)
	case Forbidden:
		return fmt.Sprintf("The token of %s may not do this (403).%s", t.Tracker, said)
	case Gone:
		return fmt.Sprintf("%s has no such issue, or its token may not see it (%d).", t.Tracker, t.Status)
	case Moved:
		return fmt.Sprintf("%s has moved this to another place (%d). Link it by its new address.", t.Tracker, t.Status)
	case Limited:
		return fmt.Sprintf("%s takes no more requests until %s UTC.", t.Tracker, t.Until.UTC().Format("15:04"))
	case Refused:
		return fmt.Sprintf("%s does not take this (%d).%s", t.Tracker, t.Status, said)
	case NoSecret:
		return fmt.Sprintf("The token of %s cannot be read. %s", t.Tracker, t.Detail)
	case Unreachable:
		if t.Status != 0 {
			return fmt.Sprintf("%s is in trouble itself (%d).%s", t.Tracker, t.Status, said)
		}
	}
	return fmt.Sprintf("%s cannot be reached. %s", t.Tracker, t.Detail)
}

// Temporary reports whether the same request may succeed later without anybody doing anything.
func (t *Trouble) Temporary() bool { return t.Reason == Unreachable || t.Reason == Limited }

// AsTrouble finds the trouble in an error; nil when there is none.
func AsTrouble(err error) *Trouble {
	var t *Trouble
	if errors.As(err, &t) {
		return t
	}
	return nil
}

// Fault is the trouble as people at the desk are told of it.
func (t *Trouble) Fault() *fault.Error {
	code := fault.Invalid
	if t.Temporary() {
		code = fault.Unavailable
	}
	return fault.New(code, "%s", t.Error())
}
