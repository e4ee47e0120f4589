package zendesk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// takeIn imports a ticket and notes its id there, how it was left and what of it could not be carried over, all or
// nothing: what is cut off is not done twice.
func (m *Move) takeIn(ctx context.Context, a *arrival, body record, p movedPast) (ours int64, err error) {
	in, err := importOf(body, p)
	if err != nil {
		return 0, err
	}
	in.told = p.last != 0
	in.also = []desk.ExternalID{{Source: m.name, ID: a.theirs}}
	return ours, m.taking(ctx, func(ctx context.Context, tx db.Tx) error {
		again := in // the function may run twice
		t, err := m.server.importTicket(ctx, tx, m.by, &again)
		if err != nil {
			return err
		}
		ours = t.ID
		if err := m.settle(ctx, tx, a, ours); err != nil {
			return err
		}
		return m.left(ctx, tx, a.theirs, t.Version, p.last)
	})
}

// importOf is a ticket as our import reads it.
func importOf(body record, p movedPast) (in importIn, err error) {
	body["comments"] = p.comments
	b, err := json.Marshal(body)
	if err != nil {
		return in, err
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return in, &refusal{http.StatusUnprocessableEntity, err.Error()}
	}
	in.opened, in.changes = p.opened, p.changes
	return in, nil
}

// left notes how a ticket was left.
func (m *Move) left(ctx context.Context, tx db.Tx, theirs string, version, audit int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO zendesk_move_ticket (source, theirs, version, audit) VALUES ($1, $2, $3, $4)
		ON CONFLICT (source, theirs) DO UPDATE SET version = excluded.version, audit = excluded.audit`, m.name, theirs, version, audit)
	return err
}

// changedSince takes in what happened there to a ticket after it was brought over. Where somebody changed it
// here meanwhile, it says so instead, so that work done here is not lost.
func (m *Move) changedSince(ctx context.Context, s *Step, mu *sync.Mutex, r record, ours int64) error {
	var now *desk.Ticket
	version, audit := int64(0), int64(0)
	err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if now, err = m.server.Desk.Get(ctx, tx, m.by, ours); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT version, audit FROM zendesk_move_ticket WHERE source = $1 AND theirs = $2`, m.name, r.id()).Scan(&version, &audit)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return err
	})
	there := r.time("updated_at")
	switch {
	case fault.Is(err, fault.NotFound):
		return nil // deleted here
	case err != nil || !there.After(now.Updated.Truncate(time.Second)) || r.text("status") == "deleted":
		return err
	case audit == 0 || version != now.Version:
		return m.notCarried(ctx, r, ours, "it was changed here, too")
	}
	r, p, err := m.whole(ctx, mu, r, audit)
	if errors.Is(err, errGone) || err == nil && p.last == 0 {
		return nil // gone there, or nothing that is told happened
	}
	if err != nil {
		return err
	}
	body, err := m.ticketBody(ctx, mu, r)
	if err == nil {
		err = m.goOn(ctx, r.id(), ours, version, body, p)
	}
	var no *refusal
	if errors.As(err, &no) {
		return m.notCarried(ctx, r, ours, no.text)
	}
	if err == nil {
		mu.Lock()
		s.More++
		mu.Unlock()
	}
	return err
}

func (m *Move) notCarried(ctx context.Context, r record, ours int64, why string) error {
	return m.problem(ctx, "ticket", r.id(), "%s was changed there at %s, after it became ticket %d here; the change is not carried over: %s", r.label(), r.text("updated_at"), ours, why)
}

// clearAttributes takes away the attributes that were emptied there: the ticket itself does not tell them.
func clearAttributes(h *desk.History) {
	for _, c := range h.Changes {
		for name := range c.Became {
			attribute, ok := strings.CutPrefix(name, "attributes.")
			if _, told := h.Attributes[attribute]; !ok || told {
				continue
			}
			if h.Attributes == nil {
				h.Attributes = map[string]any{}
			}
			h.Attributes[attribute] = nil
		}
	}
}

// goOn takes in what is new of a ticket that was left at a version.
func (m *Move) goOn(ctx context.Context, theirs string, ours, version int64, body record, p movedPast) error {
	in, err := importOf(body, p)
	if err != nil {
		return err
	}
	return m.taking(ctx, func(ctx context.Context, tx db.Tx) error {
		again := in
		h, err := m.server.history(ctx, tx, m.by, &again)
		if err != nil {
			return err
		}
		clearAttributes(&h)
		t, err := m.server.Desk.ImportMore(ctx, tx, m.by, ours, version, h)
		if err != nil {
			return err
		}
		if err := m.settle(ctx, tx, &arrival{sort: movedTicket, theirs: theirs, said: p.said}, ours); err != nil {
			return err
		}
		return m.left(ctx, tx, theirs, t.Version, p.last)
	})
}
