package doctor

import (
	"context"
	"fmt"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Result says how serious a finding is.
type Result string

// The results, the worst last.
const (
	OK   Result = "ok"
	Warn Result = "warn" // somebody should look
	Fail Result = "fail" // something does not work
)

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"check"` // stable
	Result Result `json:"result"`
	Says   string `json:"says"` // what was found
	Do     string `json:"do"`   // what to do; "" when nothing
}

// Report is everything that was looked at.
type Report struct {
	Result  Result    `json:"result"` // the worst of all
	At      time.Time `json:"at"`
	Version string    `json:"version"`
	Checks  []Check   `json:"checks" nullable:"false"`
}

// Parts are what is looked at.
type Parts struct {
	DB        *db.DB
	Ledger    *ledger.Ledger
	Jobs      *job.Queue
	Blueprint *blueprint.Store
	BaseURL   string // public address; "" when nobody said
	Sandbox   bool   // nothing may be called
	Version   string
	Clock     func() time.Time
	Full      bool // also what takes long: the whole ledger, the whole database file
}

// examination collects findings.
type examination struct {
	Parts
	now    time.Time
	report Report
}

// Examine looks at everything, within about ten seconds unless Full is set.
func Examine(ctx context.Context, p Parts) Report {
	e := &examination{Parts: p, now: p.Clock(), report: Report{Version: p.Version, At: p.Clock().UTC(), Checks: []Check{}}}
	for _, look := range []struct {
		name string
		at   func(ctx context.Context) error
	}{
		{"database", e.database}, {"disk", e.disk}, {"permissions", e.permissions}, {"clock", e.clock}, {"time_zones", e.zones}, {"copy", e.copied},
		{"backup", e.backup}, {"nodes", e.nodes}, {"ledger", e.ledger}, {"followers", e.followers}, {"jobs", e.jobs}, {"mail", e.mail},
		{"mailboxes", e.mailboxes}, {"calendars", e.calendars}, {"configuration", e.configuration}, {"public_url", e.publicURL}, {"integrity", e.integrity},
	} {
		if err := look.at(ctx); err != nil {
			e.fail(look.name, "See whether the database answers.", "This could not be looked at: %v", err)
		}
	}
	return e.report.sum()
}

// Broken is the report of an instance that cannot even be opened.
func Broken(version string, at time.Time, c ...Check) Report {
	return Report{Version: version, At: at.UTC(), Checks: c}.sum()
}

func (r Report) sum() Report {
	r.Result = OK
	for _, c := range r.Checks {
		if c.Result == Fail || c.Result == Warn && r.Result == OK {
			r.Result = c.Result
		}
	}
	return r
}

func (e *examination) add(result Result, name, do, format string, args ...any) {
	e.report.Checks = append(e.report.Checks, Check{name, result, fmt.Sprintf(format, args...), do})
}

func (e *examination) ok(name, format string, args ...any) { e.add(OK, name, "", format, args...) }

func (e *examination) warn(name, do, format string, args ...any) {
	e.add(Warn, name, do, format, args...)
}

func (e *examination) fail(name, do, format string, args ...any) {
	e.add(Fail, name, do, format, args...)
}
