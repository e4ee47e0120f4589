package mail

import (
	"errors"
	"fmt"
	"net/textproto"

	"github.com/emersion/go-smtp"
)

// Outcome says what became of a mail handed to a relay.
type Outcome string

// The outcomes.
const (
	Delivered Outcome = "delivered" // the relay took it for every recipient
	Partial   Outcome = "partial"   // taken for some recipients; see Recipients for the others
	Permanent Outcome = "permanent" // refused; trying again will not help
	Temporary Outcome = "temporary" // not taken now; nothing was delivered, try again
	// Blocked: the relay cannot be used the way it is configured (a wrong password, no TLS).
	// Nothing was delivered, and trying again will not help before somebody mends it.
	Blocked Outcome = "blocked"
	// Unknown: the connection was lost after the whole message was on its way. Retry the
	// identical bytes, and show that it may have been delivered twice.
	Unknown Outcome = "unknown"
)

// Result is the outcome of one Send.
type Result struct {
	Outcome    Outcome
	Code       int    // the relay's answer, 0 when it gave none
	Message    string // in words, for people
	Recipients []RecipientResult
}

// RecipientResult is the outcome for one recipient.
type RecipientResult struct {
	Email   string
	Outcome Outcome
	Code    int
	Status  string // enhanced status code, such as "5.1.1"; "" when it gave none
	Message string
}

// verdict reads a relay's error: 5xx is final, everything else may pass.
func verdict(err error) (Outcome, int, string) {
	var said *smtp.SMTPError
	if errors.As(err, &said) {
		o := Temporary
		if said.Code >= 500 {
			o = Permanent
		}
		return o, said.Code, said.Message
	}
	var proto *textproto.Error
	if errors.As(err, &proto) {
		o := Temporary
		if proto.Code >= 500 {
			o = Permanent
		}
		return o, proto.Code, proto.Msg
	}
	return Temporary, 0, err.Error()
}

// failed is a result that is the same for every recipient.
func failed(o Outcome, code int, message string, to []string) Result {
	r := Result{Outcome: o, Code: code, Message: message}
	for _, email := range to {
		r.Recipients = append(r.Recipients, RecipientResult{Email: email, Outcome: o, Code: code, Message: message})
	}
	return r
}

// status is the enhanced status code of a relay's answer, "" for none.
func status(err error) string {
	var said *smtp.SMTPError
	if !errors.As(err, &said) || said.EnhancedCode[0] <= 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", said.EnhancedCode[0], said.EnhancedCode[1], said.EnhancedCode[2])
}

// errBlocked marks what an administrator has to mend.
type errBlocked struct{ error }

func (e errBlocked) Unwrap() error { return e.error }

// summarise sets the outcome of the whole from those of the recipients.
func (r *Result) summarise() {
	count := map[Outcome]int{}
	for _, x := range r.Recipients {
		count[x.Outcome]++
	}
	n := len(r.Recipients)
	switch {
	case count[Unknown] > 0:
		r.Outcome = Unknown
	case count[Delivered] == n:
		r.Outcome = Delivered
	case count[Delivered] > 0:
		r.Outcome = Partial
		r.Message = fmt.Sprintf("Delivered to %d of %d recipients.", count[Delivered], n)
	case count[Temporary] > 0:
		r.Outcome = Temporary
	default:
		r.Outcome = Permanent
	}
}
