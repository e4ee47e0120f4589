package webhook

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Routes registers the routes of webhooks.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/webhooks", "List webhooks and how they do"), s.getWebhooks)
	rest.Read(a, rest.GET("/webhooks/{name}/deliveries", "List the deliveries of a webhook"), s.getDeliveries)
	rest.Read(a, rest.GET("/webhooks/{name}/deliveries/{id}", "Get a delivery with its request"), s.getDelivery)
	rest.Write(a, rest.POST("/webhooks/{name}/deliveries/{id}/redeliver", "Deliver again").Status(http.StatusOK), s.postRedeliver)
	rest.Write(a, rest.POST("/webhooks/{name}/test", "Send a test"), s.postTest)
}

// View is a webhook with how it does.
type View struct {
	ID           int64         `json:"id"`
	Name         string        `json:"name"`
	Title        string        `json:"title"`
	Version      int           `json:"version"`
	URL          string        `json:"url"`
	Events       []string      `json:"events" nullable:"false"`
	Subjects     []string      `json:"subjects" nullable:"false"`
	When         string        `json:"when"`
	Role         string        `json:"role"`
	Visibility   string        `json:"visibility" enum:"public,internal"`
	State        string        `json:"state" enum:"active,failing,disabled,off" doc:"off: disabled in its text. disabled: stopped because it failed; a test that succeeds starts it again."`
	Failures     int           `json:"failures" doc:"Attempts that failed since the last success."`
	FailingSince *time.Time    `json:"failing_since"`
	DeliveredAt  *time.Time    `json:"delivered_at" doc:"The last success."`
	DisabledAt   *time.Time    `json:"disabled_at"`
	DisabledWhy  string        `json:"disabled_why"`
	Queued       db.Count      `json:"queued"`
	Failed       db.Count      `json:"failed" doc:"Deliveries given up, of the last 30 days."`
	Last         *DeliveryView `json:"last" doc:"The newest delivery."`
}

// DeliveryView is a delivery as clients see it.
type DeliveryView struct {
	ID        int64      `json:"id"`
	MessageID string     `json:"message_id" doc:"The webhook-id header; the same in every attempt."`
	EventID   *int64     `json:"event_id" doc:"null for a test."`
	Type      string     `json:"type" doc:"Empty until the event was read."`
	State     string     `json:"state" enum:"queued,delivered,failed"`
	Attempts  int        `json:"attempts"`
	DueAt     *time.Time `json:"due_at" doc:"When the next attempt is made; null when there is none."`
	CreatedAt time.Time  `json:"created_at"`
	TriedAt   *time.Time `json:"tried_at"`
	TookMS    int64      `json:"took_ms"`
	Status    *int       `json:"status" doc:"Of the last answer; null when none came."`
	Error     string     `json:"error"`
	Response  string     `json:"response" doc:"The first 1,000 bytes of the last answer."`
}

func deliveryView(d Delivery) DeliveryView {
	v := DeliveryView{ID: d.ID, MessageID: d.MessageID, EventID: rest.ID(d.EventID), Type: d.Type, State: string(d.State), Attempts: d.Attempts, CreatedAt: d.Created,
		TriedAt: rest.Time(d.Tried), TookMS: d.Took.Milliseconds(), Error: d.Error, Response: d.Response}
	if d.State == Queued {
		v.DueAt = &d.Due
	}
	if d.Status != 0 {
		v.Status = &d.Status
	}
	return v
}

func (s *Service) getWebhooks(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[View], error) {
	if err := by.Require("read", "webhook"); err != nil {
		return rest.List[View]{}, err
	}
	items := []View{}
	found, err := s.standings(ctx, tx)
	if err != nil {
		return rest.List[View]{}, err
	}
	last, err := s.newest(ctx, tx)
	if err != nil {
		return rest.List[View]{}, err
	}
	counts, err := s.counts(ctx, tx)
	if err != nil {
		return rest.List[View]{}, err
	}
	for _, w := range s.Webhooks() {
		st := found[w.ID]
		v := View{ID: w.ID, Name: w.Name, Title: w.Title, Version: w.Version, URL: w.Spec.URL, Events: w.Spec.Events, Subjects: w.Spec.Subjects, When: w.Spec.When,
			Role: w.Spec.Role, Visibility: w.Spec.Visibility, State: state(w, st), Failures: st.Failures, FailingSince: rest.Time(st.FailingSince), DeliveredAt: rest.Time(st.DeliveredAt),
			DisabledAt: rest.Time(st.DisabledAt), DisabledWhy: st.DisabledWhy, Queued: counts[w.ID][Queued], Failed: counts[w.ID][Failed]}
		if v.Subjects == nil {
			v.Subjects = []string{}
		}
		if v.Visibility == "" {
			v.Visibility = "public"
		}
		if d, ok := last[w.ID]; ok {
			view := deliveryView(d)
			v.Last = &view
		}
		items = append(items, v)
	}
	return rest.NewList(items, ""), nil
}

func state(w InForce, st standing) string {
	switch {
	case w.Spec.Disabled:
		return "off"
	case !st.DisabledAt.IsZero():
		return "disabled"
	case !st.FailingSince.IsZero():
		return "failing"
	default:
		return "active"
	}
}

