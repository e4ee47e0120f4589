package success

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"steward/internal/fault"
	"steward/internal/suggest"
)

// MaxPoints is how many points one batch may hold.
const MaxPoints = 10_000

// Point is what a product says about its use at one moment.
type Point struct {
	Line         int    // place in the batch or line of the file, from 1, for findings
	Organization int64  // by our id, or
	External     string // by the id of the batch's source
	Instance     string // what the installation calls itself; "" for the only one
	Purpose      string // production, staging or other; "" when not said
	Metric       string // the name of a usage_metric
	At           time.Time
	Value        float64
	Bad          string // what keeps it from being read, "" for nothing
}

// Batch is some points that come together.
type Batch struct {
	Key    string // names the batch for ever: sent again, it is taken once; "" for what its points say
	Source string // the system that external ids are of
	Points []Point
	Tell   bool // every finding, not only the first 100
}

// Finding is what is wrong, or worth knowing, about one point.
type Finding struct {
	Line    int    `json:"line" doc:"Place in the batch, or line of the file."`
	Code    string `json:"code" enum:"unreadable,not_a_number,negative,future,past,unknown_metric,unknown_organization,too_many_instances,conflicting"`
	Message string `json:"message"`
	Kept    bool   `json:"kept" doc:"Whether the point is kept all the same."`
}

// Report is what became of a batch.
type Report struct {
	Batch      int64     `json:"batch"`
	Replayed   bool      `json:"replayed" doc:"It came before: this is what became of it then."`
	Received   int       `json:"received"`
	Stored     int       `json:"stored" doc:"Corrections among them."`
	Corrected  int       `json:"corrected" doc:"Another value than before for the same moment; the later one counts."`
	Duplicated int       `json:"duplicated" doc:"Known already, the same value."`
	Late       int       `json:"late" doc:"Older than what was known of their series: stored, and counted from their own moment on."`
	Unknown    int       `json:"unknown" doc:"Of organizations that nobody knows: kept until somebody says whose they are."`
	Refused    int       `json:"refused"`
	Findings   []Finding `json:"findings" nullable:"false" doc:"At most 100."`

	all bool // tell every finding
}

// maxFindings is how many findings a report tells.
const maxFindings = 100

func (r *Report) find(p Point, code string, kept bool, format string, args ...any) {
	if !kept {
		r.Refused++
	}
	if len(r.Findings) < maxFindings || r.all {
		r.Findings = append(r.Findings, Finding{p.Line, code, fmt.Sprintf(format, args...), kept})
	}
}

// ahead is how far a product's clock may go before ours.
const ahead = 5 * time.Minute

// earliest is the first moment that a point may be of.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// maxName is how long the names of instances and foreign ids may be, in bytes.
const maxName = 200

// sound finds what is wrong with a point as far as it can be seen without the database.
func (c *Config) sound(r *Report, p Point, now time.Time) bool {
	m, known := c.metrics[p.Metric]
	switch {
	case p.Bad != "":
		r.find(p, "unreadable", false, "%s", p.Bad)
	case !known:
		r.find(p, "unknown_metric", false, "There is no usage metric %q.%s", p.Metric, suggest.DidYouMean(p.Metric, c.metricNames))
	case math.IsNaN(p.Value) || math.IsInf(p.Value, 0):
		r.find(p, "not_a_number", false, "The value is not a number.")
	case p.Value < 0 && !m.Spec.Negative:
		r.find(p, "negative", false, "%s is %s. It cannot be negative; declare negative: true on the metric if it can.", p.Metric, plainNumber(p.Value))
	case p.At.After(now.Add(ahead)):
		r.find(p, "future", false, "%s lies in the future; it is %s. Look at the clock of the product.", p.At.Format(time.RFC3339), now.Format(time.RFC3339))
	case p.At.Before(earliest):
		r.find(p, "past", false, "%s lies before the year 2000.", p.At.Format(time.RFC3339))
	case len(p.Instance) > maxName || len(p.External) > maxName:
		r.find(p, "unreadable", false, "The name of an instance or organization is longer than 200 bytes.")
	case p.Organization == 0 && p.External == "":
		r.find(p, "unreadable", false, "It does not say which organization it is about.")
	default:
		return true
	}
	return false
}

