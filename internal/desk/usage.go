package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// firingKept is how long it is told when a trigger fired; the ledger tells it for ever.
const firingKept = 90 * 24 * time.Hour

// usageWindow is the time in which firings are counted.
const usageWindow = 30 * 24 * time.Hour

const firingColumns = `trigger_id, at, event_id, ticket_id, stopped`

// noteFiring records that a rule fired or a macro was used, or why it was stopped. Without an
// event it did nothing.
func noteFiring(ctx context.Context, tx db.Tx, id int64, at time.Time, event, ticketID int64, stopped string) error {
	if event == 0 {
		return nil
	}
	return tx.Later(ctx, nil, `INSERT INTO trigger_firing (`+firingColumns+`) VALUES ($1, $2, $3, $4, $5)`, id, db.Micros(at), event, ticketID, stopped)
}

// SweepFirings forgets firings of more than 90 days ago, some at a time.
func SweepFirings(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM trigger_firing WHERE (trigger_id, at, event_id) IN
		(SELECT trigger_id, at, event_id FROM trigger_firing WHERE at < $1 LIMIT 10000)`, db.Micros(now.Add(-firingKept)))
	return err
}

// TriggerView is a trigger with how it is used.
type TriggerView struct {
	Blueprint Named      `json:"blueprint"`
	Order     int        `json:"order"`
	FiredAt   *time.Time `json:"fired_at" doc:"When it fired or was stopped last, within 90 days."`
	Fired     db.Count   `json:"fired" doc:"How often within 30 days."`
	Stopped   db.Count   `json:"stopped" doc:"How often it was stopped within 30 days."`
}

// getAllTriggers lists the triggers in the order they are looked at. Whoever may read
// blueprints may.
func (s *Service) getAllTriggers(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[TriggerView], error) {
	items := []TriggerView{}
	if err := by.Require("read", "blueprint"); err != nil {
		return rest.NewList(items, ""), err
	}
	all := s.config().Triggers
	if len(all) == 0 {
		return rest.NewList(items, ""), nil
	}
	ids, at := make([]any, len(all)), map[int64]int{}
	for i, tr := range all {
		ids[i], at[tr.ID] = tr.ID, i
		items = append(items, TriggerView{Blueprint: tr.Named, Order: tr.Spec.Order})
	}
	w := &db.Where{}
	since, most := w.Arg(db.Micros(by.Now().Add(-usageWindow))), w.Arg(db.Cap+1)
	counted := func(stopped string) string {
		return `(SELECT count(*) FROM (SELECT 1 FROM trigger_firing WHERE trigger_id = b.id AND at >= ` + since + ` AND stopped ` + stopped + ` LIMIT ` + most + `) AS bounded)`
	}
	list := db.WhereAfter(w).In("b.id", ids)
	rows, err := tx.Query(ctx, `SELECT b.id, COALESCE((SELECT max(at) FROM trigger_firing WHERE trigger_id = b.id), 0), `+counted(`= ''`)+`, `+counted(`<> ''`)+`
		FROM blueprint b WHERE `+list.SQL(), list.Args()...)
	if err != nil {
		return rest.NewList(items, ""), err
	}
	defer rows.Close()
	for rows.Next() {
		var id, last, fired, stopped int64
		if err := rows.Scan(&id, &last, &fired, &stopped); err != nil {
			return rest.NewList(items, ""), err
		}
		v := &items[at[id]]
		v.Fired, v.Stopped = db.Capped(fired), db.Capped(stopped)
		if last != 0 {
			v.FiredAt = rest.Time(db.Time(last))
		}
	}
	return rest.NewList(items, ""), rows.Err()
}

// FiringView is one firing of a trigger.
type FiringView struct {
	At       time.Time `json:"at"`
	EventID  int64     `json:"event_id"`
	TicketID int64     `json:"ticket_id"`
	Stopped  string    `json:"stopped" doc:"Why it was stopped: cycle, depth, actions, cost or storm; empty when it fired."`
	Sentence string    `json:"sentence"`
}

type firingsInput struct {
	rest.Paging
	Name string `path:"name" maxLength:"100"`
}

// getFirings lists when a trigger fired, newest first. Whoever may read blueprints may.
func (s *Service) getFirings(ctx context.Context, tx db.Tx, by act.Actor, in *firingsInput) (rest.List[FiringView], error) {
	items := []FiringView{}
	if err := by.Require("read", "blueprint"); err != nil {
		return rest.NewList(items, ""), err
	}
	var tr *Trigger
	for _, one := range s.config().Triggers {
		if one.Name == in.Name {
			tr = one
		}
	}
	if tr == nil {
		return rest.NewList(items, ""), fault.Missing("trigger", in.Name)
	}
	w := (&db.Where{}).And("trigger_id = ?", tr.ID)
	at, id, ok, err := in.Page().After()
	if err != nil {
		return rest.NewList(items, ""), err
	}
	if ok {
		w.And("(at, event_id) < (?, ?)", at, id)
	}
	n := in.Page().Size()
	rows, err := tx.Query(ctx, `SELECT at, event_id, ticket_id, stopped FROM trigger_firing WHERE `+w.SQL()+` ORDER BY at DESC, event_id DESC LIMIT `+w.Arg(n+1), w.Args()...)
	if err != nil {
		return rest.NewList(items, ""), err
	}
	defer rows.Close()
	next := ""
	for rows.Next() {
		var v FiringView
		var micros int64
		if err := rows.Scan(&micros, &v.EventID, &v.TicketID, &v.Stopped); err != nil {
			return rest.NewList(items, ""), err
		}
		if len(items) == n {
			last := items[n-1]
			next = db.Cursor(db.Micros(last.At), last.EventID)
			break
		}
		v.At, v.Sentence = db.Time(micros), "Fired"
		if v.Stopped != "" {
			v.Sentence = haltWords[v.Stopped]
		}
		items = append(items, v)
	}
	return rest.NewList(items, next), rows.Err()
}
