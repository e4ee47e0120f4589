package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
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

// RuleView is a trigger, time rule, macro or guard with how it is used.
type RuleView struct {
	Blueprint Named      `json:"blueprint"`
	Order     int        `json:"order"`
	Disabled  bool       `json:"disabled" doc:"It is not in force; it stands behind those that are."`
	FiredAt   *time.Time `json:"fired_at" doc:"When it fired, was used or was stopped last, within 90 days."`
	TicketID  *int64     `json:"ticket_id" doc:"On which ticket that was."`
	Fired     db.Count   `json:"fired" doc:"How often within 30 days: of a macro its uses, of a guard how often a colleague went on although asked."`
	Stopped   db.Count   `json:"stopped" doc:"How often it was stopped within 30 days; of a guard how often it kept a colleague from a change."`
	Term      string     `json:"term" doc:"Of a time rule, what it waits out, in words."`
	Percent   *int64     `json:"percent" doc:"Of a time rule, for how many of the tickets it is set up, in percent; null when for all."`
}

// The kinds of rules that tell how they are used.
const (
	kindTrigger  = "trigger"
	kindTimeRule = "time_rule"
	kindMacro    = "macro"
	kindGuard    = "guard"
)

// rulesOf are the rules of a kind, in order.
func (cfg *Config) rulesOf(l *lang.Language, kind string) []RuleView {
	out := []RuleView{}
	switch kind {
	case kindTrigger:
		for _, tr := range cfg.Triggers {
			out = append(out, RuleView{Blueprint: tr.Named, Order: tr.Spec.Order})
		}
	case kindTimeRule:
		for _, r := range cfg.TimeRules {
			out = append(out, RuleView{Blueprint: r.Named, Order: r.Spec.Order, Term: r.term(l)})
		}
	case kindMacro:
		for _, m := range cfg.Macros {
			out = append(out, RuleView{Blueprint: m.Named})
		}
	case kindGuard:
		for _, g := range cfg.Guards {
			out = append(out, RuleView{Blueprint: g.Named, Order: g.Spec.Order})
		}
	}
	for _, r := range cfg.idle {
		if r.Blueprint.Kind == kind {
			out = append(out, r)
		}
	}
	return out
}

// idleRules are the rules of a set that are not in force.
func idleRules(set *blueprint.Set) (out []RuleView) {
	add := func(disabled bool, e blueprint.Entry, order int) {
		if disabled {
			out = append(out, RuleView{Blueprint: named(e), Order: order, Disabled: true})
		}
	}
	for _, b := range blueprint.All[TriggerSpec](set) {
		add(b.Spec.Disabled, b.Entry, b.Spec.Order)
	}
	for _, b := range blueprint.All[TimeRuleSpec](set) {
		add(b.Spec.Disabled, b.Entry, b.Spec.Order)
	}
	for _, b := range blueprint.All[MacroSpec](set) {
		add(b.Spec.Disabled, b.Entry, 0)
	}
	slices.SortStableFunc(out, func(a, b RuleView) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Blueprint.Name, b.Blueprint.Name))
	})
	return out
}

func (s *Service) getAllTriggers(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[RuleView], error) {
	return s.usedRules(ctx, tx, by, kindTrigger)
}

type rulesInput struct {
	Kind string `query:"kind" enum:"trigger,time_rule,macro,guard" default:"trigger"`
}

func (s *Service) getRules(ctx context.Context, tx db.Tx, by act.Actor, in *rulesInput) (rest.List[RuleView], error) {
	return s.usedRules(ctx, tx, by, in.Kind)
}

