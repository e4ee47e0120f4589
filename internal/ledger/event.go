package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"
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
}

// Decode reads the event's data into v.
func (e Event) Decode(v any) error { return json.Unmarshal(e.Data, v) }

// canonical is v as JSON with sorted keys and no spare bytes.
func canonical(v any) ([]byte, error) {
	if v == nil {
		return []byte("{}"), nil
	}
	first, err := marshal(v)
	if err != nil {
		return nil, err
	}
	if _, sorted := v.(map[string]any); sorted {
		return first, nil // maps are written with sorted keys already
	}
	d := json.NewDecoder(bytes.NewReader(first))
	d.UseNumber()
	var any any
	if err := d.Decode(&any); err != nil {
		return nil, err
	}
	return marshal(any)
}

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
	h := sha256.New()
	h.Write(salt)
	h.Write(data)
	return h.Sum(nil)
}

// link is the event's hash in the chain: over the hash before it and everything the row says.
func (e *Event) link(previous []byte) []byte {
	h := sha256.New()
	h.Write(previous)
	for _, n := range []int64{e.Pos, e.ID, e.At.UnixMicro(), e.Recorded.UnixMicro(), e.ActorID, e.TokenID, e.OnBehalfOf,
		e.Subject.ID, e.Cause.Event, e.Cause.Blueprint, int64(e.Cause.Version), int64(e.Cause.Depth), e.Generation} {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		h.Write(b[:])
	}
	for _, s := range []string{e.Verb, string(e.ActorKind), e.Subject.Kind, string(e.Visibility)} {
		field(h, []byte(s))
	}
	field(h, e.digest)
	field(h, e.privateDigest)
	return h.Sum(nil)
}

func field(h hash.Hash, b []byte) {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(b)))
	h.Write(n[:])
	h.Write(b)
}
