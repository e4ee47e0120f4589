package rest

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Null is a field that may be left out, null (the zero Value) or a value.
type Null[T any] struct {
	Sent  bool
	Value T
}

// UnmarshalJSON notes that the field was sent.
func (n *Null[T]) UnmarshalJSON(b []byte) error {
	n.Sent = true
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, &n.Value)
}

// MarshalJSON writes the value, for idempotency hashes.
func (n Null[T]) MarshalJSON() ([]byte, error) {
	if !n.Sent {
		return []byte("null"), nil
	}
	return json.Marshal(n.Value)
}

// Schema implements huma.SchemaProvider.
func (n Null[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), true, "")
	s.Nullable = true
	return &s
}
