package fault

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"steward/internal/lang"
)

// Code says what kind of error this is. Codes are stable: clients may switch on them.
type Code string

// The codes, each with its HTTP status.
const (
	Invalid     Code = "invalid"     // 422: the input cannot be accepted as it is
	Malformed   Code = "malformed"   // 400: the input cannot be read at all
	SignedOut   Code = "signed_out"  // 401: no or no longer valid credentials
	Forbidden   Code = "forbidden"   // 403: known, but may not
	NotFound    Code = "not_found"   // 404: not there, or not there for this person
	Conflict    Code = "conflict"    // 409: somebody changed it meanwhile; Current holds the record as it is now
	TooLarge    Code = "too_large"   // 413: over a limit; the message names the limit and what came
	TooMany     Code = "too_many"    // 429: too often; RetryAfter says when to come back
	Unavailable Code = "unavailable" // 503: cannot serve now; RetryAfter says when to come back
	Internal    Code = "internal"    // 500: our fault
)

// Detail is one finding about one field of the input.
type Detail struct {
	Field    string `json:"field,omitempty"`    // path of the field, as the caller wrote it: "targets[2].within"
	Message  string `json:"message"`            // what is wrong with it
	Received any    `json:"received,omitempty"` // the offending value; never set for secrets
	Accepted string `json:"accepted,omitempty"` // what would be accepted, in words

	from *format
}

// Error is an error for people. Build it with New or one of the helpers.
type Error struct {
	Code       Code
	Message    string        // one or two plain sentences: what happened, why, what to do
	Details    []Detail      // findings by field, if any
	Current    any           // the record as it is now, for Conflict
	RetryAfter time.Duration // for TooMany and Unavailable
	Why        string        // path below the API's prefix that explains a Forbidden; "" when none does
	Guards     []Guard       // what speaks against a change, for an Invalid
	Err        error         // the cause, for logs; never shown

	from *format
}

// Guard is a rule that speaks up before a change is made.
type Guard struct {
	Name       string      `json:"name"`
	Title      string      `json:"title"`
	Say        string      `json:"say" doc:"What is odd about the change, and what to do."`
	Mode       string      `json:"mode" enum:"ask,stop" doc:"ask: the change is made when it is sent again with this name in confirm. stop: it is not."`
	Why        string      `json:"why" doc:"Path of the guard's own text."`
	Conditions []Condition `json:"conditions" nullable:"false"`
}

// Condition is one part of a guard's condition in plain words, with what it saw.
type Condition struct {
	Text  string `json:"text"`
	Value string `json:"value"`
	Held  bool   `json:"held"`
}

// New returns an error of that code with a formatted message. %w keeps the cause.
func New(code Code, text string, args ...any) *Error {
	err := fmt.Errorf(text, args...)
	return &Error{Code: code, Message: err.Error(), Err: errors.Unwrap(err), from: &format{text, args}}
}

// Field returns an Invalid error about one field: what was received and what would be accepted.
func Field(field string, received any, accepted, text string, args ...any) *Error {
	msg, from := fmt.Sprintf(text, args...), &format{text, args}
	return &Error{Code: Invalid, Message: msg, Details: []Detail{{Field: field, Message: msg, Received: received, Accepted: accepted, from: from}}, from: from}
}

// Stale returns the Conflict for an update made against an old version; current is the record as it is now.
func Stale(what string, current any) *Error {
	e := New(Conflict, "%s was changed by somebody else meanwhile. Look at the current state and try again.", lang.Term(what))
	e.Current = current
	return e
}

// Missing returns a NotFound for a record of that kind, by whatever names it.
func Missing(kind string, id any) *Error {
	return New(NotFound, "There is no %s %v, or you may not see it.", lang.Term(kind), id)
}

// Error implements error with the message and, after it, the details.
func (e *Error) Error() string {
	if len(e.Details) == 0 || (len(e.Details) == 1 && e.Details[0].Message == e.Message) {
		return e.Message
	}
	parts := make([]string, 0, len(e.Details))
	for i, d := range e.Details {
		if i == 5 {
			parts = append(parts, fmt.Sprintf("and %d more", len(e.Details)-i))
			break
		}
		if d.Field != "" {
			parts = append(parts, d.Field+": "+d.Message)
		} else {
			parts = append(parts, d.Message)
		}
	}
	return e.Message + " (" + strings.Join(parts, "; ") + ")"
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// As finds the *Error in err's chain; nil when there is none.
func As(err error) *Error {
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// Is reports whether err carries an *Error of that code.
func Is(err error, code Code) bool {
	f := As(err)
	return f != nil && f.Code == code
}

// Status is the HTTP status of a code; 500 for one it does not know.
func (c Code) Status() int {
	switch c {
	case Invalid:
		return http.StatusUnprocessableEntity
	case Malformed:
		return http.StatusBadRequest
	case SignedOut:
		return http.StatusUnauthorized
	case Forbidden:
		return http.StatusForbidden
	case NotFound:
		return http.StatusNotFound
	case Conflict:
		return http.StatusConflict
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case TooMany:
		return http.StatusTooManyRequests
	case Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Exit is the exit code of the command line for err: 0 for nil, 2 for bad input, 1 for failure.
func Exit(err error) int {
	switch f := As(err); {
	case err == nil:
		return 0
	case f != nil && (f.Code == Invalid || f.Code == Malformed || f.Code == TooLarge):
		return 2
	default:
		return 1
	}
}
