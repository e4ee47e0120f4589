package program

import (
	"context"
	"fmt"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
)

// GrantState says where a benefit stands.
type GrantState string

// The states of a grant.
const (
	GrantPending GrantState = "pending" // on its way: no code is left, or another system has not answered
	GrantGiven   GrantState = "given"
	GrantManual  GrantState = "manual" // a colleague sends a quote
	GrantTaken   GrantState = "taken"  // taken back
)

// Grant is a benefit of a member.
type Grant struct {
	ID            int64
	ApplicationID int64
	Name          string
	Kind          string
	State         GrantState
	PoolID        int64
	Wanted        GrantState // what another system shall be told: given or taken
	Error         string     // why it is not there yet, for colleagues
	Code          string     // of a code, "" for none yet
}

// grants are the benefits of an application, in the order in which they were granted.
func (s *Service) grants(ctx context.Context, tx db.Tx, id int64) ([]Grant, error) {
	rows, err := tx.Query(ctx, `SELECT g.id, g.application_id, g.name, g.kind, g.state, COALESCE(g.pool_id, 0), g.wanted, g.error, COALESCE(c.code, '') FROM application_grant g LEFT JOIN benefit_code c ON c.grant_id = g.id
		WHERE g.application_id = $1 ORDER BY g.id LIMIT 50`, id)
	return db.Collect(rows, err, scanGrant)
}

func scanGrant(r db.Scanner) (g Grant, err error) {
	return g, r.Scan(&g.ID, &g.ApplicationID, &g.Name, &g.Kind, &g.State, &g.PoolID, &g.Wanted, &g.Error, &g.Code)
}

// Claim makes an approved applicant a member: the agreement is accepted in the version they saw, codes are dispatched
// and recorded before anybody sees them, other systems are told. agreed is the version of the agreement, 0 without one.
// Whoever holds the application's link may.
func (s *Service) Claim(ctx context.Context, tx db.Tx, a *Application, agreed int) error {
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	if _, err := Next(a.State, Claim); err != nil {
		return err
	}
	if p.AgreementID != 0 && agreed != p.agreement.Version {
		text := "Accept the agreement first."
		if agreed != 0 {
			text = "The agreement was changed meanwhile. Please read it again and accept it."
		}
		return fault.Field("agreement", agreed, "the version that is shown", "%s", text)
	}
	by := s.applicant(a).Still()
	now := by.Now()
	from := now
	if err := s.renews(ctx, tx, a); err != nil { // a membership may have been restored meanwhile
		return err
	}
	var old *Application
	if a.RenewalOf != 0 {
		if old, err = s.load(ctx, tx, a.RenewalOf); err != nil {
			return err
		}
		if old.State.Member() && old.TermUntil.After(now) {
			from = old.TermUntil // nothing of the old term is lost
		}
	}
	until := time.Time{}
	if p.Spec.Life.Months > 0 {
		until = from.AddDate(0, p.Spec.Life.Months, 0)
	}
	names, err := s.grant(ctx, tx, by, p, a)
	if err != nil {
		return err
	}
	data := map[string]any{"term_from": db.Micros(from), "benefits": names, "automatic": true}
	if !until.IsZero() {
		data["term_until"] = db.Micros(until)
	}
	if p.AgreementID != 0 {
		data["agreement_id"], data["agreement_version"] = p.AgreementID, agreed
	}
	if n, ok := s.seats(p, a); ok {
		data["seats"] = n
	}
	event, err := s.step(ctx, tx, by, p, a, Claim, data, func() {
		a.TermFrom, a.TermUntil = from, until
		if p.AgreementID != 0 {
			a.Life.Agreed = &Agreed{p.AgreementID, agreed, now}
		}
	})
	if err != nil || old == nil {
		return err
	}
	if _, fits := Next(old.State, Renew); fits != nil {
		return nil
	}
	before, err := s.of(ctx, tx, old)
	if err != nil {
		return err
	}
	if _, err = s.step(ctx, tx, by.Because(act.Cause{Event: event}), before, old, Renew, map[string]any{"by": a.ID}, func() { old.Life.RenewedBy = a.ID }); err != nil {
		return err
	}
	return s.handOver(ctx, tx, now, old)
}

