package success

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/measure"
	"steward/internal/rest"
)

// usageRoutes registers the routes of usage and measures.
func (s *Service) usageRoutes(a *rest.API) {
	report := rest.POST("/usage", "Report what a product was used for, up to 10,000 points at once").Status(http.StatusOK)
	report.SkipValidateBody = true // each point is looked at by itself: a bad one refuses no other
	rest.Do(a, report, s.postUsage)
	rest.Read(a, rest.GET("/usage/unknown", "List organizations that nobody knows and that points came of"), s.getStrays)
	rest.Write(a, rest.POST("/usage/unknown/{id}/claim", "Say whose points are that were kept").Status(http.StatusOK), s.postClaim)
	rest.Read(a, rest.GET("/accounts/measures", "List what is measured about accounts"), s.getMeasured)
	rest.Read(a, rest.GET("/accounts/observed", "Get measures of several accounts"), s.getObserved)
	rest.Read(a, rest.GET("/accounts/{id}/usage", "Get the installations of an account and what they report"), s.getUsage)
	rest.Read(a, rest.GET("/accounts/{id}/usage/{metric}", "Get the points of a metric of an account"), s.getPoints)
	rest.Write(a, rest.POST("/accounts/{id}/instances/{instance}/primary", "Choose the primary installation of an account, or let it be found").Status(http.StatusOK), s.postPrimary)
	rest.Read(a, rest.GET("/accounts/{id}/judgements", "List what was judged about an account"), s.getJudgements)
	rest.Write(a, rest.POST("/accounts/{id}/judgements", "Judge a manual measure of an account"), s.postJudgement)
	rest.Write(a, rest.DELETE("/accounts/{id}/judgements/{judgement}", "Take a judgement back"), s.deleteJudgement)
}

type usageInput struct {
	Batch   string `query:"batch" maxLength:"150" doc:"Names the batch: sent again it is taken once. What its points say, when left out."`
	Source  string `query:"source" maxLength:"100" default:"import" doc:"Names the system that organization_external_id is of."`
	RawBody []byte `contentType:"application/json" doc:"{\"points\": […]}, or one point a line. A point has organization or organization_external_id, instance, purpose, metric, time and value."`
}

// postUsage reads the points outside of the transaction that stores them.
func (s *Service) postUsage(ctx context.Context, by act.Actor, in *usageInput) (r Report, err error) {
	if err := by.Require("write", "usage"); err != nil {
		return r, err
	}
	points, err := readBody(in.RawBody)
	if err != nil {
		return r, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err = s.Take(ctx, tx, by, Batch{Key: in.Batch, Source: in.Source, Points: points})
		return err
	})
	return r, err
}

// readBody reads points as JSON: an object with all of them, or one a line.
func readBody(body []byte) ([]Point, error) {
	var plain plainReader
	if out, ok := plain.body(body); ok {
		return out, nil
	}
	var all struct {
		Points []row `json:"points"`
	}
	if err := json.Unmarshal(body, &all); err == nil && all.Points != nil {
		if len(all.Points) > MaxPoints {
			return nil, tooMany(len(all.Points))
		}
		out := make([]Point, len(all.Points))
		for i, r := range all.Points {
			out[i] = r.point(i + 1)
		}
		return out, nil
	}
	out := make([]Point, 0, min(bytes.Count(body, []byte{'\n'})+1, MaxPoints))
	for n, line := range bytes.Split(body, []byte{'\n'}) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(out) == MaxPoints {
			return nil, tooMany(bytes.Count(body, []byte{'\n'}))
		}
		p, ok := plain.line(n+1, line)
		if !ok {
			p = ReadPoint(n+1, line)
		}
		out = append(out, p)
	}
	if len(out) == 0 || len(out) == 1 && out[0].Bad != "" {
		return nil, fault.New(fault.Malformed, `This is neither {"points": […]} nor one point of JSON a line.`)
	}
	return out, nil
}

func (s *Service) getStrays(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[Stray], error) {
	list, next, err := s.Strays(ctx, tx, by, in.Page())
	return rest.NewList(list, next), err
}

type claimInput struct {
	Path
	Body struct {
		OrganizationID int64 `json:"organization_id" minimum:"1"`
	}
}

