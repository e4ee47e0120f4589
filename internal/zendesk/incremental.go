package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/outreach"
)

// Incremental exports go by the time of a record's last change, ties by id. They end a minute before now:
// what changed since may not be committed yet, and a reader who went past its time would never see it.

const (
	// settled is how old a change is before an export tells it.
	settled = time.Minute
	// exportPage is how many records a page has at most.
	exportPage = 1000
	// exportTies is how many records of one second a page by time may have: it cannot end within a second.
	exportTies = 20_000
)

func (s *Server) incrementalEndpoints() []endpoint {
	const users = "include knows organizations, groups and identities"
	const tickets = "include knows users, groups, organizations, metric_sets, dates and slas"
	return []endpoint{
		get("/incremental/tickets/cursor", exportTickets).partly(tickets),
		get("/incremental/tickets", exportTicketsByTime).partly(tickets + "; a page has more than 1,000 tickets where a second has them"),
		get("/incremental/tickets/sample", exportTicketsSample).partly(tickets),
		get("/incremental/users/cursor", exportUsers).partly(users),
		get("/incremental/users", exportUsersByTime).partly(users),
		get("/incremental/users/sample", exportUsersSample).partly(users),
		get("/incremental/organizations/cursor", exportOrganizations),
		get("/incremental/organizations", exportOrganizationsByTime),
		get("/incremental/organizations/sample", exportOrganizationsSample),
		get("/incremental/ticket_events", exportTicketEvents).partly("in the order of recording; via is a channel's name; system and metadata are empty"),
		get("/incremental/ticket_metric_events", exportMetricEvents).partly("in the order of recording; instance_id is the clock's id; measure and update_status are not told, and of promises alone"),
		get("/exports/tickets", exportTicketsByTime).partly("the older name of the export by time"),
		get("/exports/tickets/sample", exportTicketsSample).partly("the older name of the sample"),
		get("/incremental/ticket_events/sample", sampleTicketEvents).partly("as the export"),
	}
}

// export is the part of an export that a call asks for.
type export struct {
	after   time.Time
	afterID int64
	from    time.Time
	until   time.Time
	limit   int
	byTime  bool
	sample  bool
}

// exporting reads the call's parameters.
func (c *call) exporting(byTime, sample bool) (e export, err error) {
	e = export{limit: exportPage, until: c.Clock().UTC().Add(-settled), byTime: byTime, sample: sample}
	if text := c.query("per_page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return e, badRequest("InvalidPaginationParameter", "per_page must be a number from 1 to 1000")
		}
		e.limit = min(n, exportPage)
	}
	if sample {
		e.limit = min(e.limit, 50)
	}
	if cursor := c.query("cursor"); cursor != "" && !byTime {
		key, id, _, err := db.Page{Cursor: cursor}.After()
		if err != nil {
			return e, badRequest("InvalidValue", "cursor is not valid")
		}
		e.after, e.afterID = db.Time(key), id
		return e, nil
	}
	text := c.query("start_time")
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return e, badRequest("StartTimeInvalid", "start_time must be a time in seconds since 1970")
	}
	e.from = time.Unix(seconds, 0).UTC()
	if e.from.After(e.until) {
		return e, badRequest("StartTimeTooRecent", "start_time must be at least a minute ago")
	}
	if byTime { // whole seconds: the next page begins with a second that this one told nothing of
		e.until = e.until.Truncate(time.Second).Add(-time.Microsecond)
	}
	return e, nil
}

// changed is where a record stands in the order of an export.
type changed struct {
	at time.Time
	id int64
}

// cut is how many of the records found belong to the page, and whether the stream ends with them. One more
// than the limit was read; a page by time ends with a whole second.
func (e export) cut(places []changed) (n int, end bool) {
	if len(places) <= e.limit {
		return len(places), true
	}
	if !e.byTime || e.sample {
		return e.limit, false
	}
	n = e.limit
	for n < len(places) && places[n].at.Unix() == places[e.limit-1].at.Unix() {
		n++
	}
	return n, false
}

// reads is how many records are asked for.
func (e export) reads() int { return e.limit + 1 }

