package rule

import (
	"fmt"
	"strings"

	"steward/internal/fault"
)

// Problem is one thing wrong with an expression.
type Problem struct {
	Line, Column int    // of the expression, from 1; columns count characters
	Message      string // a sentence
	Suggestion   string // what could stand there instead; may be empty
}

// Error is why an expression does not compile. As a fault it is Invalid, with a detail for each problem.
type Error struct {
	Problems []Problem // at least one, in the order of the text
}

// Error is the problems in one line.
func (e *Error) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message)
	}
	return strings.Join(parts, " ")
}

// Unwrap returns the error as a fault, so that surfaces show it as bad input.
func (e *Error) Unwrap() error {
	f := fault.New(fault.Invalid, "%s", e.Error())
	for _, p := range e.Problems {
		f.Details = append(f.Details, fault.Detail{Field: fmt.Sprintf("%d:%d", p.Line, p.Column), Message: p.Message, Accepted: p.Suggestion})
	}
	return f
}
