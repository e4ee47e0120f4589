// Package fault is the one shape of an error that Steward shows: a stable code,
// a message for people, and where it helps the field, what was received and
// what would be accepted.
//
// A service returns a *Error (or wraps one with %w); surfaces turn it into
// RFC 9457 problem details or into one line and an exit code. Anything that is
// not a *Error is an internal error: it is logged once at the edge and shown
// without its text.
package fault
