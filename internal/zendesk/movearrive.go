package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// arrival is a record of there on its way in. The record, everything that belongs to it, the id it had there and what
// the report says of it are written in one transaction: a run that is cut off leaves all of it or nothing.
type arrival struct {
	sort   string // of record, as reports name it: user
	kind   string // that its id there is noted under; "" notes none
	theirs string
	before bool // earlier runs said something of it, which is taken back
	said   []string
}

// say adds what cannot be carried over of the record.
func (a *arrival) say(format string, args ...any) {
	a.said = append(a.said, fmt.Sprintf(format, args...))
}

// arrive writes a record by write, which may run twice and returns its id here.
func (m *Move) arrive(ctx context.Context, a *arrival, write func(ctx context.Context, tx db.Tx, a *arrival) (int64, error)) error {
	ours := int64(0)
	err := m.taking(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		again := *a
		again.said = slices.Clone(a.said)
		if ours, err = write(ctx, tx, &again); err != nil {
			return err
		}
		return m.settle(ctx, tx, &again, ours)
	})
	if err == nil {
		m.remember(a.kind, a.theirs, ours)
	}
	return err
}

// taken notes a record of there as one that is here already.
func (m *Move) taken(ctx context.Context, a *arrival, ours int64) error {
	return m.arrive(ctx, a, func(context.Context, db.Tx, *arrival) (int64, error) { return ours, nil })
}

// make makes a blueprint through our own API.
func (m *Move) make(ctx context.Context, path, name string, a *arrival, body record) error {
	ours := int64(0)
	within := beside(ctx, func(ctx context.Context, tx db.Tx, id int64) error {
		ours = id
		return m.settle(ctx, tx, a, id)
	})
	if err := m.call(within, http.MethodPost, path, wrap(name, body), nil); err != nil {
		return err
	}
	if ours == 0 {
		return fault.New(fault.Internal, "No %s was made.", name)
	}
	m.remember(a.kind, a.theirs, ours)
	return nil
}

// refuse notes that a record stays there, and why.
func (m *Move) refuse(ctx context.Context, a *arrival, why string) error {
	return m.server.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return m.settle(ctx, tx, &arrival{sort: a.sort, theirs: a.theirs, before: a.before, said: []string{why}}, 0)
	})
}

// settle writes what stands beside a record: its id there, and what the report says.
func (m *Move) settle(ctx context.Context, tx db.Tx, a *arrival, ours int64) error {
	if a.before {
		if err := m.takeBack(ctx, tx, a.sort, a.theirs); err != nil {
			return err
		}
	}
	for _, what := range a.said {
		if err := m.report(ctx, tx, a.sort, a.theirs, what); err != nil {
			return err
		}
	}
	if a.kind == "" || ours == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO external_id (source, kind, id, record_id) VALUES ($1, $2, $3, $4) ON CONFLICT (source, kind, id) DO UPDATE SET record_id = excluded.record_id`,
		m.name, a.kind, a.theirs, ours)
	return err
}

// remember keeps an id for the rest of the run.
func (m *Move) remember(kind, theirs string, ours int64) {
	if kind == "" || ours == 0 {
		return
	}
	if m.ids[kind] == nil {
		m.ids[kind] = map[string]int64{}
	}
	m.ids[kind][theirs] = ours
}

// taking writes, and makes a refusal of what our services refuse.
func (m *Move) taking(ctx context.Context, fn db.Func) error {
	err := m.server.DB.Write(ctx, fn)
	var no *failed
	if errors.As(err, &no) {
		return &refusal{no.status, no.words()}
	}
	if f := fault.As(err); f != nil && f.Code != fault.Unavailable && f.Code != fault.Internal {
		_, told, _ := failureOf(ctx, err)
		return &refusal{f.Code.Status(), told.words()}
	}
	return err
}

// at is who moves at a time that has passed.
func (m *Move) at(t time.Time) act.Actor {
	by := m.by
	if !t.IsZero() && t.Before(by.Now()) {
		by.Clock = func() time.Time { return t }
	}
	return by
}

// sentAs is a record as our API reads it from a body.
func sentAs[T any](r record) (in T, err error) {
	b, err := json.Marshal(r)
	if err != nil {
		return in, err
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return in, &refusal{http.StatusUnprocessableEntity, err.Error()}
	}
	return in, nil
}