// usedRules lists the rules of a kind in the order they are looked at. Whoever may read
// blueprints may.
func (s *Service) usedRules(ctx context.Context, tx db.Tx, by act.Actor, kind string) (rest.List[RuleView], error) {
	items := []RuleView{}
	if err := by.Require("read", "blueprint"); err != nil {
		return rest.NewList(items, ""), err
	}
	if items = s.config().rulesOf(lang.In(ctx), kind); len(items) == 0 {
		return rest.NewList(items, ""), nil
	}
	if kind == kindTimeRule {
		st, err := readFill(ctx, tx)
		if err != nil {
			return rest.NewList(items, ""), err
		}
		for i := range items {
			if p := st.percent(); p < 100 {
				items[i].Percent = &p
			}
		}
	}
	ids, at := make([]any, len(items)), map[int64]int{}
	for i, r := range items {
		ids[i], at[r.Blueprint.ID] = r.Blueprint.ID, i
	}
	w := &db.Where{}
	since, most := w.Arg(db.Micros(by.Now().Add(-usageWindow))), w.Arg(db.Cap+1)
	counted := func(stopped string) string {
		return `(SELECT count(*) FROM (SELECT 1 FROM trigger_firing WHERE trigger_id = b.id AND at >= ` + since + ` AND stopped ` + stopped + ` LIMIT ` + most + `) AS bounded)`
	}
	newest := func(column string) string {
		return `COALESCE((SELECT ` + column + ` FROM trigger_firing WHERE trigger_id = b.id ORDER BY at DESC, event_id DESC LIMIT 1), 0)`
	}
	list := db.WhereAfter(w).In("b.id", ids)
	rows, err := tx.Query(ctx, `SELECT b.id, `+newest("at")+`, `+newest("ticket_id")+`, `+counted(`= ''`)+`, `+counted(`<> ''`)+`
		FROM blueprint b WHERE `+list.SQL(), list.Args()...)
	if err != nil {
		return rest.NewList(items, ""), err
	}
	defer rows.Close()
	for rows.Next() {
		var id, last, ticket, fired, stopped int64
		if err := rows.Scan(&id, &last, &ticket, &fired, &stopped); err != nil {
			return rest.NewList(items, ""), err
		}
		v := &items[at[id]]
		v.Fired, v.Stopped = db.Capped(fired), db.Capped(stopped)
		if last != 0 {
			v.FiredAt, v.TicketID = rest.Time(db.Time(last)), &ticket
		}
	}
	return rest.NewList(items, ""), rows.Err()
}

// FiringView is one firing of a rule, or one use of a macro.
type FiringView struct {
	At       time.Time `json:"at"`
	EventID  int64     `json:"event_id" doc:"0 for a change that a guard stopped: nothing happened."`
	TicketID int64     `json:"ticket_id" doc:"0 for a ticket that was not opened."`
	Stopped  string    `json:"stopped" doc:"Why it was stopped: cycle, depth, actions, cost, storm, runs or loop; guard when it stopped somebody else's change; empty when it fired."`
	Sentence string    `json:"sentence"`
}

type firingsInput struct {
	rest.Paging
	Name string `path:"name" maxLength:"100"`
}

type ruleFiringsInput struct {
	rest.Paging
	Kind string `path:"kind" enum:"trigger,time_rule,macro,guard"`
	Name string `path:"name" maxLength:"100"`
}

func (s *Service) getFirings(ctx context.Context, tx db.Tx, by act.Actor, in *firingsInput) (rest.List[FiringView], error) {
	return s.firings(ctx, tx, by, kindTrigger, in.Name, in.Paging)
}

func (s *Service) getRuleFirings(ctx context.Context, tx db.Tx, by act.Actor, in *ruleFiringsInput) (rest.List[FiringView], error) {
	return s.firings(ctx, tx, by, in.Kind, in.Name, in.Paging)
}

// firingWords say in one word what a firing of a kind is.
var firingWords = map[string]string{kindTrigger: "Fired", kindTimeRule: "Fired", kindMacro: "Used", kindGuard: "Asked, and the colleague went on"}

// firings lists when a rule fired, newest first. Whoever may read blueprints may.
func (s *Service) firings(ctx context.Context, tx db.Tx, by act.Actor, kind, name string, in rest.Paging) (rest.List[FiringView], error) {
	items := []FiringView{}
	if err := by.Require("read", "blueprint"); err != nil {
		return rest.NewList(items, ""), err
	}
	rules := s.config().rulesOf(lang.In(ctx), kind)
	i := slices.IndexFunc(rules, func(r RuleView) bool { return r.Blueprint.Name == name })
	if i < 0 {
		return rest.NewList(items, ""), fault.Missing(kind, name)
	}
	w := (&db.Where{}).And("trigger_id = ?", rules[i].Blueprint.ID)
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
		v.At, v.Sentence = db.Time(micros), firingWords[kind]
		if v.Stopped != "" {
			v.Sentence = haltWords[v.Stopped]
		}
		items = append(items, v)
	}
	return rest.NewList(items, next), rows.Err()
}
