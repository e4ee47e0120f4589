package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// BatchGuard is a guard that kept a bulk change from some of its tickets.
type BatchGuard struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Say     string `json:"say" doc:"What it says to whoever makes the change."`
	Mode    string `json:"mode" enum:"ask,stop" doc:"ask: the change can be made all the same. stop: it cannot."`
	Tickets int64  `json:"tickets" doc:"How many tickets it is about."`
}

// askedBy is what guards said about one ticket, as its row keeps it; "" when none did.
func askedBy(f *fault.Error) string {
	var said []BatchGuard
	for _, g := range f.Guards {
		said = append(said, BatchGuard{Name: g.Name, Title: g.Title, Say: g.Say, Mode: g.Mode})
	}
	if len(said) == 0 {
		return ""
	}
	b, _ := json.Marshal(said) // texts always marshal
	return string(b)
}

// guardsOf are the guards that kept a batch from tickets, each with how many.
func guardsOf(ctx context.Context, tx db.Tx, batchID int64) ([]BatchGuard, error) {
	out := []BatchGuard{}
	rows, err := tx.Query(ctx, `SELECT guards, count(*) FROM ticket_batch_item WHERE batch_id = $1 AND state = $2 AND guards <> '' GROUP BY guards ORDER BY guards LIMIT 200`, batchID, string(itemFailed))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		var n int64
		var said []BatchGuard
		if err := rows.Scan(&text, &n); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			return nil, err
		}
		for _, g := range said {
			at := slices.IndexFunc(out, func(o BatchGuard) bool { return o.Name == g.Name })
			if at < 0 {
				at, out = len(out), append(out, g)
			}
			out[at].Tickets += n
		}
	}
	return out, rows.Err()
}

// ConfirmBatch makes a batch's change all the same on the tickets about which these guards asked, as a batch
// of its own. Tickets that a guard stops, or about which others asked as well, stay. Whoever may see the
// batch may; what each ticket allows is asked again.
func (s *Service) ConfirmBatch(ctx context.Context, tx db.Tx, by act.Actor, id int64, names []string) (*Batch, error) {
	b, err := s.Batch(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if action := b.Change.action(); !by.May(action, "ticket") {
		return nil, by.Denied(action, "ticket")
	}
	if b.ending() != "" {
		return nil, fault.New(fault.Invalid, "This bulk change is still under way. Wait until it has ended.")
	}
	type item struct {
		n, ticket int64
		guards    string
	}
	rows, err := tx.Query(ctx, `SELECT n, ticket_id, guards FROM ticket_batch_item WHERE batch_id = $1 AND state = $2 AND guards <> '' ORDER BY n LIMIT $3`, b.ID, string(itemFailed), maxBatch)
	all, err := db.Collect(rows, err, func(r db.Scanner) (i item, err error) { return i, r.Scan(&i.n, &i.ticket, &i.guards) })
	if err != nil {
		return nil, err
	}
	next := NewBatch{Title: b.Title, Change: b.Change}
	next.Change.Confirm = append(slices.Clone(b.Change.Confirm), names...)
	var again []int64
	for _, i := range all {
		var said []BatchGuard
		if err := json.Unmarshal([]byte(i.guards), &said); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(said, func(g BatchGuard) bool {
			return g.Mode == guardStopsMode || !slices.Contains(next.Change.Confirm, g.Name)
		}) {
			again, next.Tickets = append(again, i.n), append(next.Tickets, i.ticket)
		}
	}
	if len(again) == 0 {
		return nil, fault.Field("guards", names, "names of guards that asked about tickets of this bulk change", "No ticket of this bulk change waits for this answer.")
	}
	on, err := s.StartBatch(ctx, tx, by, next)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `UPDATE ticket_batch_item SET guards = '', state = $1, note = $2 WHERE batch_id = $3 AND n IN (`+idList(again)+`)`,
		string(itemKept), fmt.Sprintf("Confirmed: bulk change %d does it.", on.ID), b.ID); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `UPDATE ticket_batch SET failed = failed - $1 WHERE id = $2`, len(again), b.ID)
	return on, err
}
