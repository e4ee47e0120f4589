package score

import "steward/internal/blueprint"

// Kind is the name of the kind whose documents are scorecards.
const Kind = "scorecard"

// Colours of a band, from the worst to the best.
const (
	Red    = "red"
	Yellow = "yellow"
	Green  = "green"
)

// Spec is a scorecard blueprint.
type Spec struct {
	Match     string         `yaml:"match" format:"cel:scorecard" doc:"Which accounts; every account when empty."`
	Rank      int            `yaml:"rank" doc:"An account is scored by the first scorecard that matches it: by this number, then by name."`
	Bands     []BandSpec     `yaml:"bands" required:"true" doc:"Colours of the whole score: value is the score, from 0 to 100."`
	Groups    []GroupSpec    `yaml:"groups" required:"true" doc:"Groups of measures."`
	Overrides []OverrideSpec `yaml:"overrides" doc:"What forces a colour whatever the score says; the first that holds."`
	RollUp    RollUpSpec     `yaml:"roll_up" doc:"How accounts below an account count for it."`
}

// BandSpec is one colour and when a value has it.
type BandSpec struct {
	Colour string   `yaml:"colour" required:"true" enum:"red,yellow,green" doc:"The colour."`
	When   string   `yaml:"when" required:"true" format:"cel:scorecard" doc:"When it has this colour. value is the measure's value (of a duration, the days); what an account is, such as account.age_days and account.segment, may be read too."`
	Points *float64 `yaml:"points" min:"0" max:"100" doc:"What the colour is worth here. Empty: what it is worth on the whole score, there the middle of the band."`
}

// GroupSpec is a group of measures.
type GroupSpec struct {
	Name          string        `yaml:"name" required:"true" doc:"Short name within the scorecard."`
	Title         string        `yaml:"title" doc:"What people call it; the name when empty."`
	Weight        *float64      `yaml:"weight" min:"0" max:"100" doc:"Its share of the score in percent. Either all groups say it and the sum is 100, or none does and all weigh the same."`
	NotApplicable string        `yaml:"not_applicable" format:"cel:scorecard" doc:"Accounts whose measures of this group are not scored."`
	Measures      []MeasureSpec `yaml:"measures" required:"true" doc:"What is measured."`
}

// SourceSpec is where a value comes from and how long it holds.
type SourceSpec struct {
	Measure       string             `yaml:"measure" doc:"The measure whose value counts, such as usage.licence_utilisation."`
	Value         string             `yaml:"value" format:"cel:scorecard:any" doc:"A formula over measures instead of one measure. Division by zero yields no value."`
	Weight        *float64           `yaml:"weight" min:"0" max:"100" doc:"Its share of what it belongs to, in percent. Either all say it and the sum is 100, or none does and all weigh the same."`
	NotApplicable string             `yaml:"not_applicable" format:"cel:scorecard" doc:"Accounts for which it is not scored."`
	FlagAfter     blueprint.Duration `yaml:"flag_after" doc:"Without data for this long it is shown as stale and still counts."`
	StaleAfter    blueprint.Duration `yaml:"stale_after" doc:"Without data for this long it counts as missing."`
	Bands         []BandSpec         `yaml:"bands" doc:"Its colours."`
	Reached       string             `yaml:"reached" format:"cel:scorecard" doc:"When the account has adopted what this is about; when it is green if empty."`
}

// MeasureSpec is one measure of a group.
type MeasureSpec struct {
	Name       string `yaml:"name" required:"true" doc:"Short name, unique within the scorecard: overrides read its colour as colours[\"NAME\"]."`
	Title      string `yaml:"title" doc:"What people call it; the name when empty."`
	SourceSpec `yaml:",inline"`
	Instances  string     `yaml:"instances" enum:"primary,latest,sum" doc:"Of an account with several instances, whose values count. What a usage measure says counts the primary instance; the rule must be the same for all measures of a scorecard."`
	Parts      []PartSpec `yaml:"parts" doc:"Parts that are scored by themselves; the measure is their weighted mean. Then it has no measure, value or bands of its own."`
	ScoreBands []BandSpec `yaml:"score_bands" doc:"Colours of a measure made of parts, by its score; those of the whole score when empty."`
}

// PartSpec is a part of a measure.
type PartSpec struct {
	Name       string `yaml:"name" required:"true" doc:"Short name, unique within the scorecard."`
	Title      string `yaml:"title" doc:"What people call it; the name when empty."`
	SourceSpec `yaml:",inline"`
}

// OverrideSpec forces a colour.
type OverrideSpec struct {
	Name   string `yaml:"name" required:"true" doc:"Short name within the scorecard."`
	Title  string `yaml:"title" doc:"What people call it; the name when empty."`
	When   string `yaml:"when" required:"true" format:"cel:scorecard" doc:"When it holds; colours[\"NAME\"] is the colour of a measure."`
	Colour string `yaml:"colour" required:"true" enum:"red,yellow,green" doc:"The colour it forces. The score becomes what that colour is worth, unless it is further out on the same side already."`
}

// RollUpSpec says how accounts below an account count.
type RollUpSpec struct {
	By string `yaml:"by" enum:"none,revenue,equal" doc:"none: an account is scored by itself (also when empty). revenue: the mean of the accounts below it and of itself, weighted by recurring revenue. equal: the plain mean."`
}