// Claimed is what became of points that were kept.
type Claimed struct {
	Report Report `json:"report"`
	Left   int64  `json:"left" doc:"How many wait still: claim again."`
}

func (s *Service) postClaim(_ context.Context, by act.Actor, in *claimInput) (rest.Change[Claimed], error) {
	return func(ctx context.Context, tx db.Tx) (Claimed, error) {
		r, left, err := s.Claim(ctx, tx, by, in.ID, in.Body.OrganizationID)
		return Claimed{r, left}, err
	}, nil
}

func (s *Service) getMeasured(_ context.Context, _ db.Tx, by act.Actor, _ *struct{}) (rest.List[MeasureInfo], error) {
	if err := by.Require("read", "account"); err != nil {
		return rest.List[MeasureInfo]{}, err
	}
	return rest.NewList(s.Measured(), ""), nil
}

// ObservationView is a measure of an account.
type ObservationView struct {
	Account int64      `json:"account"`
	Measure string     `json:"measure"`
	Value   any        `json:"value" doc:"A number, a text, seconds of a duration, a time; null without one."`
	At      *time.Time `json:"at" doc:"When the data behind it happened."`
	Until   *time.Time `json:"until" doc:"When it ceases to hold."`
	Colour  string     `json:"colour" enum:"red,yellow,green," doc:"What its scorecard made of it, when the account was scored last; empty where it scores no such measure, and for the past."`
	EventID *int64     `json:"event_id"`
}

type observedInput struct {
	Accounts []int64   `query:"account" maxItems:"100" minItems:"1" required:"true"`
	Measures []string  `query:"measure" maxItems:"30" minItems:"1" required:"true"`
	At       time.Time `query:"at" doc:"As of then; now when left out."`
}

// getObserved answers for the accounts that the actor may read; the others are left out.
func (s *Service) getObserved(ctx context.Context, tx db.Tx, by act.Actor, in *observedInput) (out rest.List[ObservationView], err error) {
	ids, err := s.readable(ctx, tx, by, in.Accounts)
	if err != nil {
		return out, err
	}
	found, err := s.Observed(ctx, tx, in.Measures, ids, measure.Asked{At: in.At})
	if err != nil {
		return out, err
	}
	var colours map[int64]map[string]string
	if in.At.IsZero() {
		if colours, err = s.coloursOf(ctx, tx, ids); err != nil {
			return out, err
		}
	}
	items := []ObservationView{}
	for _, id := range ids {
		for _, name := range in.Measures {
			if o, ok := found[id][name]; ok {
				v := o.view(id, name)
				v.Colour = colours[id][name]
				items = append(items, v)
			}
		}
	}
	return rest.NewList(items, ""), nil
}

func (o Observation) view(id int64, name string) ObservationView {
	v := ObservationView{Account: id, Measure: name, Value: o.Plain, At: rest.Time(o.At), Until: rest.Time(o.Until), EventID: rest.ID(o.EventID)}
	if d, ok := o.Plain.(time.Duration); ok {
		v.Value = d.Seconds()
	}
	return v
}

// InstanceView is an installation as the API shows it, the primary one first.
type InstanceView struct {
	ID      int64        `json:"id"`
	Key     string       `json:"key"`
	Purpose string       `json:"purpose"`
	Primary bool         `json:"primary"`
	Chosen  bool         `json:"chosen" doc:"Somebody said that it is the primary one."`
	Seen    time.Time    `json:"seen_at"`
	Metrics []MetricView `json:"metrics" nullable:"false"`
}

// MetricView is the newest value of a metric.
type MetricView struct {
	Metric string    `json:"metric"`
	Title  string    `json:"title"`
	Unit   string    `json:"unit"`
	Type   string    `json:"type" enum:"gauge,counter"`
	Value  float64   `json:"value" doc:"Of a counter, what was added up over its window."`
	At     time.Time `json:"at"`
}

