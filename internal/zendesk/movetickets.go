package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"steward/internal/fault"
)

const (
	// movers is how many tickets are read and written at once.
	movers = 8
	// maxCarried is the largest attachment carried over, in bytes.
	maxCarried = 50 << 20
)

// moveExport is a page of the source's export of tickets.
type moveExport struct {
	Tickets []json.RawMessage `json:"tickets"`
	Cursor  string            `json:"after_cursor"`
	End     bool              `json:"end_of_stream"`
}

// tickets come in the order they were changed in. The place after each page is kept, so that the next run
// begins with what has changed since.
func (m *Move) tickets(ctx context.Context, s *Step) error {
	s.Known, s.Failed = 0, 0
	if err := m.refusedBefore(ctx, s); err != nil {
		return err
	}
	for {
		at := "/incremental/tickets/cursor?start_time=0"
		if s.place != "" {
			at = "/incremental/tickets/cursor?cursor=" + url.QueryEscape(s.place)
		}
		var page moveExport
		if err := m.source.get(ctx, at, &page); err != nil {
			return err
		}
		if err := m.page(ctx, s, page.Tickets); err != nil {
			return err
		}
		if page.Cursor != "" {
			s.place = page.Cursor
		}
		if err := m.save(ctx, *s); err != nil {
			return err
		}
		if page.End || page.Cursor == "" || len(page.Tickets) == 0 {
			return nil
		}
	}
}

// refusedBefore tries once more the tickets that earlier runs could not bring over.
func (m *Move) refusedBefore(ctx context.Context, s *Step) error {
	reported, err := m.reported(ctx, movedTicket)
	if err != nil {
		return err
	}
	m.retried = reported
	ids := slices.Sorted(maps.Keys(reported))
	if err := m.known(ctx, movedTicket, ids); err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return m.ids[movedTicket][id] != 0 }) // what is here was reported for a part of it
	for some := range slices.Chunk(ids, 100) {
		var list moveExport
		if err := m.source.get(ctx, "/tickets/show_many?ids="+strings.Join(some, ","), &list); err != nil {
			return err
		}
		if err := m.page(ctx, s, list.Tickets); err != nil {
			return err
		}
		for _, id := range some {
			if m.ids[movedTicket][id] != 0 || m.refused[id] {
				continue
			}
			if err := m.forget(ctx, movedTicket, id); err != nil { // it is not there any more
				return err
			}
		}
	}
	return nil
}

