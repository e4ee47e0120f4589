package desk

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/availability"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/rest"
)

// queueRoutes registers the routes of queues, weights and reports.
func (s *Service) queueRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/queues", "List queues with how much waits"), s.getQueues)
	rest.Read(a, rest.GET("/queues/{name}", "List what waits in a queue, heaviest first"), s.getQueue)
	rest.Write(a, rest.POST("/queue/next", "Take the next ticket").Status(http.StatusOK), s.postNext)
	rest.Read(a, rest.GET("/tickets/{id}/weight", "Explain what a waiting ticket weighs"), s.getWeight)
	rest.Read(a, rest.GET("/ticket-reports", "List reports of tickets with their last run"), s.getReports)
	rest.Read(a, rest.GET("/ticket-reports/{name}", "List the runs of a report"), s.getReport)
	rest.Write(a, rest.POST("/ticket-reports/{name}/run", "Make a report now"), s.postReport)
}

// RegionRef names a region.
type RegionRef struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

func regionRef(r *availability.Region) *RegionRef {
	if r == nil {
		return nil
	}
	return &RegionRef{r.Name, r.Title}
}

// WeightView is a weight as clients see it.
type WeightView struct {
	TicketID int64        `json:"ticket_id"`
	Waits    bool         `json:"waits" doc:"Whether it waits in a queue; otherwise there is no weight."`
	Why      string       `json:"why" doc:"Why not."`
	Queue    *Named       `json:"queue" doc:"The blueprint that weighs it, with its version."`
	At       time.Time    `json:"at"`
	Total    float64      `json:"total" doc:"Points; the parts sum to it exactly."`
	PerPoint int64        `json:"minutes_per_point" doc:"How much waiting makes it one point heavier."`
	Parts    []WeightPart `json:"parts" nullable:"false"`
	Region   *RegionRef   `json:"region" doc:"The region that others leave it to."`
	Until    *time.Time   `json:"until" doc:"Until when."`
	Needs    []NeedView   `json:"needs" nullable:"false" doc:"What whoever takes it has to know."`
	ForYou   bool         `json:"for_you" doc:"Whether the reader would be given it."`
	NotFor   string       `json:"not_for_you" doc:"Why not; empty when they would."`
}

func (w *Weight) view() *WeightView {
	if w == nil {
		return nil
	}
	return &WeightView{TicketID: w.TicketID, Waits: true, Queue: &w.Queue.Named, At: w.At, Total: w.Total, PerPoint: int64(w.Queue.point() / time.Minute), Parts: w.Parts,
		Region: regionRef(w.Region), Until: rest.Time(w.Until), Needs: w.Needs}
}

