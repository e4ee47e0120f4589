package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/rest"
)

func (s *Server) measureRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/measures", "List measures"), s.getMeasures)
	rest.Read(a, rest.GET("/measures/values", "Get measures of several subjects at once"), s.getMeasureValues)
	rest.Read(a, rest.GET("/measures/{name}", "Get a measure of one subject with where it comes from"), s.getMeasure)
	rest.Read(a, rest.GET("/measures/{name}/history", "List the changes of a measure"), s.getMeasureHistory)
}

// Measure is a measure as the catalogue describes it.
type Measure struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	Doc       string `json:"doc"`
	Unit      string `json:"unit"`
	Subject   string `json:"subject" doc:"organization or person."`
	Type      string `json:"type" doc:"count, number, share, duration (seconds), time or text."`
	Direction string `json:"direction" doc:"more_is_better, less_is_better or neutral."`
	How       string `json:"how" doc:"How it is worked out."`
}

func measureView(m *measure.Measure) Measure {
	return Measure{m.Name, m.Title, m.Doc, m.Unit, m.Subject, string(m.Type), string(m.Direction), m.How()}
}

// measureValue is a value for JSON: durations in seconds, times as text, null for none.
func measureValue(m *measure.Measure, v measure.Value) any {
	if d, ok := m.Plain(v).(time.Duration); ok {
		return int64(d / time.Second)
	}
	return m.Plain(v)
}

func (s *Server) getMeasures(_ context.Context, _ db.Tx, by act.Actor, _ *struct{}) (rest.List[Measure], error) {
	all, err := s.Measures.Catalogue(by)
	items := []Measure{}
	for _, m := range all {
		items = append(items, measureView(m))
	}
	return rest.NewList(items, ""), err
}

// askedInput are the query parameters of a question about a moment.
type askedInput struct {
	At    time.Time `query:"at" doc:"As of this time; now when left out."`
	Known time.Time `query:"known" doc:"As known at this time; all that is known now when left out."`
}

func (in askedInput) asked() measure.Asked { return measure.Asked{At: in.At, Known: in.Known} }

func subjectOf(text string) (ledger.Ref, error) {
	kind, number, _ := strings.Cut(text, "/")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id < 1 {
		return ledger.Ref{}, fault.Field("subject", text, "organization/ID or person/ID, such as organization/7", "This is not a subject of measures.")
	}
	return ledger.Ref{Kind: kind, ID: id}, nil
}

type measureInput struct {
	askedInput
	Name    string `path:"name" maxLength:"100"`
	Subject string `query:"subject" required:"true" maxLength:"60" doc:"Kind and id, such as organization/7."`
}

// MeasureAnswer is a measure's value with where it comes from.
type MeasureAnswer struct {
	Measure   Measure      `json:"measure"`
	Subject   ledger.Ref   `json:"subject"`
	Value     any          `json:"value" doc:"Of the measure's type; null for none."`
	At        time.Time    `json:"at"`
	Known     *time.Time   `json:"known"`
	ChangedAt *time.Time   `json:"changed_at" doc:"When the newest event behind it happened; null without evidence."`
	Anchor    *time.Time   `json:"anchor" doc:"What a time gone by counts from; null for other measures."`
	Evidence  []MeasureRow `json:"evidence" nullable:"false" doc:"The newest 20 events that make it what it is; open them at /events/{id}/why."`
}

// MeasureRow is a change of a measure, with the event it came from.
type MeasureRow struct {
	At       time.Time  `json:"at" doc:"When it happened."`
	Recorded time.Time  `json:"recorded" doc:"When it was learned."`
	Change   any        `json:"change" doc:"What the event added, or said."`
	Value    any        `json:"value,omitempty" doc:"What the measure was from then on; left out for sums over a stretch of time."`
	Record   ledger.Ref `json:"record"`
	EventID  int64      `json:"event_id"`
}

