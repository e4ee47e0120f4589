package search

import (
	"cmp"
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Document is what can be found of one record.
type Document struct {
	ID     int64
	Title  string    // found first, and shown
	Detail string    // shown beside the title, not searched: "open · Acme"
	Body   string    // searched by everybody whom the record may be shown to
	Notes  string    // searched only by those who may do Kind.NotesFor with the record
	Path   string    // of its page in the workspace: "/tickets/7"
	At     time.Time // when it last changed; shown
	Record auth.Record
	Facets []string // further values that filters narrow by: letters and digits only
}

// Kind is a sort of record that can be found. A module gives one to New for each.
type Kind struct {
	Name   string // "ticket": as in events and permissions
	Title  string // "Tickets"
	Number int64  // 1 to 1,000, its own for ever: the index is sorted by it
	Right  string // the kind whose readers find it; Name when empty
	Verbs  []string
	// Matters reports whether an event of these verbs changes what Load returns, other than
	// Detail and At; nil when each does.
	Matters func(e ledger.Event) bool
	// Touched returns up to 500 ids above after, ascending, of the records that an event changes; nil
	// when events about the kind's own records change just these.
	Touched func(ctx context.Context, tx db.Tx, e ledger.Event, after int64) ([]int64, error)

	From     string // the table and its alias: "ticket t"
	Alias    string // "t"
	Titled   string // the column of its title: "t.subject"
	Live     string // predicate of records that are there: "t.deleted_at IS NULL"
	Columns  auth.Columns
	NotesFor string // the action whose holders find notes: "edit"; "" when there are none
	Filters  []Filter

	// Load returns the documents of these records, at most 500, in any order; those that are not there are
	// left out. It checks no permission.
	Load func(ctx context.Context, tx db.Tx, ids []int64) ([]Document, error)
}

// Filter is a typed filter of a kind: "status:open".
type Filter struct {
	Name   string
	Doc    string   // what it narrows by, for completions
	Values []string // what it takes, when that is a short list; others are refused with a suggestion
	Forms  string   // what it takes, in words, when it is not: "a date, or an age such as 7d"
	// Complete returns up to 20 values that begin with text; nil for none besides Values.
	Complete func(ctx context.Context, tx db.Tx, by act.Actor, text string) ([]Completion, error)
	// Apply adds the filter's predicates to w.
	Apply func(ctx context.Context, tx db.Tx, by act.Actor, value string, w *db.Where) (Narrow, error)
}

// Narrow says how a filter helps to be quick. It need not be exact: the predicates are.
type Narrow struct {
	Facets []string // every match has one of them; nil for not known
	Few    bool     // an index of the record's own table finds the few matches
}

// Completion is something to write next.
type Completion struct {
	Text string `json:"text" doc:"What to write."`
	Doc  string `json:"doc" doc:"What it means."`
}

// Owner, Team and Organization are the facets that documents get from their Record.
func Owner(id int64) string { return "o" + number(id) }

// Team is the facet of a record of this team.
func Team(id int64) string { return "t" + number(id) }

// Organization is the facet of a record of this organization.
func Organization(id int64) string { return "g" + number(id) }

// everything is the facet that every document has.
const everything = "all"

func (d Document) facets() []string {
	out := []string{everything}
	for _, id := range slices.Concat(d.Record.Owners, d.Record.Involved) {
		if id != 0 {
			out = append(out, Owner(id))
		}
	}
	if d.Record.Team != 0 {
		out = append(out, Team(d.Record.Team))
	}
	if d.Record.Organization != 0 {
		out = append(out, Organization(d.Record.Organization))
	}
	return append(out, d.Facets...)
}

// reachFacets are the facets of the records within a reach; nil for all records.
func reachFacets(by act.Actor, action, kind string) []string {
	if auth.Scope(by, action, kind).All() {
		return nil
	}
	out := []string{}
	for _, g := range by.Grants {
		if g.Action != action && g.Action != "*" || g.Kind != kind && g.Kind != "*" {
			continue
		}
		switch {
		case g.Scope == act.Own && by.PersonID != 0:
			out = append(out, Owner(by.PersonID))
		case g.Scope == act.Team:
			for _, id := range by.TeamIDs {
				out = append(out, Team(id))
			}
		case g.Scope == act.Organization && by.OrganizationID != 0:
			out = append(out, Organization(by.OrganizationID))
		}
	}
	return out
}

// kindBits is how many bits of a key an id takes.
const kindBits = 53

// right is the kind of record that one must be allowed to read to find it.
func (k *Kind) right() string { return cmp.Or(k.Right, k.Name) }

// key is where a record stands in the index.
func (k *Kind) key(id int64) int64 { return k.Number<<kindBits | id }