// handOver takes back, at the end of its term, what other systems were told of a membership that another one goes on from:
// that one was given its own.
func (s *Service) handOver(ctx context.Context, tx db.Tx, now time.Time, old *Application) error {
	list, err := s.grants(ctx, tx, old.ID)
	if err != nil {
		return err
	}
	due := now
	if old.TermUntil.After(now) {
		due = old.TermUntil
	}
	for _, g := range list {
		if g.Kind != "http" || g.Wanted != GrantGiven {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE application_grant SET wanted = $1, updated = $2 WHERE id = $3`, string(GrantTaken), db.Micros(now), g.ID); err != nil {
			return err
		}
		if err := s.provisionSoon(ctx, tx, now, g.ID, due); err != nil {
			return err
		}
	}
	return nil
}

// entitled are the benefits of a program that an application is for: their condition holds.
func (s *Service) entitled(ctx context.Context, tx db.Tx, p *Program, a *Application) (out []Benefit, err error) {
	if !slices.ContainsFunc(p.Spec.Benefits, func(b Benefit) bool { return b.When != "" }) {
		return p.Spec.Benefits, nil
	}
	runs, err := s.checks(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	vars, err := s.vars(ctx, tx, p, a, runs)
	if err != nil {
		return nil, err
	}
	for i, b := range p.Spec.Benefits {
		if when := p.rules(fmt.Sprintf("benefits[%d].when", i)); when != nil {
			if holds, err := when.Eval(vars); err != nil || !holds {
				continue
			}
		}
		out = append(out, b)
	}
	return out, nil
}

// grant makes the benefits of a new member.
func (s *Service) grant(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) (names []string, err error) {
	now := by.Now()
	benefits, err := s.entitled(ctx, tx, p, a)
	if err != nil {
		return nil, err
	}
	var seats any
	if n, ok := s.seats(p, a); ok {
		seats = n
	}
	for _, b := range benefits {
		g := Grant{ApplicationID: a.ID, Name: b.Name, Kind: b.Kind, State: GrantPending, Wanted: GrantGiven, PoolID: p.pools[b.Pool]}
		switch {
		case b.Kind == "text":
			g.State = GrantGiven
		case b.Kind == "code" && a.Life.AddOn:
			g.State = GrantManual
		}
		err := tx.QueryRow(ctx, `INSERT INTO application_grant (application_id, name, kind, state, pool_id, wanted, error, seats, created, updated) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $8) RETURNING id`,
			g.ApplicationID, g.Name, g.Kind, string(g.State), db.NullID(g.PoolID), string(g.Wanted), seats, db.Micros(now)).Scan(&g.ID)
		if err != nil {
			return nil, err
		}
		names = append(names, b.Name)
		switch {
		case b.Kind == "code" && g.State == GrantPending:
			_, err = s.draw(ctx, tx, by, &g)
		case g.State == GrantManual:
			err = s.quoteWork(ctx, tx, by, a)
		case b.Kind == "http":
			err = s.provisionSoon(ctx, tx, now, g.ID, now)
		}
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// provisionJob is the kind of job that brings another system in line with a grant.
const provisionJob = "program.provision"

// reconcileEvery is how often another system is asked whether what was granted is still there.
const reconcileEvery = 7 * 24 * time.Hour

func (s *Service) provisionSoon(ctx context.Context, tx db.Tx, now time.Time, grant int64, due time.Time) error {
	return s.Jobs.Set(ctx, tx, now, job.Spec{Kind: provisionJob, Key: fmt.Sprint(grant), Due: due})
}

// want changes what a member shall have: given or taken. Codes of a pool are void while they are taken back.
func (s *Service) want(ctx context.Context, tx db.Tx, now time.Time, a *Application, wanted GrantState) error {
	list, err := s.grants(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for _, g := range list {
		state := wanted
		if g.Kind == "http" || g.Kind == "code" && g.Code == "" && wanted == GrantGiven {
			state = GrantPending
		}
		if g.State == GrantManual {
			state = GrantManual
		}
		if _, err := tx.Exec(ctx, `UPDATE application_grant SET state = $1, wanted = $2, updated = $3 WHERE id = $4`, string(state), string(wanted), db.Micros(now), g.ID); err != nil {
			return err
		}
		switch g.Kind {
		case "http":
			err = s.provisionSoon(ctx, tx, now, g.ID, now)
		case "code":
			code := map[GrantState]string{GrantGiven: codeDispatched, GrantTaken: codeVoid}[wanted]
			_, err = tx.Exec(ctx, `UPDATE benefit_code SET state = $1 WHERE grant_id = $2`, code, g.ID)
			if err == nil && state == GrantPending { // it had none yet
				err = s.serveSoon(ctx, tx, now, g.PoolID, 0)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