func (s *Service) getWeight(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (WeightView, error) {
	w, t, err := s.WeightOf(ctx, tx, by, in.ID)
	if err != nil {
		return WeightView{}, err
	}
	if w != nil {
		v := *w.view()
		v.NotFor, err = s.notForReader(ctx, tx, by, t, w)
		v.ForYou = err == nil && v.NotFor == ""
		return v, err
	}
	v := WeightView{TicketID: in.ID, At: by.Now(), Parts: []WeightPart{}, Why: "No queue takes it: no routing blueprint's condition holds for it."}
	switch {
	case len(s.config().Queues) == 0:
		v.Why = "There is no queue yet. An administrator adds one with a routing blueprint."
	case t.AssigneeID != 0:
		v.Why = "Somebody has it, so it waits in no queue."
	case !t.waits():
		v.Why = "It does not wait for a colleague, so it waits in no queue."
	}
	return v, nil
}

// notForReader says why a waiting ticket is not for the reader; "" when it is, and for no person.
func (s *Service) notForReader(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, w *Weight) (string, error) {
	if by.PersonID == 0 {
		return "", nil
	}
	o := &Outlook{}
	rows, err := tx.Query(ctx, `SELECT `+waitingFields+` FROM ticket_queue q WHERE q.ticket_id = $1`, t.ID)
	list, err := db.Collect(rows, err, w.Queue.scanWaiting)
	if err != nil || len(list) == 0 {
		return "", err
	}
	if o.status, err = s.people.Of(ctx, tx, by.PersonID); err != nil {
		return "", err
	}
	carried, err := burdens(ctx, tx, []int64{by.PersonID})
	o.burden = carried[by.PersonID]
	if err != nil || o.mayHave(list[0], t, by.Now()) {
		return "", err
	}
	return s.notFor(lang.In(ctx), o, list[0], t, by.Now()), nil
}

// mayHave reports whether a waiting ticket is for somebody who has room for it.
func (o *Outlook) mayHave(r waiting, t *Ticket, now time.Time) bool {
	roomy, urgent := r.queue.room(o.burden)
	return r.fits(o.status, r.queue.knows(o.status), now) && roomy && (urgent || t.Priority != "urgent" || t.Replies > 0)
}

// QueueView is a queue with how much waits.
type QueueView struct {
	Queue  Named      `json:"queue"`
	Assign string     `json:"assign" enum:"on_request,round_robin"`
	Count  db.Count   `json:"count"`
	Teams  []TeamRef  `json:"teams" nullable:"false"`
	Cap    int        `json:"cap" doc:"How much one person carries; 0 for any amount."`
	Load   int        `json:"load" doc:"What the reader carries."`
	Mine   bool       `json:"mine" doc:"Whether the reader takes its tickets."`
	RanAt  *time.Time `json:"ran_at" doc:"When tickets were last given out in turn."`
	Ready  bool       `json:"ready" doc:"False while the queue is worked out anew after a change of its blueprint."`
}

// getQueues lists the queues. Whoever may change tickets may.
func (s *Service) getQueues(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[QueueView], error) {
	items := []QueueView{}
	if err := by.Require("edit", "ticket"); err != nil {
		return rest.NewList(items, ""), err
	}
	cfg := s.config()
	if len(cfg.Queues) == 0 {
		return rest.NewList(items, ""), nil
	}
	st, err := s.people.Of(ctx, tx, by.PersonID)
	if err != nil {
		return rest.NewList(items, ""), err
	}
	carried, err := burdens(ctx, tx, []int64{by.PersonID})
	if err != nil {
		return rest.NewList(items, ""), err
	}
	for _, q := range cfg.Queues {
		v := QueueView{Queue: q.Named, Assign: "on_request", Teams: []TeamRef{}, Cap: q.Spec.Load.Cap, Load: q.Spec.Load.load(carried[by.PersonID]), Mine: q.takes(st.Teams)}
		if q.roundRobin() {
			v.Assign = "round_robin"
		}
		for _, id := range q.TeamIDs {
			if t := s.teamRef(id); t != nil {
				v.Teams = append(v.Teams, *t)
			}
		}
		var n, ran int64
		if err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM (SELECT 1 FROM ticket_queue WHERE queue_id = $1 LIMIT 1001) AS bounded),
			COALESCE((SELECT ran FROM queue_turn WHERE queue_id = $1), 0), COALESCE((SELECT done FROM queue_state WHERE id = 1), FALSE)`, q.ID).Scan(&n, &ran, &v.Ready); err != nil {
			return rest.NewList(items, ""), err
		}
		v.Count = db.Capped(n)
		if ran != 0 {
			v.RanAt = rest.Time(db.Time(ran))
		}
		items = append(items, v)
	}
	return rest.NewList(items, ""), nil
}

// QueueRow is a waiting ticket in its queue.
type QueueRow struct {
	Ticket Row        `json:"ticket"`
	Weight float64    `json:"weight"`
	Region *RegionRef `json:"region"`
	Until  *time.Time `json:"until"`
	Needs  []NeedView `json:"needs" nullable:"false"`
	ForYou bool       `json:"for_you"`
	Why    string     `json:"why" doc:"Why it is not for the reader; empty when it is."`
}

type queueInput struct {
	rest.Paging
	Name string `path:"name" maxLength:"100"`
}

// getQueue lists what waits in a queue, heaviest first. Whoever may change tickets may; what they
// may not see is left out.
func (s *Service) getQueue(ctx context.Context, tx db.Tx, by act.Actor, in *queueInput) (rest.List[QueueRow], error) {
	none := rest.NewList([]QueueRow{}, "")
	o := &Outlook{}
	if err := by.Require("edit", "ticket"); err != nil {
		return none, err
	}
	q := s.config().QueueNamed(in.Name)
	if q == nil {
		return none, missingQueue(in.Name)
	}
	after, afterID, more, err := in.Page().After()
	if err != nil {
		return none, err
	}
	w := (&db.Where{}).And("q.queue_id = ?", q.ID)
	from := `ticket_queue q`
	if reach := auth.Scope(by, "read", "ticket"); !reach.All() {
		from += ` JOIN ticket t ON t.id = q.ticket_id`
		if err := reach.Where(w, columns); err != nil {
			return none, err
		}
	}
	if more {
		w.And("(q.key, q.ticket_id) > (?, ?)", after, afterID)
	}
	n := in.Page().Size()
	rows, err := tx.Query(ctx, `SELECT `+waitingFields+` FROM `+from+` WHERE `+w.SQL()+` ORDER BY q.key, q.ticket_id LIMIT `+w.Arg(n+1), w.Args()...)
	list, err := db.Collect(rows, err, q.scanWaiting)
	if err != nil {
		return none, err
	}
	next := ""
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(list[n-1].key, list[n-1].ticket)
	}
	ids := make([]int64, len(list))
	for i, r := range list {
		ids[i] = r.ticket
	}
	tickets, err := s.some(ctx, tx, by, ids)
	if err != nil {
		return none, err
	}
	who, err := s.names(ctx, tx, slices.Collect(maps.Values(tickets)))
	if err != nil {
		return none, err
	}
	if o.status, err = s.people.Of(ctx, tx, by.PersonID); err != nil {
		return none, err
	}
	carried, err := burdens(ctx, tx, []int64{by.PersonID})
	if err != nil {
		return none, err
	}
	o.burden = carried[by.PersonID]
	now, items := by.Now(), []QueueRow{}
	for _, r := range list {
		t := tickets[r.ticket]
		if t == nil {
			continue
		}
		v := QueueRow{Ticket: s.row(t, who), Weight: q.weightAt(r.key, now), Needs: needViews(r.needs, now)}
		if r.region != 0 && r.until.After(now) {
			v.Region, v.Until = regionRef(s.config().Regions.Region(r.region)), rest.Time(r.until)
		}
		v.ForYou = o.mayHave(r, t, now)
		if !v.ForYou {
			v.Why = s.notFor(lang.In(ctx), o, r, t, now)
		}
		items = append(items, v)
	}
	return rest.NewList(items, next), nil
}

// NextView is the answer to who asked for the next ticket.
type NextView struct {
	Ticket  *Row        `json:"ticket" doc:"null when there is none for you."`
	Weight  *WeightView `json:"weight"`
	Reason  string      `json:"reason" enum:",nothing_waits,none_for_you,away,off,full,no_queue" doc:"Why there is none."`
	Say     string      `json:"say" doc:"The same in a sentence; why this one, when there is one."`
	Skipped []SkipView  `json:"skipped" nullable:"false" doc:"Heavier ones that were not for you, heaviest first."`
	Load    int         `json:"load"`
	Cap     int         `json:"cap" doc:"0: any amount."`
}

// SkipView is a heavier ticket that was not for somebody.
type SkipView struct {
	ID      int64   `json:"id"`
	Subject string  `json:"subject"`
	Weight  float64 `json:"weight"`
	Why     string  `json:"why"`
}

type nextInput struct {
	Body struct {
		Queue string `json:"queue,omitempty" maxLength:"100" doc:"A queue by name; all when left out."`
	}
}

// postNext looks the candidates up on a reader, so that the transaction that gives one is short.
func (s *Service) postNext(ctx context.Context, by act.Actor, in *nextInput) (rest.Change[NextView], error) {
	var o *Outlook
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		o, err = s.Outlook(ctx, tx, by, in.Body.Queue)
		return err
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) (NextView, error) {
		n, err := s.Next(ctx, tx, by, o.again())
		if err != nil {
			return NextView{}, err
		}
		v := NextView{Weight: n.Weight.view(), Reason: n.Reason, Say: n.Say, Skipped: []SkipView{}, Load: n.Load, Cap: n.Cap}
		for _, k := range n.Skipped {
			v.Skipped = append(v.Skipped, SkipView{k.Ticket.ID, k.Ticket.Subject, k.Weight, k.Why})
		}
		if n.Ticket != nil {
			rows, err := s.Rows(ctx, tx, []*Ticket{n.Ticket})
			if err != nil {
				return NextView{}, err
			}
			v.Ticket = &rows[0]
		}
		return v, nil
	}, nil
}

// again is the same outlook for another run of a transaction, which may change it.
func (o *Outlook) again() *Outlook {
	c := *o
	return &c
}
