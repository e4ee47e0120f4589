package success

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/blueprint"
	"steward/internal/field"
	"steward/internal/measure"
	"steward/internal/rule"
)

// ReportField is something that a report of accounts shows, groups by or works a figure out of.
type ReportField struct {
	Name   string       `json:"name" doc:"Such as segment, attributes.region or desk.open."`
	Title  string       `json:"title"`
	Doc    string       `json:"doc"`
	Kind   string       `json:"kind" enum:"text,number,share,money,days,date,time" doc:"share: from 0 to 1. money: in whole units of the account's currency."`
	Unit   string       `json:"unit"`
	Path   string       `json:"path" doc:"What conditions read it as; empty where they do not."`
	Groups string       `json:"groups" enum:"values,edges,either,never" doc:"How accounts are grouped by it: by its values, by ranges between edges, either by the colour that scorecards give it or by ranges, or not at all."`
	Worked bool         `json:"figures" doc:"Whether a sum, mean or median of it can be worked out."`
	Words  []ReportWord `json:"words" nullable:"false" doc:"The values it can have, in their order, where they are few."`

	cell func(r *reported) any    // text, a number, a time; nil for none
	key  func(r *reported) string // the group that an account is in; "" for none
}

// ReportWord is one of the few values of a field.
type ReportWord struct {
	Value string `json:"value"`
	Title string `json:"title"`
}

// reported is an account with all that a report reads of it.
type reported struct {
	Account
	measures          map[string]Observation
	attributes        map[string]any
	colours           map[string]string // of measures
	observed          *float64          // share of the weight that has data
	now               time.Time
	name, csm, partOf string // what records are called, in lists
	team              string
}

// reportable is what reports read under one configuration.
type reportable struct {
	env    *rule.Env
	wrong  error // what is wrong with the names that conditions would read
	fields []*ReportField
	named  map[string]*ReportField
}

// The ways in which accounts are grouped by a field.
const (
	byValues = "values"
	byEdges  = "edges"
	byEither = "either"
	byNone   = "never"
)

// attributePrefix begins the names of fields that an organization's attributes are.
const attributePrefix = "attributes."

// worded are values that say themselves.
func worded(values ...string) []ReportWord {
	out := []ReportWord{}
	for _, v := range values {
		title := strings.ReplaceAll(v, "_", " ")
		out = append(out, ReportWord{v, strings.ToUpper(title[:1]) + title[1:]})
	}
	return out
}

