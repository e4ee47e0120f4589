package success

import (
	"context"
	"strconv"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Ref names a record in an answer.
type Ref struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// AccountView is an account as the API shows it.
type AccountView struct {
	ID            int64       `json:"id" doc:"The organization's."`
	Name          string      `json:"name"`
	Plan          string      `json:"plan"`
	Segment       string      `json:"segment"`
	Coverage      string      `json:"coverage" enum:"P1,P2,P3,P4,pooled,"`
	Stage         string      `json:"stage" enum:"onboarding,implementation,adoption,growth,will_churn,churned"`
	Revenue       int64       `json:"revenue" doc:"Recurring, of a year, in minor units of the currency."`
	Currency      string      `json:"currency"`
	Since         *string     `json:"since" format:"date" doc:"Customer since."`
	ContractStart *string     `json:"contract_start" format:"date"`
	Renewal       *string     `json:"renewal" format:"date"`
	Parent        *Ref        `json:"parent"`
	CSM           *Ref        `json:"csm" doc:"Who looks after it."`
	Team          *Ref        `json:"team"`
	Score         *float64    `json:"score" doc:"0 to 100; null without one."`
	Band          string      `json:"band" doc:"Colour of the score; empty without one."`
	BandSince     *time.Time  `json:"band_since"`
	BandWas       string      `json:"band_was" doc:"Before the last change."`
	Observed      *float64    `json:"observed" doc:"Share of the weight that could be observed that was, from 0 to 1; null without a score."`
	Update        *NextUpdate `json:"update" doc:"When its next health update is due; null without a rhythm."`
	Version       int64       `json:"version"`
	UpdatedAt     time.Time   `json:"updated_at"`
	Mail          string      `json:"mail" doc:"Address that puts mail of colleagues on its timeline; empty when there is no such mailbox."`
}

// NextUpdate is when the next health update of an account is due.
type NextUpdate struct {
	Due    time.Time `json:"due"`
	From   time.Time `json:"from" doc:"Counted from: the last one, or when the rhythm began."`
	Rhythm string    `json:"rhythm" doc:"Title of the rhythm."`
	State  string    `json:"state" enum:"later,soon,overdue" doc:"soon: within a week."`
}

// nextUpdate says when the next update is due; nil without a rhythm.
func (s *Service) nextUpdate(a Account, now time.Time) *NextUpdate {
	if a.UpdateDue.IsZero() {
		return nil
	}
	u := &NextUpdate{a.UpdateDue, a.RhythmFrom, s.rhythmTitle(a.RhythmID), "later"}
	switch {
	case !a.UpdateDue.After(now):
		u.State = "overdue"
	case !a.UpdateDue.After(now.Add(week)):
		u.State = "soon"
	}
	return u
}

// views shows accounts: a question for the names of all people and one for all organizations.
func (s *Service) views(ctx context.Context, tx db.Tx, list []Account) ([]AccountView, error) {
	var people, organizations []int64
	for _, a := range list {
		people, organizations = append(people, a.CSMID), append(organizations, a.OrganizationID, a.ParentID)
	}
	who, err := s.directory.Names(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	names, err := s.directory.OrganizationNames(ctx, tx, organizations)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.OrganizationID
	}
	observed, err := observedShares(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]AccountView, len(list))
	for i, a := range list {
		v := AccountView{ID: a.OrganizationID, Name: names[a.OrganizationID], Plan: a.Plan, Segment: a.Segment, Coverage: a.Coverage, Stage: a.Stage, Revenue: a.Revenue, Currency: a.Currency,
			Since: date(a.Since), ContractStart: date(a.ContractStart), Renewal: date(a.Renewal), Band: a.Band, BandSince: rest.Time(a.BandSince), BandWas: a.BandWas,
			Update: s.nextUpdate(a, s.clock()), Version: a.Version, UpdatedAt: a.Updated, Mail: s.mailAddress(a.OrganizationID)}
		if a.ParentID != 0 {
			v.Parent = &Ref{a.ParentID, names[a.ParentID]}
		}
		if a.CSMID != 0 {
			v.CSM = &Ref{a.CSMID, who[a.CSMID].Name}
		}
		if a.TeamID != 0 {
			v.Team = &Ref{a.TeamID, s.config().teams[a.TeamID]}
		}
		if a.Score.Valid {
			score := float64(a.Score.Int64) / 100
			v.Score = &score
		}
		if share, ok := observed[a.OrganizationID]; ok && a.Score.Valid {
			v.Observed = &share
		}
		out[i] = v
	}
	return out, nil
}

// view shows one account.
func (s *Service) view(ctx context.Context, tx db.Tx, a Account) (AccountView, error) {
	all, err := s.views(ctx, tx, []Account{a})
	if err != nil {
		return AccountView{}, err
	}
	return all[0], nil
}

// date is a day for JSON: null when it is zero.
func date(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.Format(time.DateOnly)
	return &text
}

// readDate reads a day; "" is none.
func readDate(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1900 || t.Year() > 9000 {
		return t, fault.Field(name, text, "a date such as 2026-03-31", "%q is not a date.", text)
	}
	return t, nil
}

// number reads an id out of a parameter.
func number(name, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, fault.Field(name, text, "an id, me or none", "%q is not an id.", text)
	}
	return n, nil
}
