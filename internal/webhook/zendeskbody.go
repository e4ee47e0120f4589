package webhook

import (
	"encoding/json"
	"strconv"
	"strings"

	"steward/internal/ledger"
)

// zendeskEvents are Zendesk's names of events that mean the same as verbs of ours.
var zendeskEvents = map[string]string{"ticket.created": "ticket.created", "ticket.replied": "ticket.comment_added", "ticket.commented": "ticket.comment_added",
	"person.created": "user.created", "organization.created": "organization.created"}

// zendeskSubjects are Zendesk's words for kinds of records.
var zendeskSubjects = map[string]string{"person": "user"}

// ZendeskEvent is Zendesk's name of a verb, such as zen:event-type:ticket.created; what Zendesk has no
// name for keeps ours.
func ZendeskEvent(verb string) string {
	if theirs, ok := zendeskEvents[verb]; ok {
		verb = theirs
	}
	return "zen:event-type:" + verb
}

// ZendeskVerbs are the verbs that a name of Zendesk's for events means; none when we have no such event.
func ZendeskVerbs(name string) (out []string) {
	name = strings.TrimPrefix(name, "zen:event-type:")
	for ours, theirs := range zendeskEvents {
		if theirs == name {
			out = append(out, ours)
		}
	}
	return out
}

// zendeskEnvelope is how Zendesk's webhooks tell of an event. Its detail holds the record's id alone.
type zendeskEnvelope struct {
	AccountID string            `json:"account_id"`
	Detail    map[string]string `json:"detail"`
	Event     json.RawMessage   `json:"event"`
	ID        string            `json:"id"`
	Subject   string            `json:"subject"`
	Time      string            `json:"time"`
	Type      string            `json:"type"`
	Version   string            `json:"zendesk_event_version"`
}

// zendeskBody is what a request in Zendesk's format tells of an event.
func zendeskBody(e ledger.Event, d Delivery) ([]byte, error) {
	kind := e.Subject.Kind
	if theirs, ok := zendeskSubjects[kind]; ok {
		kind = theirs
	}
	id := strconv.FormatInt(e.Subject.ID, 10)
	out := zendeskEnvelope{AccountID: accountID, Detail: map[string]string{"id": id}, Event: e.Data, ID: d.MessageID, Subject: "zen:" + kind + ":" + id,
		Time: e.At.UTC().Format(zendeskTime), Type: ZendeskEvent(e.Verb), Version: "2022-06-20"}
	if len(out.Event) == 0 || len(out.Event) > maxValues {
		out.Event = json.RawMessage("{}")
	}
	return json.Marshal(out)
}
