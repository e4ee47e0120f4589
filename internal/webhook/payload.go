package webhook

import (
	"encoding/json"
	"time"

	"steward/internal/ledger"
	"steward/internal/rest"
)

// payload is the body of a request.
type payload struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when it happened, UTC
	Data      any       `json:"data"`
}

// eventData is what a request says about an event: ids and values, no names or texts.
type eventData struct {
	EventID    int64           `json:"event_id"`
	RecordedAt time.Time       `json:"recorded_at"`
	Subject    ledger.Ref      `json:"subject"`
	Actor      actor           `json:"actor"`
	Cause      *int64          `json:"cause"`
	Values     json.RawMessage `json:"values"` // null when they are larger than maxValues
}

type actor struct {
	Kind string `json:"kind"`
	ID   *int64 `json:"id"`
}

type testData struct {
	Webhook  string `json:"webhook"`
	Delivery int64  `json:"delivery_id"`
}

// maxValues is how many bytes of an event's values are sent; whoever needs more asks the API.
const maxValues = 64 << 10

// standardBody is what a request by Standard Webhooks tells of an event.
func standardBody(e ledger.Event) ([]byte, error) {
	d := eventData{EventID: e.ID, RecordedAt: e.Recorded.UTC(), Subject: e.Subject, Actor: actor{string(e.ActorKind), rest.ID(e.ActorID)}, Cause: rest.ID(e.Cause.Event), Values: e.Data}
	if len(d.Values) > maxValues {
		d.Values = nil
	}
	return json.Marshal(payload{e.Verb, e.At.UTC(), d})
}

// testBody is the body of a test.
func testBody(w InForce, d Delivery) ([]byte, error) {
	return json.Marshal(payload{Test, d.Created.UTC(), testData{w.Name, d.ID}})
}