func plainNumber(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// purposes of an installation.
var purposes = map[string]bool{"production": true, "staging": true, "other": true, "": true}

// digest names what the points of a batch say.
func (b Batch) digest() string {
	h := sha256.New()
	line := make([]byte, 0, 256)
	for _, p := range b.Points {
		line = line[:0]
		line = strconv.AppendInt(line, p.Organization, 10)
		for _, s := range []string{p.External, p.Instance, p.Purpose, p.Metric, p.Bad} {
			line = append(append(line, 0), s...)
		}
		line = append(strconv.AppendInt(append(line, 0), p.At.UnixMicro(), 10), 0)
		line = append(strconv.AppendUint(line, math.Float64bits(p.Value), 16), '\n')
		h.Write(line)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// row is a point as JSON has it.
type row struct {
	Organization json.RawMessage `json:"organization"`
	External     string          `json:"organization_external_id"`
	Instance     string          `json:"instance"`
	Purpose      string          `json:"purpose"`
	Metric       string          `json:"metric"`
	Time         json.RawMessage `json:"time"`
	Value        json.RawMessage `json:"value"`
}

// ReadPoint reads a point written as JSON.
func ReadPoint(line int, text []byte) Point {
	var r row
	if err := json.Unmarshal(text, &r); err != nil {
		return Point{Line: line, Bad: "This is no point in JSON: " + strings.TrimPrefix(err.Error(), "json: ") + "."}
	}
	return r.point(line)
}

func (r row) point(line int) Point {
	return NewPoint(line, PointText{unquoted(r.Organization), r.External, r.Instance, r.Purpose, r.Metric, unquoted(r.Time), unquoted(r.Value)})
}

// unquoted is a JSON number or text as text.
func unquoted(raw json.RawMessage) string {
	if len(raw) > 1 && raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
	}
	return string(raw)
}

// PointFields are the columns of a file of points.
var PointFields = []string{"organization", "organization_external_id", "instance", "purpose", "metric", "time", "value"}

// PointText is a point as texts, in the order of PointFields.
type PointText struct{ Organization, External, Instance, Purpose, Metric, Time, Value string }

// Set sets the field that is called so in PointFields; others are passed over.
func (t *PointText) Set(field, text string) {
	for n, to := range []*string{&t.Organization, &t.External, &t.Instance, &t.Purpose, &t.Metric, &t.Time, &t.Value} {
		if PointFields[n] == field {
			*to = text
		}
	}
}

// NewPoint reads a point from the texts of its fields. organization is our id; time is RFC 3339, a
// date (its midnight, UTC) or seconds since 1970.
func NewPoint(line int, of PointText) Point {
	p := Point{Line: line, External: of.External, Instance: of.Instance, Purpose: of.Purpose, Metric: of.Metric}
	var err error
	if text := of.Organization; text != "" && text != "null" {
		if p.Organization, err = strconv.ParseInt(text, 10, 64); err != nil || p.Organization < 1 {
			p.Bad = fmt.Sprintf("%q is not the id of an organization. Name it by organization_external_id if it is another system's.", text)
		}
	}
	var ok bool
	if p.At, ok = anyTime(of.Time); !ok {
		p.Bad = fmt.Sprintf("%q is not a time such as 2026-03-31T12:00:00Z.", of.Time)
	}
	if p.Value, err = strconv.ParseFloat(of.Value, 64); err != nil {
		p.Bad = fmt.Sprintf("%q is not a number.", of.Value)
	}
	if !purposes[p.Purpose] {
		p.Bad = fmt.Sprintf("%q is no purpose of an installation; production, staging and other are.", p.Purpose)
	}
	return p
}

func anyTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02 15:04:05"} {
		if len(text) < len(time.DateOnly) || text[4] != '-' {
			break
		}
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Truncate(time.Microsecond), true
		}
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 0 && n < 1e11 {
		return time.UnixMicro(int64(n * 1e6)).UTC(), true
	}
	return time.Time{}, false
}

// tooMany says that a batch is too large.
func tooMany(n int) error {
	return fault.New(fault.TooLarge, "This batch has %d points; 10,000 is the most. Send it in parts.", n)
}