// page brings over the tickets of a page, several at once.
func (m *Move) page(ctx context.Context, s *Step, items []json.RawMessage) error {
	var records []record
	ids := map[string][]string{}
	for _, raw := range items {
		r, err := recordOf(raw)
		if err != nil {
			return err
		}
		records = append(records, r)
		ids[movedTicket] = append(ids[movedTicket], r.id(), r.text("problem_id"))
		ids[movedOrganization] = append(ids[movedOrganization], r.text("organization_id"))
		ids[movedPerson] = append(ids[movedPerson], r.text("requester_id"), r.text("submitter_id"), r.text("assignee_id"))
	}
	for kind, list := range ids {
		if err := m.known(ctx, kind, list); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	work := make(chan record)
	var mu sync.Mutex // of the step and m.ids
	var all sync.WaitGroup
	for range movers {
		all.Go(func() {
			for r := range work {
				if ctx.Err() != nil {
					continue
				}
				if err := m.ticket(ctx, s, &mu, r); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, r := range records {
		work <- r
	}
	close(work)
	all.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// ticket brings one ticket over, or counts it as known, or as failed.
func (m *Move) ticket(ctx context.Context, s *Step, mu *sync.Mutex, r record) error {
	count := func(n *int64) { mu.Lock(); *n++; mu.Unlock() }
	mu.Lock()
	ours, refused := m.ids[movedTicket][r.id()], m.refused[r.id()]
	mu.Unlock()
	if ours != 0 {
		count(&s.Known)
		return m.changedSince(ctx, s, mu, r, ours)
	}
	if refused || r.text("status") == "deleted" {
		return nil
	}
	a := &arrival{sort: movedTicket, theirs: r.id(), before: m.retried[r.id()]}
	body, err := m.ticketBody(ctx, mu, r)
	var p movedPast
	if err == nil {
		now := r
		if now, p, err = m.whole(ctx, mu, r, 0); err == nil {
			body, err = m.ticketBody(ctx, mu, now)
		}
	}
	if err == nil && len(p.comments) == 0 {
		err = m.comments(ctx, mu, r, &p)
	}
	if err == nil {
		a.said = p.said
		ours, err = m.takeIn(ctx, a, body, p)
	}
	var no *refusal
	switch {
	case errors.Is(err, errGone):
		return nil // deleted there meanwhile
	case errors.As(err, &no):
		mu.Lock()
		m.refused[r.id()] = true
		s.Failed++
		mu.Unlock()
		return m.refuse(ctx, a, r.label()+": "+no.text)
	case err != nil:
		return err
	}
	mu.Lock()
	m.ids[movedTicket][r.id()] = ours
	s.Moved++
	mu.Unlock()
	return nil
}

// lookUp is an id here, asked for under the lock.
func (m *Move) lookUp(ctx context.Context, mu *sync.Mutex, kind, theirs string) (int64, error) {
	mu.Lock()
	defer mu.Unlock()
	return m.ours(ctx, kind, theirs)
}

// ticketBody is a ticket with its messages as our import takes it.
func (m *Move) ticketBody(ctx context.Context, mu *sync.Mutex, r record) (record, error) {
	out := r.only("subject", "priority", "status", "type", "due_at", "tags", "created_at", "updated_at", "external_id", "via")
	if r.text("raw_subject") != "" && out.text("subject") == "" {
		out["subject"] = r["raw_subject"]
	}
	for member, kind := range map[string]string{"requester_id": movedPerson, "submitter_id": movedPerson, "assignee_id": movedPerson, "group_id": movedBlueprint + "/group",
		"brand_id": movedBlueprint + "/brand", "ticket_form_id": movedBlueprint + "/ticket_form", "problem_id": movedTicket} {
		ours, err := m.lookUp(ctx, mu, kind, r.text(member))
		if err != nil {
			return nil, err
		}
		if ours != 0 {
			out[member] = ours
		}
	}
	if _, ok := out["requester_id"]; !ok {
		return nil, &refusal{http.StatusUnprocessableEntity, "its requester was not brought over"}
	}
	for _, member := range []string{"follower_ids", "email_cc_ids"} {
		list, _ := r[member].([]any)
		var ids []int64
		for _, id := range list {
			ours, err := m.lookUp(ctx, mu, movedPerson, fmt.Sprint(id))
			if err != nil {
				return nil, err
			}
			if ours != 0 {
				ids = append(ids, ours)
			}
		}
		if len(ids) > 0 {
			out[member] = ids
		}
	}
	fields, _ := r["custom_fields"].([]any)
	var custom []record
	for _, f := range fields {
		one, _ := f.(map[string]any)
		if one == nil || one["value"] == nil || one["value"] == "" {
			continue
		}
		ours, err := m.lookUp(ctx, mu, movedBlueprint+"/ticket_field", record(one).id())
		if err != nil {
			return nil, err
		}
		if ours != 0 && ours < systemFields {
			custom = append(custom, record{"id": ours, "value": one["value"]})
		}
	}
	if custom != nil {
		out["custom_fields"] = custom
	}
	return out, nil
}

// comments reads a ticket's messages, where audits tell none.
func (m *Move) comments(ctx context.Context, mu *sync.Mutex, t record, p *movedPast) error {
	return m.source.each(ctx, "/tickets/"+t.id()+"/comments", "comments", func(ctx context.Context, items []json.RawMessage) error {
		for _, raw := range items {
			r, err := recordOf(raw)
			if err != nil {
				return err
			}
			c, err := m.comment(ctx, mu, p, r, r.text("created_at"))
			if err != nil {
				return err
			}
			p.comments = append(p.comments, c)
		}
		return nil
	})
}

// file takes an attachment in and returns the token that a message names it by; "" when it was left there,
// which the report will say.
func (m *Move) file(ctx context.Context, p *movedPast, f record) (string, error) {
	left := func(format string, args ...any) (string, error) {
		p.said = append(p.said, fmt.Sprintf(format, args...))
		return "", nil
	}
	name := first(f.text("file_name"), "file")
	body, err := m.source.fetch(ctx, f.text("content_url"))
	if err != nil {
		if !errors.Is(err, errGone) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Forbidden) {
			return "", err // the next run reads it
		}
		return left("the file %q could not be read: %s", name, faultText(err))
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxCarried+1))
	if err != nil {
		return "", fault.New(fault.Unavailable, "The file %q at %s could not be read to its end: %w", name, f.text("content_url"), err)
	}
	if len(data) > maxCarried {
		return left("the file %q is larger than %d MB", name, maxCarried>>20)
	}
	var answer struct {
		Upload struct {
			Token string `json:"token"`
		} `json:"upload"`
	}
	err = m.call(ctx, http.MethodPost, "/uploads?filename="+url.QueryEscape(name), data, &answer)
	var no *refusal
	if errors.As(err, &no) {
		return left("the file %q was not taken in: %s", name, no.text)
	}
	return answer.Upload.Token, err
}

// faultText is an error in words for people.
func faultText(err error) string {
	if f := fault.As(err); f != nil {
		return f.Message
	}
	return err.Error()
}
