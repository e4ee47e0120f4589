package desk

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/search"
	"steward/internal/suggest"
)

// SearchKind is tickets as the search finds them.
func (s *Service) SearchKind() search.Kind {
	return search.Kind{Name: "ticket", Title: "Tickets", Number: 1,
		Verbs:   []string{TicketCreated, TicketReplied, TicketCommented, TicketNoted, TicketChanged, TicketRedacted, CommentPrivate, TicketPeople, TicketNamed, TicketSideBegun, TicketSideSaid, TicketSideAnswered, TicketSideUndone, TicketSideMoved, directory.PersonUpdated, ledger.Erased},
		Matters: mattersToSearch, Touched: ticketsOfRequester,
		From: "ticket t", Alias: "t", Titled: "t.subject", Live: "t.deleted_at IS NULL", Columns: columns, NotesFor: "edit", Load: s.documents,
		Filters: []search.Filter{
			search.Choice("status", "Where the ticket stands.", "t.status", statusFacet, statusNames()...),
			search.Choice("priority", "How urgent it is.", "t.priority", priorityFacet, "low", "normal", "high", "urgent"),
			s.teamFilter(),
			s.directory.OrganizationFilter("t.organization_id"),
			s.directory.PersonFilter("requester", "Who asked: me, an address, the start of a name, or an id.", "t.requester_id", false),
			s.directory.PersonFilter("assignee", "Who works on it: me, an address, the start of a name, or an id.", "t.assignee_id", true),
			tagFilter(),
			{Name: "external", Doc: "The id that another system knows it by.", Apply: func(_ context.Context, _ db.Tx, _ act.Actor, value string, w *db.Where) (search.Narrow, error) {
				w.And("t.id IN (SELECT record_id FROM external_id WHERE kind = 'ticket' AND id = ?)", value)
				return search.Narrow{Few: true}, nil
			}},
			{Name: "is", Doc: "unassigned, active, done or late.", Values: []string{"unassigned", "active", "done", "late"}, Apply: is},
			search.Ahead("sla", "When the next promise is due.", "t.due", "t.done = FALSE AND t.deleted_at IS NULL AND t.due < "+strconv.FormatInt(never, 10), activeFacet),
			search.Past("created", "When it was opened.", "t.created"),
			search.Past("updated", "When it last changed.", "t.updated"),
		}}
}

func statusNames() (out []string) {
	for _, s := range Statuses {
		out = append(out, string(s))
	}
	return out
}

// Facets of tickets besides those of their permissions. Most searches with a filter are for
// active ones, and most tickets are not.
const activeFacet = "active"

func statusFacet(status string) string {
	if Status(status).Done() {
		return ""
	}
	return activeFacet
}

func priorityFacet(priority string) string { return "p" + priority }

func tagFacet(tag string) string { return "x" + hex.EncodeToString([]byte(tag)) }

// indexed are the fields of a ticket whose change the search must learn of; it reads the
// others from the ticket itself.
var indexed = []string{"subject", "tags", "requester_id", "organization_id", "assignee_id", "team_id", "priority", "hidden"}

// mattersToSearch reports whether an event changes what the index holds.
func mattersToSearch(e ledger.Event) bool {
	if e.Verb != TicketChanged && e.Verb != directory.PersonUpdated {
		return true
	}
	if e.Verb == directory.PersonUpdated {
		return strings.Contains(string(e.Data), `"name"`)
	}
	var changed struct{ Changes struct{ Status []Status } }
	if e.Decode(&changed) != nil {
		return true
	}
	if st := changed.Changes.Status; len(st) == 2 && st[0].Done() != st[1].Done() {
		return true
	}
	for _, f := range indexed {
		if strings.Contains(string(e.Data), `"`+f+`"`) {
			return true
		}
	}
	return false
}