// tail is what an export says behind its records.
func (c *call) tail(e export, places []changed, end bool) map[string]any {
	out := map[string]any{"end_of_stream": end}
	last := changed{e.after, e.afterID}
	if len(places) > 0 {
		last = places[len(places)-1]
	}
	if !e.byTime {
		out["after_cursor"], out["after_url"], out["before_cursor"], out["before_url"] = nil, nil, nil, nil
		if last.at.IsZero() { // nothing there: the next call begins where this one did
			last.at = e.from.Add(-time.Microsecond)
		}
		cursor := db.Cursor(db.Micros(last.at), last.id)
		out["after_cursor"] = cursor
		out["after_url"] = c.here(map[string]string{"cursor": cursor}, "start_time")
		return out
	}
	out["count"], out["next_page"], out["end_time"] = len(places), nil, nil
	next := e.from.Unix()
	if len(places) > 0 { // its second is told whole: the next page begins with the one after
		next = last.at.Unix() + 1
	}
	out["end_time"] = next
	if !end {
		out["next_page"] = c.here(map[string]string{"start_time": strconv.FormatInt(next, 10)})
	}
	return out
}

func exportTickets(c *call) (any, error)       { return c.exportTickets(false, false) }
func exportTicketsByTime(c *call) (any, error) { return c.exportTickets(true, false) }
func exportTicketsSample(c *call) (any, error) { return c.exportTickets(true, true) }

// exportTickets answers with a page of tickets, written as they are told.
func (c *call) exportTickets(byTime, sample bool) (any, error) {
	e, err := c.exporting(byTime, sample)
	if err != nil {
		return nil, err
	}
	w := c.newTeller()
	var rest map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		in := desk.Exporting{After: e.after, AfterID: e.afterID, From: e.from, Until: e.until, Limit: e.reads(), Live: c.query("exclude_deleted") == "true", Source: ticketSource}
		list, err := c.Desk.Export(ctx, tx, c.by, in)
		if err != nil {
			return err
		}
		if n := len(list); byTime && !sample && n > e.limit && list[n-1].Updated.Unix() == list[e.limit-1].Updated.Unix() {
			// the second goes on: read it to its end
			in.After, in.AfterID, in.Limit = list[n-1].Updated, list[n-1].ID, exportTies+1
			in.Until = earlier(time.Unix(list[n-1].Updated.Unix()+1, 0).Add(-time.Microsecond), e.until)
			more, err := c.Desk.Export(ctx, tx, c.by, in)
			if err != nil {
				return err
			}
			if len(more) > exportTies {
				return tied(list[n-1].Updated)
			}
			list = append(list, more...)
		}
		places := make([]changed, len(list))
		for i := range list {
			places[i] = changed{list[i].Updated, list[i].ID}
		}
		n, end := e.cut(places)
		list = list[:n]
		rest = c.tail(e, places[:n], end)
		if err := c.alongExport(ctx, tx, rest, list); err != nil {
			return err
		}
		return c.writeTickets(ctx, tx, w, list)
	})
	if err != nil {
		return nil, err
	}
	tail, err := json.Marshal(rest)
	if err != nil {
		return nil, err
	}
	w.b = append(append(append(w.b, ']'), ','), tail[1:]...)
	return raw(func(rw http.ResponseWriter, status int) {
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		rw.Header().Set("Content-Length", strconv.Itoa(len(w.b)))
		rw.WriteHeader(status)
		_, _ = rw.Write(w.b)
	}), nil
}

// ticketSource is what the ids are kept under that callers give to tickets.
const ticketSource = "api"

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// tied refuses a page by time that cannot end.
func tied(at time.Time) error {
	return &failed{http.StatusUnprocessableEntity, failure{Error: "TooManyRecords", Description: fmt.Sprintf("More than %d records changed in the second %s. Use the export by cursor, which can stop within it.", exportTies, at.UTC().Format(time.RFC3339))}}
}

// writeTickets tells the tickets of a page.
func (c *call) writeTickets(ctx context.Context, tx db.Tx, w *teller, list []desk.ExportedTicket) error {
	var ids []int64
	for i := range list {
		if list[i].Status.Done() { // only what was solved is asked about
			ids = append(ids, list[i].ID)
		}
	}
	offers, err := c.Outreach.OfMany(ctx, tx, ids)
	if err != nil {
		return err
	}
	told := make([]*desk.Ticket, len(list))
	for i := range list {
		told[i] = &list[i].Ticket
	}
	within, err := c.within(ctx, tx, told)
	if err != nil {
		return err
	}
	more := c.included("metric_sets") || c.included("dates") || c.included("slas")
	w.b = append(w.b, `{"tickets":[`...)
	for i := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		var offer *outreach.Offer
		if o, ok := offers[list[i].ID]; ok {
			offer = &o
		}
		if err := w.ticket(&list[i], offer); err != nil {
			return err
		}
		if !more {
			continue
		}
		members, err := json.Marshal(within(list[i].ID))
		if err != nil {
			return err
		}
		w.b = append(append(w.b[:len(w.b)-1], ','), members[1:]...)
	}
	return nil
}

