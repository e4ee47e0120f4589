package desk

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"steward/internal/entitle"
	"steward/internal/field"
)

// What is told apart for conditions must be what all of them would be told.
func TestSomeValuesOfATicketAreThoseOfAll(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	cfg := &Config{Fields: &field.Schema{}, Entitle: &entitle.Config{}}
	full := &Ticket{Status: StatusOpen, Priority: "high", Channel: "web", Type: TypeTask, Subject: "x", Tags: []string{"a"}, Created: at, Updated: at, StateSince: at, SolvedAt: at, Due: at,
		TaskDue: at, AssignedAt: at, AskedAt: at, RepliedAt: at, Replies: 2, Bounces: 1, ProblemID: 7, Refused: "expired"}
	for _, ticket := range []*Ticket{full, {}} {
		around := about{now: at}
		all := cfg.vars(ticket, around)["ticket"].(map[string]any)
		for _, f := range Fields() {
			name, of := strings.CutPrefix(f.Path, "ticket.")
			name, _, _ = strings.Cut(name, ".")
			if !of || name == "requester" || name == "assignee" || name == "organization" || name == "waiting_on" {
				continue // looked up
			}
			v, known := cfg.someVar(ticket, around, name)
			if !known || !reflect.DeepEqual(v, all[name]) {
				t.Errorf("%s is %v, of all it is %v", name, v, all[name])
			}
		}
	}
}