// ticketsOfRequester are the tickets that carry a person's name.
func ticketsOfRequester(ctx context.Context, tx db.Tx, e ledger.Event, after int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM ticket WHERE requester_id = $1 AND id > $2 ORDER BY id LIMIT 500`, e.Subject.ID, after)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// maxFound is how much of a ticket's messages is searched, in bytes, and maxMessage how much of one, in characters.
const (
	maxFound   = 256 << 10
	maxMessage = 20_000
)

// documents reads tickets as the search indexes and shows them.
func (s *Service) documents(ctx context.Context, tx db.Tx, ids []int64) ([]search.Document, error) {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).In("t.id", list)
	rows, err := tx.Query(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE `+w.SQL()+` AND t.deleted_at IS NULL`, w.Args()...)
	tickets, err := db.Collect(rows, err, func(r db.Scanner) (*Ticket, error) { return scanTicket(r) })
	if err != nil || len(tickets) == 0 {
		return nil, err
	}
	var requesters []int64
	for _, t := range tickets {
		requesters = append(requesters, t.RequesterID)
	}
	people, err := s.directory.Names(ctx, tx, requesters)
	if err != nil {
		return nil, err
	}
	said, noted, err := messages(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	foreign, err := externalIDs(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	docs := make([]search.Document, len(tickets))
	for i, t := range tickets {
		p := people[t.RequesterID]
		d := search.Document{ID: t.ID, Title: t.Subject, Detail: string(t.Status) + " · " + p.Name, Path: "/tickets/" + strconv.FormatInt(t.ID, 10), At: t.Updated,
			Body: strings.Join(t.Tags, " ") + "\n" + p.Name + " " + p.Email + "\n" + said[t.ID], Notes: strings.Join(foreignWords(foreign[t.ID]), " ") + "\n" + noted[t.ID], Record: t.Record()}
		if d.Facets = []string{priorityFacet(string(t.Priority))}; !t.Status.Done() {
			d.Facets = append(d.Facets, activeFacet)
		}
		for _, tag := range t.Tags {
			d.Facets = append(d.Facets, tagFacet(tag))
		}
		docs[i] = d
	}
	return docs, nil
}

// foreignWords are the ids that other systems know a ticket by.
func foreignWords(ids []ExternalID) (out []string) {
	for _, e := range ids {
		out = append(out, e.ID)
	}
	return out
}

// messages are the texts of tickets' messages: what everybody on the ticket may read, and notes with what was said in
// side conversations.
func messages(ctx context.Context, tx db.Tx, ids []any) (said, noted map[int64]string, err error) {
	said, noted = map[int64]string{}, map[int64]string{}
	read := func(query string) error {
		w := &db.Where{}
		most := w.Arg(maxMessage)
		w.In("ticket_id", ids)
		rows, err := tx.Query(ctx, fmt.Sprintf(query, most, w.SQL()), w.Args()...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var public bool
			var text string
			if err := rows.Scan(&id, &public, &text); err != nil {
				return err
			}
			into := noted
			if public {
				into = said
			}
			if len(into[id]) < maxFound {
				into[id] += text + "\n"
			}
		}
		return rows.Err()
	}
	if err := read(`SELECT ticket_id, public, substr(body_text, 1, %s) FROM comment WHERE %s ORDER BY ticket_id, id`); err != nil {
		return nil, nil, err
	}
	err = read(`SELECT side.ticket_id, FALSE, side.subject || ' ' || substr(m.body_text, 1, %s) FROM side JOIN side_message m ON m.side_id = side.id WHERE %s ORDER BY side.ticket_id, m.id`)
	return said, noted, err
}

func tagFilter() search.Filter {
	return search.Filter{Name: "tag", Doc: "A tag it has.",
		Complete: func(ctx context.Context, tx db.Tx, by act.Actor, text string) ([]search.Completion, error) {
			if by.Require("edit", "ticket") != nil {
				return nil, nil // tags of others' tickets may say something
			}
			text = strings.ToLower(text)
			rows, err := tx.Query(ctx, `SELECT DISTINCT tag FROM (SELECT tag FROM ticket_tag WHERE tag >= $1 AND tag < $2 ORDER BY tag LIMIT 5000) AS few ORDER BY tag LIMIT 20`, text, text+"\U0010FFFF")
			return db.Collect(rows, err, func(r db.Scanner) (c search.Completion, err error) { err = r.Scan(&c.Text); return c, err })
		},
		Apply: func(_ context.Context, _ db.Tx, _ act.Actor, value string, w *db.Where) (search.Narrow, error) {
			tag := strings.ToLower(value)
			w.And("t.id IN (SELECT ticket_id FROM ticket_tag WHERE tag = ?)", tag)
			return search.Narrow{Facets: []string{tagFacet(tag)}}, nil
		}}
}

// teamFilter is the filter team: by name or title, or none.
func (s *Service) teamFilter() search.Filter {
	return search.Filter{Name: "team", Doc: "The team that has it, by name, or none.",
		Complete: func(_ context.Context, _ db.Tx, by act.Actor, text string) (out []search.Completion, err error) {
			if !by.May("read", "team") {
				return nil, nil
			}
			for _, t := range s.config().Teams() {
				if strings.HasPrefix(t.Name, strings.ToLower(text)) {
					out = append(out, search.Completion{Text: t.Name, Doc: t.Title})
				}
			}
			return out, nil
		},
		Apply: func(_ context.Context, _ db.Tx, by act.Actor, value string, w *db.Where) (search.Narrow, error) {
			value = strings.ToLower(value)
			if value == "none" {
				w.And("t.team_id IS NULL")
				return search.Narrow{}, nil
			}
			t := s.config().TeamNamed(value)
			if t == nil && !by.May("read", "team") {
				w.And("1 = 0")
				return search.Narrow{}, nil
			}
			if t == nil {
				var known []string
				for _, t := range s.config().Teams() {
					known = append(known, t.Name)
				}
				return search.Narrow{}, fault.Field("q", value, strings.Join(append(known, "none"), ", "), "There is no team %q.%s", value, suggest.DidYouMean(value, known))
			}
			w.And("t.team_id = ?", t.ID)
			return search.Narrow{Facets: []string{search.Team(t.ID)}}, nil
		}}
}

func is(_ context.Context, _ db.Tx, by act.Actor, value string, w *db.Where) (search.Narrow, error) {
	n := search.Narrow{}
	for _, v := range strings.Split(value, ",") {
		switch v {
		case "unassigned":
			w.And("t.assignee_id IS NULL")
		case "active":
			w.And("t.done = FALSE")
			n.Facets = []string{activeFacet}
		case "done":
			w.And("t.done = TRUE")
		case "late":
			w.And("t.done = FALSE").And("t.due < ?", db.Micros(by.Now()))
			n.Facets, n.Few = []string{activeFacet}, true
		}
	}
	return n, nil
}
