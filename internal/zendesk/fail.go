package zendesk

import (
	"context"
	"net/http"
	"strconv"

	"steward/internal/fault"
	"steward/internal/rest"
)

// failure is the shape of an error: {"error":"RecordNotFound","description":"Not found"}.
type failure struct {
	Error       string                `json:"error"`
	Description string                `json:"description,omitempty"`
	Details     map[string][]findings `json:"details,omitempty"`
}

// findings is what is wrong with one field.
type findings struct {
	Description string `json:"description"`
	Error       string `json:"error"`
}

// failed is an error with a name that Zendesk's clients look for, where the fault's code alone does
// not tell it.
type failed struct {
	status int
	failure
}

// Error implements error.
func (f *failed) Error() string { return f.failure.Error + ": " + f.Description }

// badRequest is a 400 with a name of its own.
func badRequest(name, description string) error {
	return &failed{http.StatusBadRequest, failure{Error: name, Description: description}}
}

// names of errors by code, as Zendesk's clients know them.
var names = map[fault.Code]string{
	fault.Invalid: "RecordInvalid", fault.Malformed: "BadRequest", fault.SignedOut: "Couldn't authenticate you", fault.Forbidden: "Forbidden",
	fault.NotFound: "RecordNotFound", fault.Conflict: "UpdateConflict", fault.TooLarge: "RequestEntityTooLarge", fault.TooMany: "APIRateLimitExceeded",
	fault.Unavailable: "ServiceUnavailable", fault.Internal: "InternalServerError",
}

// fail answers with an error in this API's shape.
func fail(ctx context.Context, w http.ResponseWriter, err error) {
	status, body, retry := failureOf(ctx, err)
	if retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(retry))
	}
	write(w, status, body)
}

// failureOf is an error as it is told: its status, body and seconds to wait.
func failureOf(ctx context.Context, err error) (status int, body failure, retry int) {
	if f, ok := err.(*failed); ok {
		return f.status, f.failure, 0
	}
	p := rest.ProblemIn(ctx, err)
	body = failure{Error: names[p.Code], Description: p.Detail}
	retry, _ = strconv.Atoi(p.GetHeaders().Get("Retry-After"))
	switch p.Code {
	case fault.NotFound:
		body.Description = "Not found"
	case fault.SignedOut:
		body.Description = ""
	case fault.Invalid:
		body.Description = "Record validation errors"
		body.Details = map[string][]findings{}
		for _, d := range p.Details {
			field := d.Field
			if field == "" {
				field = "base"
			}
			body.Details[field] = append(body.Details[field], findings{Description: d.Message, Error: kindOf(d)})
		}
		if len(p.Details) == 0 {
			body.Details["base"] = []findings{{Description: p.Detail, Error: "InvalidValue"}}
		}
	}
	return p.Status, body, retry
}

// kindOf is a finding's name: a field that is missing, or one with a value that cannot be.
func kindOf(d fault.Detail) string {
	if d.Received == nil || d.Received == "" {
		return "BlankValue"
	}
	return "InvalidValue"
}