func (s *Service) getUsage(ctx context.Context, tx db.Tx, by act.Actor, in *Path) (out rest.List[InstanceView], err error) {
	list, metrics, err := s.Usage(ctx, tx, by, in.ID)
	items := []InstanceView{}
	for n, i := range list {
		v := InstanceView{ID: i.ID, Key: i.Key, Purpose: i.Purpose, Primary: n == 0, Chosen: i.Chosen, Seen: i.Seen, Metrics: []MetricView{}}
		for _, name := range s.config().metricNames {
			if p, ok := metrics[i.ID][name]; ok {
				m := s.config().metrics[name]
				v.Metrics = append(v.Metrics, MetricView{name, m.Title, m.Spec.Unit, m.Spec.Type, p.value, db.Time(p.at)})
			}
		}
		items = append(items, v)
	}
	return rest.NewList(items, ""), err
}

type pointsInput struct {
	Path
	Metric   string    `path:"metric" maxLength:"200"`
	Instance int64     `query:"instance" minimum:"0" doc:"The primary one when left out."`
	From     time.Time `query:"from"`
	To       time.Time `query:"to"`
}

// PointView is one point.
type PointView struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

func (s *Service) getPoints(ctx context.Context, tx db.Tx, by act.Actor, in *pointsInput) (out rest.List[PointView], err error) {
	list, err := s.Points(ctx, tx, by, in.ID, in.Instance, in.Metric, in.From, in.To)
	slices.Reverse(list)
	return rest.NewList(list, ""), err
}

type primaryInput struct {
	Path
	Instance int64 `path:"instance" minimum:"1"`
	Body     struct {
		Chosen bool `json:"chosen" doc:"false lets it be found by the rule."`
	}
}

func (s *Service) postPrimary(_ context.Context, by act.Actor, in *primaryInput) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Choose(ctx, tx, by, in.ID, in.Instance, in.Body.Chosen)
	}, nil
}

// JudgementView is a judgement as the API shows it.
type JudgementView struct {
	ID      int64      `json:"id"`
	Measure string     `json:"measure"`
	Value   any        `json:"value"`
	Reason  string     `json:"reason"`
	By      Ref        `json:"by"`
	At      time.Time  `json:"at"`
	Until   *time.Time `json:"until"`
	Ended   *time.Time `json:"ended_at" doc:"When it was taken back."`
}

func (s *Service) judgementViews(ctx context.Context, tx db.Tx, list []Judgement) ([]JudgementView, error) {
	var ids []int64
	for _, j := range list {
		ids = append(ids, j.ByID)
	}
	who, err := s.directory.Names(ctx, tx, ids)
	out := []JudgementView{}
	for _, j := range list {
		v := JudgementView{j.ID, j.Measure, j.Value, j.Reason, Ref{j.ByID, who[j.ByID].Name}, j.At, rest.Time(j.Until), rest.Time(j.Ended)}
		if j.Word != "" {
			v.Value = j.Word
		}
		out = append(out, v)
	}
	return out, err
}

type judgementsInput struct {
	Path
	rest.Paging
}

func (s *Service) getJudgements(ctx context.Context, tx db.Tx, by act.Actor, in *judgementsInput) (out rest.List[JudgementView], err error) {
	list, next, err := s.Judgements(ctx, tx, by, in.ID, in.Page())
	if err != nil {
		return out, err
	}
	items, err := s.judgementViews(ctx, tx, list)
	return rest.NewList(items, next), err
}

type judgeInput struct {
	Path
	Body struct {
		Measure string    `json:"measure" maxLength:"100"`
		Value   float64   `json:"value,omitempty"`
		Word    string    `json:"word,omitempty" maxLength:"100"`
		Reason  string    `json:"reason" maxLength:"20000"`
		Until   time.Time `json:"until,omitempty" doc:"As the measure says when left out."`
	}
}

func (s *Service) postJudgement(_ context.Context, by act.Actor, in *judgeInput) (rest.Change[JudgementView], error) {
	return func(ctx context.Context, tx db.Tx) (out JudgementView, err error) {
		b := in.Body
		j, err := s.Judge(ctx, tx, by, in.ID, NewJudgement{b.Measure, b.Value, b.Word, b.Reason, b.Until})
		if err != nil {
			return out, err
		}
		all, err := s.judgementViews(ctx, tx, []Judgement{j})
		return all[0], err
	}, nil
}

type judgementPath struct {
	Path
	Judgement int64 `path:"judgement" minimum:"1"`
}

func (s *Service) deleteJudgement(_ context.Context, by act.Actor, in *judgementPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Withdraw(ctx, tx, by, in.ID, in.Judgement)
	}, nil
}