// of is the ids of the webhooks in force, for a query about all of them.
func (s *Service) of() (ids []any) {
	for _, w := range s.Webhooks() {
		ids = append(ids, w.ID)
	}
	return ids
}

func (s *Service) standings(ctx context.Context, tx db.Tx) (map[int64]standing, error) {
	out := map[int64]standing{}
	w := (&db.Where{}).In("webhook_id", s.of())
	rows, err := tx.Query(ctx, `SELECT webhook_id, `+standingFields+` FROM webhook_endpoint WHERE `+w.SQL(), w.Args()...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (st standing, err error) {
		var id int64
		st, err = scanStanding(row, &id)
		out[id] = st
		return st, err
	})
	return out, err
}

func (s *Service) newest(ctx context.Context, tx db.Tx) (map[int64]Delivery, error) {
	out := map[int64]Delivery{}
	w := (&db.Where{}).In("e.webhook_id", s.of())
	rows, err := tx.Query(ctx, `SELECT `+deliveryFields+` FROM webhook_delivery WHERE id IN (
		SELECT (SELECT max(d.id) FROM webhook_delivery d WHERE d.webhook_id = e.webhook_id) FROM webhook_endpoint e WHERE `+w.SQL()+`)`, w.Args()...)
	list, err := db.Collect(rows, err, scanDelivery)
	for _, d := range list {
		out[d.WebhookID] = d
	}
	return out, err
}

// counts tells how many deliveries of each webhook wait and were given up, each up to the cap.
func (s *Service) counts(ctx context.Context, tx db.Tx) (map[int64]map[State]db.Count, error) {
	out := map[int64]map[State]db.Count{}
	for _, id := range s.of() {
		out[id.(int64)] = map[State]db.Count{}
	}
	w := (&db.Where{}).In("e.webhook_id", s.of())
	one := func(st State) string {
		return `(SELECT count(*) FROM (SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = e.webhook_id AND d.state = '` + string(st) + `' LIMIT ` + w.Arg(db.Cap+1) + `) AS bounded)`
	}
	rows, err := tx.Query(ctx, `SELECT e.webhook_id, `+one(Queued)+`, `+one(Failed)+` FROM webhook_endpoint e WHERE `+w.SQL(), w.Args()...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (_ struct{}, err error) {
		var id, queued, failed int64
		err = row.Scan(&id, &queued, &failed)
		out[id] = map[State]db.Count{Queued: db.Capped(queued), Failed: db.Capped(failed)}
		return struct{}{}, err
	})
	return out, err
}

type deliveriesInput struct {
	rest.Paging
	Name  string `path:"name"`
	State string `query:"state" enum:"queued,delivered,failed," doc:"queued, delivered or failed."`
}

func (s *Service) getDeliveries(ctx context.Context, tx db.Tx, by act.Actor, in *deliveriesInput) (rest.List[DeliveryView], error) {
	list, next, err := s.Deliveries(ctx, tx, by, in.Name, State(in.State), in.Page())
	items := make([]DeliveryView, len(list))
	for i, d := range list {
		items[i] = deliveryView(d)
	}
	return rest.NewList(items, next), err
}

type deliveryPath struct {
	Name string `path:"name"`
	ID   int64  `path:"id" minimum:"1"`
}

// DeliveryFull is a delivery with its request.
type DeliveryFull struct {
	DeliveryView
	Request RequestView `json:"request"`
}

// RequestView is what is sent, but for the time and the signature of an attempt.
type RequestView struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body" doc:"The exact bytes; empty when the webhook may not know of the event."`
}

func (s *Service) getDelivery(ctx context.Context, tx db.Tx, by act.Actor, in *deliveryPath) (DeliveryFull, error) {
	d, r, err := s.Show(ctx, tx, by, in.Name, in.ID)
	return DeliveryFull{DeliveryView: deliveryView(d), Request: r}, err
}

// Show returns one delivery of a webhook with its request. Whoever may read webhooks may; a text about
// a ticket is left out for those who may not edit all tickets.
func (s *Service) Show(ctx context.Context, tx db.Tx, by act.Actor, name string, id int64) (Delivery, RequestView, error) {
	w, d, err := s.Delivery(ctx, tx, by, name, id)
	if err != nil {
		return d, RequestView{}, err
	}
	body, _, err := s.told(ctx, tx, w, d)
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Invalid) {
		err = nil // nothing to show
	}
	if d.text == textKept && !auth.Scope(by, "edit", "ticket").All() {
		body = nil // what people wrote
	}
	return d, RequestView{URL: w.Spec.URL, Headers: headers(w, d), Body: string(body)}, err
}

func (s *Service) postRedeliver(_ context.Context, by act.Actor, in *deliveryPath) (rest.Change[DeliveryView], error) {
	return func(ctx context.Context, tx db.Tx) (DeliveryView, error) {
		d, err := s.Redeliver(ctx, tx, by, in.Name, in.ID)
		return deliveryView(d), err
	}, nil
}

func (s *Service) postTest(_ context.Context, by act.Actor, in *struct {
	Name string `path:"name"`
}) (rest.Change[DeliveryView], error) {
	return func(ctx context.Context, tx db.Tx) (DeliveryView, error) {
		d, err := s.Test(ctx, tx, by, in.Name)
		return deliveryView(d), err
	}, nil
}
