package success

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Filter narrows a list of accounts; zero values do not narrow.
type Filter struct {
	Query    string // start of the name
	Segment  string
	Coverage string
	Stage    string
	Plan     string
	Band     string // none: those without a score
	CSMID    int64  // Nobody: those that nobody looks after
	TeamID   int64
	ParentID int64
	From     time.Time // renewal from this day on
	Before   time.Time // renewal up to this day
	Since    time.Time // whose colour changed since
	LookerID int64     // whose colour changed since this person last looked
	DueBy    time.Time // whose next health update is due by then
}

// Nobody as a CSM asks for accounts without one.
const Nobody = -1

// Unscored as a band asks for accounts without a score.
const Unscored = "none"

// farOff is where accounts without a date or score stand in lists by them: behind all others.
const farOff = int64(1)<<53 - 1

// orders are what a list may be sorted by: the key as an index has it, and its direction.
var orders = map[string]struct {
	key  string
	down bool
}{
	"revenue": {"a.revenue", true},
	"renewal": {"COALESCE(a.renewal, 9007199254740991)", false},
	"score":   {"COALESCE(a.score, 9007199254740991)", false},
	"changed": {"COALESCE(a.band_since, 0)", true},
	"update":  {"COALESCE(a.triage_due, 9007199254740991)", false},
}

// where is the predicate of a filter over account a.
func (f Filter) where(w *db.Where) {
	for _, t := range []struct{ column, value string }{{"segment", f.Segment}, {"coverage", f.Coverage}, {"stage", f.Stage}, {"plan", f.Plan}} {
		if t.value != "" {
			w.And("a."+t.column+" = ?", t.value)
		}
	}
	switch f.Band {
	case "":
	case Unscored:
		w.And("a.band = ''")
	default:
		w.And("a.band = ?", f.Band)
	}
	switch {
	case f.CSMID == Nobody:
		w.And("a.csm_id IS NULL")
	case f.CSMID != 0:
		w.And("a.csm_id = ?", f.CSMID)
	}
	if f.TeamID != 0 {
		w.And("a.team_id = ?", f.TeamID)
	}
	if f.ParentID != 0 {
		w.And("a.parent_id = ?", f.ParentID)
	}
	if !f.From.IsZero() {
		w.And("a.renewal >= ?", db.Micros(f.From))
	}
	if !f.Before.IsZero() {
		w.And("a.renewal <= ?", db.Micros(f.Before))
	}
	if !f.Since.IsZero() {
		w.And("COALESCE(a.band_since, 0) >= ?", db.Micros(f.Since))
	}
	if f.LookerID != 0 { // whoever looks for the first time has seen nothing change
		w.And("COALESCE(a.band_since, 0) >= COALESCE((SELECT NULLIF(l.before, 0) FROM account_look l WHERE l.person_id = ?), 9007199254740991)", f.LookerID)
	}
	if !f.DueBy.IsZero() {
		w.And("COALESCE(a.triage_due, 9007199254740991) <= ?", db.Micros(f.DueBy))
	}
	if f.Query != "" {
		fold := directory.Fold(f.Query)
		w.And("a.organization_id IN (SELECT o.id FROM organization o WHERE o.name_fold >= ? AND o.name_fold < ?)", fold, fold+"\U0010FFFF")
	}
}

// scoped is the predicate of a filter within what the actor may read.
func (f Filter) scoped(by act.Actor) (*db.Where, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "account").Where(w, accountColumns); err != nil {
		return nil, err
	}
	f.where(w)
	return w, nil
}

// badSort refuses an order that lists of accounts do not have.
func badSort(name string) error {
	return fault.Field("sort", name, "revenue, renewal, score, changed, update", "Accounts are not sorted by %q.", name)
}

// List returns a page of accounts, within the actor's scope, sorted by revenue (largest first, as
// ""), renewal, score (lowest first), changed (latest change of colour first) or update (next health update first).
func (s *Service) List(ctx context.Context, tx db.Tx, by act.Actor, f Filter, sort string, page db.Page) (list []Account, next string, err error) {
	if sort == "" {
		sort = "revenue"
	}
	order, ok := orders[sort]
	if !ok {
		return nil, "", badSort(sort)
	}
	w, err := f.scoped(by)
	if err != nil {
		return nil, "", err
	}
	key, id, more, err := page.After()
	if err != nil {
		return nil, "", err
	}
	than, down := ">", ""
	if order.down {
		than, down = "<", " DESC"
	}
	if more {
		w.And("("+order.key+", a.organization_id) "+than+" (?, ?)", key, id)
	}
	n := page.Size()
	rows, err := tx.Query(ctx, `SELECT `+accountFields+` FROM account a WHERE `+w.SQL()+` ORDER BY `+order.key+down+`, a.organization_id`+down+` LIMIT `+w.Arg(n+1), w.Args()...)
	if list, err = db.Collect(rows, err, scanAccount); err != nil {
		return nil, "", err
	}
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(list[n-1].key(sort), list[n-1].OrganizationID)
	}
	return list, next, nil
}

