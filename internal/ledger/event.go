package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/json"
	"reflect"
	"time"

	"steward/internal/act"
)

// Ref names a record: its kind ("ticket") and id.
type Ref struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

// Visibility says who may see an event besides those who may see its subject.
type Visibility string

// The visibilities: Public events are shown to customers too, Restricted ones to auditors only.
const (
	Public     Visibility = "public"
	Internal   Visibility = "internal"
	Restricted Visibility = "restricted"
)

// Event is one entry of the ledger.
type Event struct {
	ID         int64
	Pos        int64     // place in the total order; 0 until sequenced
	At         time.Time // when it happened
	Recorded   time.Time // when we learned it
	Verb       string    // "ticket.replied"
	ActorKind  act.Kind
	ActorID    int64 // person, 0 for none
	TokenID    int64
	OnBehalfOf int64
	Subject    Ref
	Cause      act.Cause
	Generation int64 // configuration it happened under
	Visibility Visibility
	Data       json.RawMessage // opaque ids and values; never names, addresses or free text

	salt          []byte
	digest        []byte
	privateDigest []byte
	hash          []byte // the chain's here, where it was read
}

// Decode reads the event's data into v.
func (e Event) Decode(v any) error { return json.Unmarshal(e.Data, v) }

// canonical is v as JSON with sorted keys and no spare bytes.
func canonical(v any) ([]byte, error) {
	if v == nil {
		return []byte("{}"), nil
	}
	first, err := marshal(v)
	if err != nil || sorted(reflect.ValueOf(v)) {
		return first, err
	}
	d := json.NewDecoder(bytes.NewReader(first))
	d.UseNumber() // numbers stay as they were written
	var any any
	if err := d.Decode(&any); err != nil {
		return nil, err
	}
	return marshal(any)
}

// sorted reports whether marshalling v sorts all of its keys already: maps do, structs and
// what marshals itself may not.
func sorted(v reflect.Value) bool {
	if !v.IsValid() {
		return true
	}
	if t := v.Type(); t.Implements(marshaler) || t.Implements(textMarshaler) {
		return false
	}
	switch v.Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Interface:
		return sorted(v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !sorted(v.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if v.Type().Key() != reflect.TypeFor[string]() {
			return false
		}
		for i := v.MapRange(); i.Next(); {
			if !sorted(i.Value()) {
				return false
			}
		}
		return true
	}
	return false
}

var marshaler, textMarshaler = reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// digestOf binds data to the event without revealing it once salt and data are erased.
func digestOf(salt, data []byte) []byte {
	sum := sha256.Sum256(append(append(make([]byte, 0, 256), salt...), data...))
	return sum[:]
}

// privateDigest is digestOf for private values and the person they are about: whose they are
// decides who can have them erased.
func privateDigest(salt []byte, person int64, data []byte) []byte {
	return digestOf(salt, append(binary.BigEndian.AppendUint64(nil, uint64(person)), data...))
}

// link is the event's hash in the chain: over the hash before it and everything the row says.
func (e *Event) link(previous []byte) []byte {
	sum := sha256.Sum256(chained(make([]byte, 0, 320), previous, [13]int64{e.Pos, e.ID, e.At.UnixMicro(), e.Recorded.UnixMicro(),
		e.ActorID, e.TokenID, e.OnBehalfOf, e.Subject.ID, e.Cause.Event, e.Cause.Blueprint, int64(e.Cause.Version), int64(e.Cause.Depth),
		e.Generation}, [6][]byte{[]byte(e.Verb), []byte(e.ActorKind), []byte(e.Subject.Kind), []byte(e.Visibility), e.digest, e.privateDigest}))
	return sum[:]
}

// chained appends to b the bytes that an event's hash is made of. Every field stands behind
// its length, so that no two rows give the same bytes.
func chained(b, previous []byte, numbers [13]int64, fields [6][]byte) []byte {
	b = append(b, previous...)
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, f := range fields {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(f))), f...)
	}
	return b
}