// alongExport adds what include= asks for.
func (c *call) alongExport(ctx context.Context, tx db.Tx, out map[string]any, list []desk.ExportedTicket) error {
	if c.included("users") {
		seen, ids := map[int64]bool{0: true}, []int64{}
		for i := range list {
			t := &list[i]
			for _, id := range append(append([]int64{t.RequesterID, t.SubmitterID, t.AssigneeID}, t.People.Copies...), t.People.Followers...) {
				if !seen[id] {
					seen[id], ids = true, append(ids, id)
				}
			}
		}
		people, _, err := c.Directory.People(ctx, tx, c.by, directory.PeopleFilter{IDs: ids}, db.Window{Limit: len(ids)})
		if err != nil {
			return err
		}
		users, err := c.tellUsers(ctx, tx, people)
		if err != nil {
			return err
		}
		out["users"] = users
	}
	if c.included("organizations") {
		var ids []int64
		for i := range list {
			ids = append(ids, list[i].OrganizationID)
		}
		orgs, err := c.organizationsByID(ctx, tx, ids)
		if err != nil {
			return err
		}
		out["organizations"] = orgs
	}
	if c.included("groups") {
		groups, err := c.tellGroupsIn(ctx, tx, c.entries("team"))
		if err != nil {
			return err
		}
		out["groups"] = groups
	}
	return nil
}

// exportedPage reads a page of an export with read, which finds records of type T.
func exportedPage[T any](c *call, e export, placeOf func(T) changed, read func(in directory.Exporting) ([]T, error)) (list []T, rest map[string]any, err error) {
	in := directory.Exporting{After: e.after, AfterID: e.afterID, From: e.from, Until: e.until, Limit: e.reads()}
	if list, err = read(in); err != nil {
		return nil, nil, err
	}
	if n := len(list); e.byTime && !e.sample && n > e.limit && placeOf(list[n-1]).at.Unix() == placeOf(list[e.limit-1]).at.Unix() {
		last := placeOf(list[n-1])
		in.After, in.AfterID, in.Limit = last.at, last.id, exportTies+1
		in.Until = earlier(time.Unix(last.at.Unix()+1, 0).Add(-time.Microsecond), e.until)
		more, err := read(in)
		if err != nil {
			return nil, nil, err
		}
		if len(more) > exportTies {
			return nil, nil, tied(last.at)
		}
		list = append(list, more...)
	}
	places := make([]changed, len(list))
	for i, r := range list {
		places[i] = placeOf(r)
	}
	n, end := e.cut(places)
	return list[:n], c.tail(e, places[:n], end), nil
}

func exportUsers(c *call) (any, error)       { return c.exportUsers(false, false) }
func exportUsersByTime(c *call) (any, error) { return c.exportUsers(true, false) }
func exportUsersSample(c *call) (any, error) { return c.exportUsers(true, true) }

func (c *call) exportUsers(byTime, sample bool) (any, error) {
	e, err := c.exporting(byTime, sample)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		people, rest, err := exportedPage(c, e, func(p directory.Person) changed { return changed{p.Updated, p.ID} }, func(in directory.Exporting) ([]directory.Person, error) {
			return c.Directory.ExportPeople(ctx, tx, c.by, in)
		})
		if err != nil {
			return err
		}
		users, err := c.tellUsers(ctx, tx, people)
		if err != nil {
			return err
		}
		rest["users"], out = users, rest
		return c.alongUsers(ctx, tx, people, rest)
	})
	return out, err
}

func exportOrganizations(c *call) (any, error)       { return c.exportOrganizations(false, false) }
func exportOrganizationsByTime(c *call) (any, error) { return c.exportOrganizations(true, false) }
func exportOrganizationsSample(c *call) (any, error) { return c.exportOrganizations(true, true) }

func (c *call) exportOrganizations(byTime, sample bool) (any, error) {
	e, err := c.exporting(byTime, sample)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		found, rest, err := exportedPage(c, e, func(o directory.Organization) changed { return changed{o.Updated, o.ID} }, func(in directory.Exporting) ([]directory.Organization, error) {
			return c.Directory.ExportOrganizations(ctx, tx, c.by, in)
		})
		if err != nil {
			return err
		}
		rest["organizations"], err = c.tellOrganizations(ctx, tx, found)
		out = rest
		return err
	})
	return out, err
}
