package zendesk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// maxBody is the largest body of a call but for uploads, in bytes.
const maxBody = 4 << 20

// maxMany is how many records one call may name.
const maxMany = 100

// call is one request under way.
type call struct {
	*Server
	ctx    context.Context
	r      *http.Request
	w      http.ResponseWriter
	by     act.Actor
	status int // of the answer, unless it fails

	looked map[string]int64 // ids that refs.go has looked up
}

// read runs fn in a transaction that only reads.
func (c *call) read(fn db.Func) error { return c.DB.Read(c.ctx, fn) }

// write runs fn in a transaction; it may run twice and does no I/O.
func (c *call) write(fn db.Func) error { return c.DB.Write(c.ctx, fn) }

// id is a number in the path.
func (c *call) id(name string) (int64, error) {
	n, err := strconv.ParseInt(c.r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, badRequest("InvalidValue", fmt.Sprintf("Invalid parameter: %s must be an integer", name))
	}
	return n, nil
}

// query is a parameter of the URL; "" when it was not sent.
func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// ids are the numbers of a parameter like ids=1,2,3: at least one and at most maxMany.
func (c *call) ids(name string) ([]int64, error) {
	text := c.query(name)
	if text == "" {
		return nil, badRequest("BadRequest", "Send "+name+": up to 100 numbers with commas between them.")
	}
	var out []int64
	for _, one := range splitList(text) {
		n, err := strconv.ParseInt(one, 10, 64)
		if err != nil {
			return nil, badRequest("InvalidValue", fmt.Sprintf("Invalid parameter: %s must be integers", name))
		}
		out = append(out, n)
	}
	return out, tooMany(len(out))
}

// splitList is a list with commas between its parts, without blanks.
func splitList(text string) (out []string) {
	for _, one := range strings.Split(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// tooMany refuses more records than one call may name.
func tooMany(n int) error {
	if n > maxMany {
		return badRequest("TooManyRecords", fmt.Sprintf("One call may name up to %d records; this one named %d.", maxMany, n))
	}
	return nil
}

// included are the kinds of records the caller wants beside the answer: ?include=users,groups.
func (c *call) included(kind string) bool {
	return slices.Contains(splitList(c.query("include")), kind)
}

// body reads the call's JSON, whatever its Content-Type says. Members that v does not have are
// ignored, as Zendesk does.
func (c *call) body(v any) error {
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.New(fault.TooLarge, "A body may have up to %d bytes.", maxBody)
	}
	if err != nil {
		return badRequest("BadRequest", "The body could not be read to its end.")
	}
	if len(bytes.TrimSpace(b)) == 0 {
		b = []byte("{}")
	}
	return decoded("", b, v)
}

// decoded reads JSON that stands in a body, at a member or as all of it, into v.
func decoded(at string, b []byte, v any) error {
	err := json.Unmarshal(b, v)
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		field := strings.Trim(at+"."+kind.Field, ".")
		return fault.Field(field, kind.Value, "", "%s cannot be %s.", field, kind.Value)
	}
	return badRequest("InvalidJSON", "The body is not JSON: "+err.Error())
}

// sentRecord reads the record in a call's body, {"ticket": {…}}; a call without it is refused.
func sentRecord[T any](c *call, name string) (*T, error) {
	var body map[string]json.RawMessage
	if err := c.body(&body); err != nil {
		return nil, err
	}
	var in *T
	if raw, ok := body[name]; ok {
		if err := decoded(name, raw, &in); err != nil {
			return nil, err
		}
	}
	if in == nil {
		return nil, badRequest("InvalidRequest", `Send {"`+name+`": {…}}.`)
	}
	return in, nil
}

// origin is the scheme and host the caller used: links in answers lead back the same way.
func (c *call) origin() string {
	base := c.BaseURL()
	if _, host, ok := strings.Cut(base, "://"); ok && strings.TrimSuffix(host, "/") == c.r.Host {
		return strings.TrimSuffix(base, "/") // behind a proxy, the scheme that people see
	}
	if c.r.TLS != nil {
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

// url is the address of something below this API: url("/tickets/%d.json", id).
func (c *call) url(format string, args ...any) string {
	return c.origin() + Prefix + fmt.Sprintf(format, args...)
}

// stamp is a time as Zendesk writes it: whole seconds, UTC; null when it is zero.
type stamp time.Time

// MarshalJSON implements json.Marshaler.
func (s stamp) MarshalJSON() ([]byte, error) {
	if t := time.Time(s); !t.IsZero() {
		return t.UTC().AppendFormat(nil, `"2006-01-02T15:04:05Z"`), nil
	}
	return []byte("null"), nil
}

// number is an id: null when there is none.
type number int64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	if n == 0 {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(n), 10), nil
}

// UnmarshalJSON reads a number, also one in quotes; null is none.
func (n *number) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "null" || text == "" {
		*n = 0
		return nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return &json.UnmarshalTypeError{Value: text, Field: "id"}
	}
	*n = number(v)
	return nil
}

// maybe is a member of a body that may be left out, null (the zero Value) or a value.
type maybe[T any] struct {
	Sent  bool
	Value T
}

// UnmarshalJSON notes that the member was sent.
func (m *maybe[T]) UnmarshalJSON(b []byte) error {
	m.Sent = true
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, &m.Value)
}
