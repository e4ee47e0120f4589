package ledger

import (
	"context"
	"strings"

	"steward/internal/db"
)

// History is whose events to list: what somebody did, or what others did about some records.
type History struct {
	ActorID  int64  // who did it; with Subjects: whose own doing is left out, 0 for nobody's
	Subjects []Ref  // at most 300; nil lists what the actor did
	Kind     string // of records; "" for all
	Open     bool   // without restricted events
}

// History lists events by when they were learned, the newest first. It checks no permission.
func (l *Ledger) History(ctx context.Context, tx db.Tx, h History, page db.Page) (list []Event, next string, err error) {
	before, id, on, err := page.After()
	if err != nil {
		return nil, "", err
	}
	n, w, order := page.Size(), &db.Where{}, "e.recorded DESC, e.id DESC"
	if h.Subjects == nil {
		w.And("e.actor_id > 0").And("e.actor_id = ?", h.ActorID)
	} else {
		if h.ActorID != 0 {
			w.And("e.actor_id <> ?", h.ActorID)
		}
		byKind := map[string][]any{}
		for _, s := range h.Subjects {
			byKind[s.Kind] = append(byKind[s.Kind], s.ID)
		}
		w.Any(func(or *db.Where) {
			for kind, ids := range byKind {
				or.And("(e.subject_kind = ? AND e.subject_id IN ("+strings.TrimSuffix(strings.Repeat("?,", len(ids)), ",")+"))", append([]any{kind}, ids...)...)
			}
		})
		order = "e.recorded + 0 DESC, e.id + 0 DESC" // the records lead, not the order
	}
	if h.Kind != "" {
		w.And("e.subject_kind = ?", h.Kind)
	}
	if h.Open {
		w.And("e.visibility <> ?", string(Restricted))
	}
	if on {
		w.And("(e.recorded, e.id) < (?, ?)", before, id)
	}
	rows, err := tx.Query(ctx, `SELECT `+prefixed("e", eventColumns)+` FROM events e WHERE `+w.SQL()+` ORDER BY `+order+` LIMIT `+w.Arg(n+1), w.Args()...)
	if err != nil {
		return nil, "", err
	}
	list, err = scanEvents(rows, func(*Event) []any { return nil })
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(db.Micros(list[n-1].Recorded), list[n-1].ID)
	}
	return list, next, err
}
