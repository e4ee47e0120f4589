package zendesk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"steward/internal/fault"
)

// record is a record of the source, which most steps only pass on.
type record map[string]any

func recordOf(raw json.RawMessage) (record, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // ids have up to 14 digits
	var r record
	if err := d.Decode(&r); err != nil {
		return nil, fault.New(fault.Unavailable, "A record of the source cannot be read: %w", err)
	}
	return r, nil
}

// id is the record's id there.
func (r record) id() string { return r.text("id") }

// text is a member as text; "" when it is not there.
func (r record) text(name string) string {
	switch v := r[name].(type) {
	case nil:
		return ""
	case json.Number:
		return v.String()
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// time is a member as a time; zero when it is none.
func (r record) time(name string) time.Time {
	t, _ := time.Parse(time.RFC3339, r.text(name))
	return t
}

// only is the record with these members and no others; those that are null are left out.
func (r record) only(names ...string) record {
	out := record{}
	for _, n := range names {
		if v, ok := r[n]; ok && v != nil {
			out[n] = v
		}
	}
	return out
}

// wrap is a record as a body: {"ticket": {…}}.
func wrap(name string, r record) []byte {
	b, err := json.Marshal(map[string]any{name: r})
	if err != nil {
		panic(err) // it was JSON before
	}
	return b
}

// label is what people call a record.
func (r record) label() string {
	for _, n := range []string{"title", "name", "subject", "raw_subject", "email"} {
		if t := r.text(n); t != "" {
			return strconv.Quote(t)
		}
	}
	return "record " + r.id()
}
