package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"steward/internal/fault"
	"steward/internal/lang"
)

// Details is an error as RFC 9457 problem details, with the fault's own fields.
type Details struct {
	Type    string         `json:"type" example:"about:blank"`
	Title   string         `json:"title" example:"Unprocessable Entity"`
	Status  int            `json:"status" example:"422"`
	Detail  string         `json:"detail" doc:"What happened, why, and what to do, in plain words."`
	Code    fault.Code     `json:"code" doc:"Stable: programs may decide by it." example:"invalid"`
	Details []fault.Detail `json:"details" nullable:"false"`
	Sent    *int64         `json:"sent,omitempty" doc:"Of a conflict: the version your change was made against."`
	Current any            `json:"current,omitempty" doc:"Of a conflict: the record as it is now."`
	Request string         `json:"request_id,omitempty" doc:"Name it when you ask for help; log lines carry it."`
	Why     string         `json:"why,omitempty" doc:"A path that explains a refusal."`
	Guards  []fault.Guard  `json:"guards,omitempty" doc:"Guards that speak against the change. Those that ask can be confirmed: send it again with their names in confirm."`

	retry int // seconds
}

var _ huma.StatusError = (*Details)(nil)
var _ huma.HeadersError = (*Details)(nil)

// Error implements error.
func (d *Details) Error() string { return d.Detail }

// GetStatus implements huma.StatusError.
func (d *Details) GetStatus() int { return d.Status }

// GetHeaders implements huma.HeadersError: Retry-After, where waiting helps.
func (d *Details) GetHeaders() http.Header {
	h := http.Header{}
	if d.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(d.retry))
	}
	return h
}

// ContentType implements huma.ContentTypeFilter.
func (d *Details) ContentType(string) string { return "application/problem+json" }

// Presenter turns a record of the service into what clients see of it; Problem uses it for
// the current record of a conflict.
type Presenter interface{ Present() any }

// Problem turns any error into problem details. One that is not a fault is logged and
// shown without its text.
func Problem(err error) *Details { return problem(context.Background(), err) }

// ProblemIn is Problem for a request: what is logged carries its id.
func ProblemIn(ctx context.Context, err error) *Details { return problem(ctx, err) }

func problem(ctx context.Context, err error) *Details { return problemIn(ctx, err, lang.In(ctx)) }

// problemIn is what a person reads of an error, in their language.
func problemIn(ctx context.Context, err error, l *lang.Language) *Details {
	var d *Details
	if errors.As(err, &d) {
		return d
	}
	f := fault.As(err)
	switch {
	case f != nil:
	case errors.Is(err, context.Canceled):
		f = &fault.Error{Code: fault.Unavailable, Message: "The request was given up before it was done."}
	default:
		slog.ErrorContext(ctx, "a request failed", "error", err)
		f = &fault.Error{Code: fault.Internal, Message: "Something went wrong on our side. It was logged; try again, and tell an administrator if it stays."}
	}
	f = f.In(l)
	details := f.Details
	if details == nil {
		details = []fault.Detail{}
	}
	status := f.Code.Status()
	current := f.Current
	if p, ok := current.(Presenter); ok {
		current = p.Present()
	}
	return &Details{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: f.Message, Code: f.Code, Details: details,
		Current: current, Why: f.Why, Guards: f.Guards, retry: int(math.Ceil(f.RetryAfter.Seconds()))}
}

// against adds to a conflict the version that the input named.
func (d *Details) against(in any) *Details {
	if d.Code != fault.Conflict {
		return d
	}
	v := reflect.Indirect(reflect.ValueOf(in))
	if v.Kind() != reflect.Struct || !v.FieldByName("Body").IsValid() || v.FieldByName("Body").Kind() != reflect.Struct {
		return d
	}
	for _, name := range []string{"Version", "BaseGeneration"} {
		f := v.FieldByName("Body").FieldByName(name)
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.IsValid() && f.CanInt() {
			n := f.Int()
			d.Sent = &n
		}
	}
	return d
}

// newProblem is what huma calls for its own findings.
func newProblem(l *lang.Language, status int, msg string, errs ...error) huma.StatusError {
	d := &Details{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: sentence(l, msg), Code: codeOf(status), Details: []fault.Detail{}}
	for _, err := range errs {
		var e *huma.ErrorDetail
		if !errors.As(err, &e) {
			d.Details = append(d.Details, fault.Detail{Message: err.Error()})
			continue
		}
		field := strings.TrimPrefix(strings.TrimPrefix(e.Location, "body."), "query.")
		received := e.Value
		if _, whole := received.(map[string]any); whole || secret(field) || large(received) { // an object may hold a secret
			received = nil
		}
		d.Details = append(d.Details, fault.Detail{Field: field, Message: e.Message, Received: received})
	}
	if len(d.Details) > 0 {
		first := d.Details[0]
		d.Detail = fmt.Sprintf("%s %s: %s.", d.Detail, first.Field, first.Message)
	}
	return d
}

// secret fields are never echoed.
func secret(field string) bool {
	return field == "" || strings.Contains(field, "password") || strings.Contains(field, "token") || strings.Contains(field, "secret") || field == "body"
}

func large(v any) bool {
	b, err := json.Marshal(v)
	return err != nil || len(b) > 500
}

func sentence(l *lang.Language, msg string) string {
	if msg == "" || msg == "validation failed" {
		return l.Word("The request cannot be accepted as it is.")
	}
	return strings.ToUpper(msg[:1]) + msg[1:] + "."
}

func codeOf(status int) fault.Code {
	switch status {
	case 400, 415, 406:
		return fault.Malformed
	case 401:
		return fault.SignedOut
	case 403:
		return fault.Forbidden
	case 404, 405:
		return fault.NotFound
	case 409:
		return fault.Conflict
	case 413:
		return fault.TooLarge
	case 422:
		return fault.Invalid
	case 429:
		return fault.TooMany
	case 503:
		return fault.Unavailable
	default:
		return fault.Internal
	}
}

// Fail writes err as problem details, for handlers outside huma. It speaks the language that the answer's
// Content-Language names.
func Fail(w http.ResponseWriter, err error) {
	d := *problemIn(context.Background(), err, lang.Of(w.Header().Get("Content-Language")))
	d.Request = w.Header().Get("X-Request-Id")
	for k, v := range d.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(d.Status)
	_ = json.NewEncoder(w).Encode(d)
}