// InSegment lists the organizations of a segment behind one, by id. Whoever may read accounts sees those within their scope.
func (s *Service) InSegment(ctx context.Context, tx db.Tx, by act.Actor, segment string, after int64, limit int) ([]int64, error) {
	w, err := Filter{Segment: segment}.scoped(by)
	if err != nil {
		return nil, err
	}
	w.And("a.organization_id > ?", after)
	rows, err := tx.Query(ctx, `SELECT a.organization_id FROM account a WHERE `+w.SQL()+` ORDER BY a.organization_id LIMIT `+w.Arg(limit), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) })
}

// key is where an account stands in a list.
func (a Account) key(sort string) int64 {
	switch {
	case sort == "revenue":
		return a.Revenue
	case sort == "renewal" && !a.Renewal.IsZero():
		return db.Micros(a.Renewal)
	case sort == "score" && a.Score.Valid:
		return a.Score.Int64
	case sort == "changed" && !a.BandSince.IsZero():
		return db.Micros(a.BandSince)
	case sort == "changed":
		return 0
	case sort == "update" && !a.UpdateDue.IsZero():
		return db.Micros(a.UpdateDue)
	default:
		return farOff
	}
}

// Sum is how many accounts of a segment have a colour, and what they are worth a year.
type Sum struct {
	Segment  string `json:"segment"`
	Band     string `json:"band" doc:"Empty without a score."`
	Currency string `json:"currency"`
	Accounts int64  `json:"accounts"`
	Revenue  int64  `json:"revenue" doc:"Of a year, in minor units."`
}

// maxSums is how many rows of sums are told.
const maxSums = 500

// Sums adds accounts up by segment, colour and currency, within the actor's scope and a filter.
// The figures come from an index alone as long as the filter asks for no more than it holds.
func (s *Service) Sums(ctx context.Context, tx db.Tx, by act.Actor, f Filter) ([]Sum, error) {
	w, err := f.scoped(by)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT a.segment, a.band, a.currency, count(*), CAST(sum(a.revenue) AS BIGINT) FROM account a WHERE `+w.SQL()+`
		GROUP BY a.segment, a.band, a.currency ORDER BY a.segment, a.band, a.currency LIMIT `+w.Arg(maxSums), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (t Sum, err error) {
		return t, r.Scan(&t.Segment, &t.Band, &t.Currency, &t.Accounts, &t.Revenue)
	})
}

// Looked notes that the actor looks at their accounts now and returns when they did before; zero
// when never. Looks within the same hour count as one. Everybody may say so of themselves.
func (s *Service) Looked(ctx context.Context, tx db.Tx, by act.Actor) (time.Time, error) {
	if err := by.Require("read", "account"); err != nil {
		return time.Time{}, err
	}
	now, before := db.Micros(by.Now()), int64(0)
	err := tx.QueryRow(ctx, `INSERT INTO account_look (person_id, at, before) VALUES ($1, $2, 0)
		ON CONFLICT (person_id) DO UPDATE SET before = CASE WHEN account_look.at < $3 THEN account_look.at ELSE account_look.before END, at = $2 RETURNING before`,
		by.PersonID, now, now-time.Hour.Microseconds()).Scan(&before)
	if err != nil || before == 0 {
		return time.Time{}, err
	}
	return db.Time(before), nil
}

// Names are the names of those of some accounts that the actor may read. Anybody may ask.
func (s *Service) Names(ctx context.Context, tx db.Tx, by act.Actor, ids []int64) (map[int64]string, error) {
	scope := auth.Scope(by, "read", "account")
	if len(ids) == 0 || scope.None() {
		return map[int64]string{}, nil
	}
	rows, err := tx.Query(ctx, `SELECT `+accountFields+` FROM account a WHERE a.organization_id IN (`+numbers(ids)+`)`)
	list, err := db.Collect(rows, err, scanAccount)
	if err != nil {
		return nil, err
	}
	ids = ids[:0:0]
	for _, a := range list {
		if scope.Covers(a.record()) {
			ids = append(ids, a.OrganizationID)
		}
	}
	return s.directory.OrganizationNames(ctx, tx, ids)
}
