package insight

import "time"

// Summary is an indicator with its figure of its own period.
type Summary struct {
	Head
	Value       *float64  `json:"value" doc:"In the indicator's unit; null without records."`
	Numerator   float64   `json:"numerator"`
	Denominator float64   `json:"denominator"`
	Count       int64     `json:"count" doc:"Records behind the figure."`
	OnTarget    *bool     `json:"on_target"`
	Band        string    `json:"band" doc:"The band the figure is in; empty without one."`
	Period      Period    `json:"period"`
	SmallSample bool      `json:"small_sample"`
	Hidden      bool      `json:"hidden" doc:"The figure is about too few people for you to see."`
	Series      []Point   `json:"series" nullable:"false" doc:"The last twelve months, oldest first."`
	Building    *Progress `json:"building" doc:"How far a changed version has been worked out; null when there is none."`
}

// Head says what an indicator is.
type Head struct {
	Name       string      `json:"name"`
	Title      string      `json:"title"`
	Sentence   string      `json:"sentence"`
	Formula    string      `json:"formula"`
	Excluded   string      `json:"excluded" doc:"Which records do not count, and why."`
	Source     string      `json:"source" doc:"Where formula and target come from."`
	Smallest   int64       `json:"smallest_sample" doc:"A figure of fewer records than this can be moved a lot by one of them."`
	Version    int         `json:"version" doc:"Of the blueprint the figures were worked out by."`
	Unit       string      `json:"unit" enum:"percent,count,hours,days,minutes,money,points,number"`
	Currency   string      `json:"currency"`
	Direction  string      `json:"direction" enum:"up,down,neutral"`
	Measure    string      `json:"measure"`
	Units      []string    `json:"units" doc:"Of the numerator and of the denominator: count, hours, days, minutes, money or number."`
	Owner      string      `json:"owner" doc:"The team that answers for it, by its name."`
	OwnerTitle string      `json:"owner_title" doc:"What that team is called."`
	Zone       string      `json:"zone" doc:"Whose midnight begins a day when nobody asks for another."`
	Target     *Target     `json:"target"`
	Bands      []Band      `json:"bands" nullable:"false"`
	Dimensions []Dimension `json:"dimensions" nullable:"false"`
}

// Target is what an indicator should reach.
type Target struct {
	Op    string  `json:"op" enum:">=,<="`
	Value float64 `json:"value"`
}

// Band names a range of values.
type Band struct {
	Title string  `json:"title" yaml:"title" doc:"What it is called." required:"true"`
	From  float64 `json:"from" yaml:"from" doc:"The value from which on it holds, up to the next band's."`
	Tone  string  `json:"tone" yaml:"tone" doc:"How it looks." enum:"good,fair,bad"`
}

// Dimension is something figures can be split and filtered by.
type Dimension struct {
	Name  string `json:"name" doc:"As filters write it, such as ticket.team."`
	Title string `json:"title"`
	Type  string `json:"type" enum:"text,int,bool" doc:"How a filter compares it: ticket.team == \"support\", ticket.assignee == 7."`
	Kind  string `json:"kind" doc:"What its keys name: team, person, organization, …; empty for plain words."`
}

// Period is a stretch of time, [From, To).
type Period struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Title string    `json:"title"`
}

// Figure is a value with what it is made of. All numbers are exact to six digits behind the point.
type Figure struct {
	Value       *float64 `json:"value"`
	Numerator   float64  `json:"numerator"`
	Denominator float64  `json:"denominator"`
	Count       int64    `json:"count"`
	Hidden      bool     `json:"hidden,omitempty"`
}

// Point is the figure of a part of time.
type Point struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Figure
}

// Group is the figures of one value of a dimension; the key is "" without a dimension.
type Group struct {
	Key    string  `json:"key"`
	Label  string  `json:"label"`
	Points []Point `json:"points" nullable:"false"`
	Total  Figure  `json:"total"`
}

// Line is a stretch of time with its groups.
type Line struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Groups []Group   `json:"groups" nullable:"false"`
	Total  Figure    `json:"total"`
}

// Series answers how an indicator went.
type Series struct {
	Indicator Head   `json:"indicator"`
	Every     string `json:"every"`
	Zone      string `json:"zone"`
	Line
	More     int       `json:"more" doc:"Groups left out: the fifty with most records are told."`
	Compare  *Line     `json:"compare"`
	Building *Progress `json:"building"`
}

// Row is a value of a dimension, now and in the period compared with.
type Row struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Figure
	Before Figure   `json:"before"`
	Change *float64 `json:"change" doc:"Null unless both have a value."`
}

// Part is how much of the whole change is one group's doing.
type Part struct {
	Key    string  `json:"key"`
	Label  string  `json:"label"`
	Amount float64 `json:"amount"`
}

// Change is what changed; the parts sum to the total exactly.
type Change struct {
	Total float64 `json:"total"`
	Parts []Part  `json:"parts" nullable:"false"`
}

// Breakdown splits an indicator by a dimension and compares it with an earlier period.
type Breakdown struct {
	Indicator Head    `json:"indicator"`
	By        string  `json:"by"`
	Period    Period  `json:"period"`
	Compared  Period  `json:"compared"`
	Total     Figure  `json:"total"`
	Before    Figure  `json:"before"`
	Rows      []Row   `json:"rows" nullable:"false"`
	Change    *Change `json:"change" doc:"Null unless both periods have a value."`
}

// Item is a record behind a figure.
type Item struct {
	Kind    string    `json:"kind"`
	ID      int64     `json:"id"`
	Title   string    `json:"title" doc:"Empty when the record is not yours to see."`
	At      time.Time `json:"at"`
	Value   *float64  `json:"value" doc:"What it adds, in the unit of the part; null for records that are counted."`
	EventID int64     `json:"event_id"`
	Good    bool      `json:"good"`
}

// Behind are the records of a part of a figure, a page of them, with how the part is made of them.
type Behind struct {
	Items  []Item
	Next   string
	Count  int64    // of all records
	Made   []Factor // of a ratio: what the part is made of, multiplied; empty where the records are the figure
	Result float64  // what that comes to: the figure's numerator or denominator
}

// Progress is how far something is worked out.
type Progress struct {
	Done  int64 `json:"done" doc:"Records read."`
	Total int64 `json:"total" doc:"Records there are."`
}
