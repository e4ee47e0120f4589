package zendesk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// Hooks are webhooks as they are sent: package webhook, which this one does not know.
type Hooks interface {
	// Spec is the webhook of a name as it is in force; false when there is none.
	Spec(name string) (HookSpec, bool)
	// Secret returns the signing secret that is kept for a webhook, renewed first when asked.
	Secret(ctx context.Context, tx db.Tx, by act.Actor, name string, renew bool) (string, error)
	// Authorize keeps the header that lets a webhook's requests in, by its id; "" forgets it.
	Authorize(ctx context.Context, tx db.Tx, by act.Actor, id int64, header string) error
	// Calls lists what a webhook was told, newest first; state narrows them to queued, delivered or failed.
	Calls(ctx context.Context, tx db.Tx, by act.Actor, name, state string, page db.Page) (calls []HookCall, next string, err error)
	// Call is one of them with its request.
	Call(ctx context.Context, tx db.Tx, by act.Actor, name string, id int64) (HookCall, error)
	// Attempts are the requests made for one of them, the oldest first.
	Attempts(ctx context.Context, tx db.Tx, by act.Actor, name string, id int64) ([]HookAttempt, error)
	// Try makes a request at once; name is the webhook that signs it, "" for one that is not made yet.
	Try(ctx context.Context, by act.Actor, name string, spec HookSpec, body string) (HookAnswer, error)
	// Verbs are what events of Zendesk's name are here; none when there is no such event.
	Verbs(theirs string) []string
	// Event is Zendesk's name of a verb.
	Event(verb string) string
}

// HookSpec is how a webhook's requests are made.
type HookSpec struct {
	URL, Method, Content string            // Method and Content "" for what is usual
	Zendesk              bool              // signed as Zendesk's are
	Events               []string          // patterns of verbs
	Headers              map[string]string // beside those that are always there
	Authorization        string            // where a header that lets requests in is; "" for none
	Disabled             bool
}

// HookCall is a delivery.
type HookCall struct {
	ID       int64
	Verb     string
	State    string // queued, delivered or failed
	Attempts int
	Tried    time.Time // the last attempt; zero for none
	Status   int       // of the last answer; 0 for none
	Error    string
	Response string
	Headers  map[string]string // of its request; nil in lists
	Body     string
}

// HookAttempt is one request of a delivery.
type HookAttempt struct {
	At       time.Time
	Status   int    // of the answer; 0 for none
	Error    string // "" when it arrived
	Response string
}

// HookAnswer is what a server said to a request that was tried.
type HookAnswer struct {
	Status  int
	Headers map[string]string
	Body    string
}