func measureRow(m *measure.Measure, r measure.Row) MeasureRow {
	return MeasureRow{r.At, r.Recorded, measureValue(m, r.Change), measureValue(m, r.Value), ledger.Ref{Kind: r.RecordKind, ID: r.RecordID}, r.EventID}
}

func (s *Server) getMeasure(ctx context.Context, tx db.Tx, by act.Actor, in *measureInput) (MeasureAnswer, error) {
	subject, err := subjectOf(in.Subject)
	if err != nil {
		return MeasureAnswer{}, err
	}
	a, err := s.Measures.Explain(ctx, tx, by, in.Name, subject, in.asked())
	if err != nil {
		return MeasureAnswer{}, err
	}
	out := MeasureAnswer{Measure: measureView(a.Measure), Subject: subject, Value: measureValue(a.Measure, a.Value), At: a.At, Known: rest.Time(in.Known),
		Anchor: rest.Time(a.Anchor), Evidence: []MeasureRow{}}
	for _, r := range a.Evidence {
		out.Evidence = append(out.Evidence, measureRow(s.Measures.Stored(a.Measure), r))
		if out.ChangedAt == nil || r.At.After(*out.ChangedAt) {
			out.ChangedAt = &r.At
		}
	}
	return out, nil
}

type measureHistoryInput struct {
	rest.Paging
	Name    string `path:"name" maxLength:"100"`
	Subject string `query:"subject" required:"true" maxLength:"60" doc:"Kind and id, such as organization/7."`
}

func (s *Server) getMeasureHistory(ctx context.Context, tx db.Tx, by act.Actor, in *measureHistoryInput) (rest.List[MeasureRow], error) {
	subject, err := subjectOf(in.Subject)
	if err != nil {
		return rest.List[MeasureRow]{}, err
	}
	m, rows, next, err := s.Measures.History(ctx, tx, by, in.Name, subject, in.Page())
	if err != nil {
		return rest.List[MeasureRow]{}, err
	}
	items := make([]MeasureRow, len(rows))
	for i, r := range rows {
		items[i] = measureRow(m, r)
	}
	return rest.NewList(items, next), nil
}

type measureValuesInput struct {
	askedInput
	Names    string `query:"names" maxLength:"5000" doc:"Measures, separated by commas; all of the subjects' kind when left out."`
	Subjects string `query:"subjects" required:"true" maxLength:"5000" doc:"At most 100, separated by commas: organization/7,organization/8."`
}

// MeasureValues are the measures of one subject.
type MeasureValues struct {
	Subject ledger.Ref     `json:"subject"`
	Values  map[string]any `json:"values" nullable:"false" doc:"By measure; null for none."`
}

// getMeasureValues answers for those of the subjects that the actor may read, in the order asked.
func (s *Server) getMeasureValues(ctx context.Context, tx db.Tx, by act.Actor, in *measureValuesInput) (rest.List[MeasureValues], error) {
	all, err := s.Measures.Catalogue(by)
	if err != nil {
		return rest.List[MeasureValues]{}, err
	}
	known := map[string]*measure.Measure{}
	var names []string
	for _, m := range all {
		known[m.Name] = m
		names = append(names, m.Name)
	}
	if in.Names != "" {
		names = strings.Split(in.Names, ",")
	}
	var subjects []ledger.Ref
	for _, text := range strings.Split(in.Subjects, ",") {
		ref, err := subjectOf(text)
		if err != nil {
			return rest.List[MeasureValues]{}, err
		}
		subjects = append(subjects, ref)
	}
	found, err := s.Measures.Values(ctx, tx, by, names, subjects, in.asked())
	if err != nil {
		return rest.List[MeasureValues]{}, err
	}
	var items []MeasureValues
	for _, ref := range subjects {
		values, ok := found[ref]
		if !ok {
			continue
		}
		delete(found, ref) // named twice is answered once
		one := MeasureValues{ref, map[string]any{}}
		for name, v := range values {
			one.Values[name] = measureValue(known[name], v)
		}
		items = append(items, one)
	}
	return rest.NewList(items, ""), nil
}
