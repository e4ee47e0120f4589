package desk

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/internal/fault"
	"steward/internal/field"
)

// Ticket is one request of a customer.
type Ticket struct {
	ID             int64
	Subject        string
	Status         Status
	Priority       Priority
	RequesterID    int64
	OrganizationID int64 // 0 for none, as for the ids below
	AssigneeID     int64
	TeamID         int64 // blueprint id of a team
	BrandID        int64 // blueprint id of a brand
	MailboxID      int64 // blueprint id of the mailbox it came through and is answered from
	Channel        string
	Tags           []string     // sorted
	Attributes     field.Values // custom attributes, as stored
	FormID         int64        // blueprint id of a form; 0 for the default form
	FollowupOf     int64
	People         People // who else is on it
	Type           Type
	TaskDue        time.Time // when a task shall be done; zero for none
	SubmitterID    int64     // who entered it, when that was not the requester
	ProblemID      int64     // the problem that this incident belongs to
	MergedInto     int64     // the ticket that goes on in its place
	Hidden         Hidden    // "" unless it was taken out of every list
	Created        time.Time
	Updated        time.Time
	SolvedAt       time.Time // zero unless solved
	StateSince     time.Time // when it came into its present state
	AssignedAt     time.Time // when its assignee got it; zero without one
	AskedAt        time.Time // the customer's last public message; zero for none
	RepliedAt      time.Time // an agent's last public message; zero for none
	Replies        int64     // public messages of agents
	Bounces        int64     // how often it was taken from an assignee or a team
	Due            time.Time // the earliest promise to keep; zero for none
	DueMetric      Metric
	RuleDue        time.Time  // when time rules look at it next; zero for never
	DueState       ClockState // running, paused or breached; "" without a clock
	Version        int64

	EntitlementID int64          // blueprint id of what it was judged by; 0 for none
	Refused       entitle.Reason // why it may not be worked on; "" when it may

	beside beside // what it may have in other tables
}

// never is how a ticket without a due time sorts: after all others. Below 2^53.
const never = int64(1)<<53 - 1

// Record is what permission checks look at.
func (t *Ticket) Record() auth.Record {
	return auth.Record{Owners: []int64{t.RequesterID, t.AssigneeID}, Involved: t.People.Copies, Team: t.TeamID, Organization: t.OrganizationID}
}

// columns maps the same to the ticket table.
var columns = auth.Columns{Owners: []string{"t.requester_id", "t.assignee_id"}, Involved: "t.id IN (" + copiedOn + ")", Team: "t.team_id", Organization: "t.organization_id"}

const copiedOn = "SELECT tp.ticket_id FROM ticket_person tp WHERE tp.person_id = ? AND tp.role = 'cc'"

// columnsOn is columns for a list: each engine takes the tickets somebody is copied on from an
// index beside those of the owners. PostgreSQL does so for an array only.
func columnsOn(e db.Engine) auth.Columns {
	c := columns
	if e == db.Postgres {
		c.Involved = "t.id = ANY(ARRAY(" + copiedOn + "))"
	}
	return c
}

const (
	maxSubject = 500     // characters
	maxBody    = 1 << 20 // bytes of one message's text or HTML
	maxTags    = 100
)

func cleanSubject(s string) (string, error) {
	s = directory.OneLine(s)
	if n := utf8.RuneCountInString(s); n > maxSubject {
		return "", fault.Field("subject", n, "at most 500 characters", "The subject has %d characters; 500 is the most.", n)
	}
	if s == "" {
		return "(no subject)", nil
	}
	return s, nil
}

// cleanTags lower-cases, sorts and checks tags: letters, digits and - _ : / . of at most 60 characters.
func cleanTags(tags []string) ([]string, error) {
	out := []string{}
	for _, tag := range tags {
		tag = strings.ToLower(strings.TrimSpace(tag))
		bad := tag == "" || utf8.RuneCountInString(tag) > 60 || strings.ContainsFunc(tag, func(r rune) bool {
			return r <= ' ' || strings.ContainsRune(`,;"'<>&`, r)
		})
		if bad {
			return nil, fault.Field("tags", tag, "1 to 60 characters without spaces, commas or quotes", "%q cannot be a tag.", tag)
		}
		if !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	if len(out) > maxTags {
		return nil, fault.Field("tags", len(out), "at most 100", "A ticket can have 100 tags; these are %d.", len(out))
	}
	slices.Sort(out)
	return out, nil
}

// refreshDue takes the ticket's due time from its clocks.
func (t *Ticket) refreshDue(clocks []*Clock) {
	t.Due, t.DueMetric, t.DueState = time.Time{}, "", ""
	for _, c := range clocks {
		if !c.Ended.IsZero() {
			continue
		}
		paused := !c.running()
		switch {
		case paused && t.DueState == "":
			t.DueMetric, t.DueState = c.Metric, Paused
		case !paused && !c.Due.IsZero() && (t.Due.IsZero() || c.Due.Before(t.Due)):
			t.Due, t.DueMetric, t.DueState = c.Due, c.Metric, c.State
		}
	}
}