// text is a field whose values group accounts.
func text(name, title, doc, path string, of func(r *reported) string, words ...string) *ReportField {
	return &ReportField{Name: name, Title: title, Doc: doc, Kind: "text", Path: path, Groups: byValues, Words: worded(words...), key: of,
		cell: func(r *reported) any { return orNil(of(r)) }}
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// amount is a field with a number, nil for none.
func amount(name, title, doc, kind, path string, of func(r *reported) any) *ReportField {
	return &ReportField{Name: name, Title: title, Doc: doc, Kind: kind, Path: path, Groups: byEdges, Worked: true, Words: []ReportWord{}, cell: of}
}

// whenField is a field with a day or a time.
func whenField(name, title, doc, kind string, of func(r *reported) any) *ReportField {
	return &ReportField{Name: name, Title: title, Doc: doc, Kind: kind, Groups: byNone, Words: []ReportWord{}, cell: of}
}

// record is a text field that names a record: it groups by the record.
func record(name, title, doc string, id func(r *reported) int64, called func(r *reported) string) *ReportField {
	return &ReportField{Name: name, Title: title, Doc: doc, Kind: "text", Groups: byValues, Words: []ReportWord{},
		cell: func(r *reported) any { return orNil(called(r)) },
		key: func(r *reported) string {
			if id(r) == 0 {
				return ""
			}
			return strconv.FormatInt(id(r), 10)
		}}
}

// dayOf is a day as a cell, nil for none.
func dayOf(t time.Time) any { return dayCell(date(t)) }

// accountReportFields are what every account has.
func accountReportFields() []*ReportField {
	days := func(name string) func(r *reported) any {
		return func(r *reported) any {
			if n, ok := r.vars(r.now)[name].(int64); ok {
				return n
			}
			return nil
		}
	}
	return []*ReportField{
		text("segment", "Segment", "Such as enterprise.", "account.segment", func(r *reported) string { return r.Segment }),
		text("plan", "Plan", "What it bought.", "account.plan", func(r *reported) string { return r.Plan }),
		text("coverage", "Coverage", "How closely it is looked after.", "account.coverage", func(r *reported) string { return r.Coverage }, coverages...),
		text("stage", "Stage", "Of its life.", "account.stage", func(r *reported) string { return r.Stage }, stages...),
		text("band", "Colour", "Of its score.", "account.band", func(r *reported) string { return r.Band }, "green", "yellow", "red"),
		text("band_was", "Colour before", "Before the last change.", "account.band_was", func(r *reported) string { return r.BandWas }, "green", "yellow", "red"),
		amount("score", "Score", "0 to 100.", "number", "account.score", func(r *reported) any {
			if !r.Score.Valid {
				return nil
			}
			return float64(r.Score.Int64) / 100
		}),
		amount("observed", "Weight with data", "Share of the weight that could be observed that was, when it was scored last.", "share", "", func(r *reported) any {
			if r.observed == nil {
				return nil
			}
			return *r.observed
		}),
		record("csm", "Looked after by", "", func(r *reported) int64 { return r.CSMID }, func(r *reported) string { return r.csm }),
		record("team", "Team", "", func(r *reported) int64 { return r.TeamID }, func(r *reported) string { return r.team }),
		record("parent", "Part of", "The account above it.", func(r *reported) int64 { return r.ParentID }, func(r *reported) string { return r.partOf }),
		amount("revenue", "Yearly value", "Recurring, of a year, in whole units of its currency.", "money", "account.yearly_value", func(r *reported) any {
			if r.Currency == "" {
				return nil
			}
			return wholeUnits(r.Revenue, r.Currency)
		}),
		text("currency", "Currency", "Of its yearly value.", "account.currency", func(r *reported) string { return r.Currency }),
		whenField("since", "Customer since", "", "date", func(r *reported) any { return dayOf(r.Since) }),
		whenField("contract_start", "Contract began", "", "date", func(r *reported) any { return dayOf(r.ContractStart) }),
		whenField("renewal", "Renewal", "", "date", func(r *reported) any { return dayOf(r.Renewal) }),
		amount("renewal_days", "Days until the renewal", "Below zero afterwards.", "number", "account.renewal_days", days("renewal_days")),
		amount("age_days", "Days as a customer", "", "number", "account.age_days", days("age_days")),
		amount("band_days", "Days in this colour", "", "number", "account.band_days", days("band_days")),
		whenField("update", "Health update due", "", "time", func(r *reported) any { return at(r.UpdateDue) }),
	}
}

// attributeReportField is an attribute of organizations. Those that name records are left out.
func attributeReportField(f *field.Field) *ReportField {
	of := func(r *reported) any { return r.attributes[f.Name] }
	name, path := attributePrefix+f.Name, "account.attributes."+f.Name
	switch f.Type {
	case "integer", "decimal":
		return amount(name, f.Title, "", "number", path, of)
	case "date":
		return whenField(name, f.Title, "", "date", func(r *reported) any {
			t, _ := of(r).(time.Time)
			return dayOf(t)
		})
	case "lookup":
		return nil
	}
	say := func(r *reported) string {
		switch v := of(r).(type) {
		case bool:
			if v {
				return "yes"
			}
			return "no"
		case string:
			return v
		case []string:
			return strings.Join(v, ", ")
		}
		return ""
	}
	out := text(name, f.Title, "", path, say)
	for _, o := range f.Titles() {
		out.Words = append(out.Words, ReportWord{o.Value, o.Title})
	}
	switch {
	case f.Type == "checkbox":
		out.Words = worded("yes", "no")
		out.Path = "" // conditions read it as true or false, not as a word
	case f.Type == "multiselect":
		out.Groups, out.Path = byNone, ""
	}
	return out
}

// measureReportField is a measure of accounts.
func measureReportField(m MeasureInfo) *ReportField {
	f := &ReportField{Name: m.Name, Title: m.Title, Doc: m.Doc, Unit: m.Unit, Path: "measure." + m.Name, Words: []ReportWord{},
		cell: func(r *reported) any { return measureCell(r.measures[m.Name]) }}
	switch m.Type {
	case measure.Text:
		f.Kind, f.Groups, f.Words = "text", byValues, append(f.Words, worded(m.Words...)...)
		f.key = func(r *reported) string { word, _ := r.measures[m.Name].Plain.(string); return word }
	case measure.Time:
		f.Kind, f.Groups, f.Path = "time", byNone, ""
	case measure.Share, measure.Duration, measure.Count, measure.Number:
		f.Kind, f.Groups, f.Worked = map[measure.Type]string{measure.Share: "share", measure.Duration: "days"}[m.Type], byEither, true
		if f.Kind == "" {
			f.Kind = "number"
		}
	}
	return f
}

// newReportable puts together what reports read under a configuration.
func newReportable(set *blueprint.Set, measures *measure.Registry, infos []MeasureInfo) *reportable {
	k := &reportable{fields: accountReportFields(), named: map[string]*ReportField{}}
	k.env, k.wrong = callEnv(set, measures)
	for _, a := range field.FromSet(set).On("organization") {
		if f := attributeReportField(a); f != nil {
			k.fields = append(k.fields, f)
		}
	}
	for _, m := range infos {
		k.fields = append(k.fields, measureReportField(m))
	}
	for _, f := range k.fields {
		k.named[f.Name] = f
	}
	return k
}

// reportableIn is what reports may read under a configuration that is looked at.
func reportableIn(set *blueprint.Set, measures *measure.Registry) *reportable {
	var infos []MeasureInfo
	for name, t := range measuresIn(set, measures) {
		infos = append(infos, MeasureInfo{Name: name, Title: name, Type: t})
	}
	slices.SortFunc(infos, func(a, b MeasureInfo) int { return strings.Compare(a.Name, b.Name) })
	return newReportable(set, measures, infos)
}
