package program

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/ledger"
)

// checkJob is the kind of job that looks at one proof.
const checkJob = "program.check"

// checkTries is how often a proof that cannot be looked at is tried; then it is unclear and a colleague looks.
const checkTries = 6

// checkBackoff waits 5 s, 20 s, 80 s and so on: a server that is down for some minutes decides nothing.
func checkBackoff(attempt int) time.Duration { return 5 * time.Second << (2 * min(attempt-1, 5)) }

// CheckState says what became of a proof.
type CheckState string

// The states of a proof.
const (
	Running   CheckState = "running"   // an adapter looks at it
	Waiting   CheckState = "waiting"   // for the applicant
	Elsewhere CheckState = "elsewhere" // another system answers later
	Passed    CheckState = "passed"
	Failed    CheckState = "failed"
	Unclear   CheckState = "unclear" // a colleague looks at it
)

// Done reports whether nothing more comes by itself.
func (c CheckState) Done() bool { return c == Passed || c == Failed || c == Unclear }

// Evidence is what an adapter saw.
type Evidence struct {
	Figures map[string]any `json:"figures,omitempty"` // plain values that conditions read
	Seen    []Seen         `json:"seen,omitempty"`
	Address string         `json:"address,omitempty"` // of the mail that was to be confirmed
	FileIDs []int64        `json:"file_ids,omitempty"`
}

// Seen is one line of evidence.
type Seen struct {
	What string `json:"what"`
	Good bool   `json:"good"`
	URL  string `json:"url,omitempty"`
}

// CheckRun is one try of a proof.
type CheckRun struct {
	ID            int64
	ApplicationID int64
	Name          string
	Kind          string
	State         CheckState
	Key           string // by which the world outside knows it
	Say           string // the reason, for the applicant
	Evidence      Evidence
	Begun         time.Time
	Ended         time.Time // zero until done
	DecidedBy     int64     // the colleague who looked; 0 for the adapter
}

const checkColumns = `id, application_id, name, kind, state, key, say, evidence, begun, ended, decided_by`

func scanCheck(row db.Scanner) (c CheckRun, err error) {
	var begun int64
	var ended, by sql.NullInt64
	var evidence string
	if err = row.Scan(&c.ID, &c.ApplicationID, &c.Name, &c.Kind, &c.State, &c.Key, &c.Say, &evidence, &begun, &ended, &by); err != nil {
		return c, err
	}
	c.Begun, c.Ended, c.DecidedBy = db.Time(begun), db.NullTime(ended), by.Int64
	return c, json.Unmarshal([]byte(evidence), &c.Evidence)
}

// maxRuns is how many tries of one application are kept in sight.
const maxRuns = 200

// checks are the tries of an application's proofs, the oldest first.
func (s *Service) checks(ctx context.Context, tx db.Tx, id int64) ([]CheckRun, error) {
	rows, err := tx.Query(ctx, `SELECT `+checkColumns+` FROM application_check WHERE application_id = $1 ORDER BY id LIMIT $2`, id, maxRuns)
	return db.Collect(rows, err, scanCheck)
}

func (s *Service) checkBy(ctx context.Context, tx db.Tx, column string, value any) (CheckRun, bool, error) {
	c, err := scanCheck(tx.QueryRow(ctx, `SELECT `+checkColumns+` FROM application_check WHERE `+column+` = $1`, value))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

// begin starts a try of a proof: what calls nobody is looked at at once, so that the decision waits for no job; a job looks
// at everything else outside of any transaction.
func (s *Service) begin(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, c Check) error {
	run := CheckRun{ApplicationID: a.ID, Name: c.Name, Kind: c.Kind, State: Running, Key: newKey(), Begun: by.Now()}
	var f Finding
	adapter := adapters[c.Kind]
	_, atOnce := adapter.(interface{ instant() })
	if atOnce {
		var err error
		if f, err = adapter.Look(ctx, s, Case{Program: p, Application: a, Check: c, Run: run}); err != nil {
			atOnce = false // it is tried again
		} else {
			run.found(f, by.Now(), 0)
		}
	}
	if err := s.put(ctx, tx, &run); err != nil {
		return err
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: CheckBegun, Subject: a.Ref(), Data: map[string]any{"check": run.Name, "kind": run.Kind, "try": run.ID}})
	if err != nil {
		return err
	}
	if atOnce {
		next := s.system(act.Rule)
		next.Clock = by.Clock
		return s.ended(ctx, tx, next.Because(act.Cause{Event: event, Blueprint: p.ID, Version: p.Version}), p, a, run, f)
	}
	return s.Jobs.Enqueue(ctx, tx, by.Now(), job.Spec{Kind: checkJob, Key: fmt.Sprint(run.ID), Subject: a.Ref(), Due: by.Now()})
}

// newKey is a name that nobody guesses.
func newKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails; it stops the program when there is no randomness
	return base64.RawURLEncoding.EncodeToString(b)
}

// onCheck lets an adapter look at a proof, and goes on with what it says.
func (s *Service) onCheck(ctx context.Context, j job.Job) (job.Finish, error) {
	var in Case
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		in, err = s.caseOf(ctx, tx, j)
		return err
	})
	if err != nil || in.Run.State != Running {
		return nil, err // an earlier run has done it
	}
	adapter := adapters[in.Check.Kind]
	found, err := adapter.Look(ctx, s, in)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err != nil && j.Attempts < checkTries {
		return nil, errors.New(trouble(err)) // as plain words: what is not there now counts as a try
	}
	if err != nil {
		found = Finding{State: Unclear, Say: "It could not be checked automatically, so a colleague looks at it.", Evidence: Evidence{Seen: []Seen{{What: trouble(err)}}}}
	}
	return func(ctx context.Context, tx db.Tx) error {
		a, err := s.load(ctx, tx, in.Application.ID)
		if err != nil {
			return err
		}
		run, ok, err := s.checkBy(ctx, tx, "id", in.Run.ID)
		if err != nil || !ok || run.State != Running {
			return err
		}
		return s.found(ctx, tx, s.system(act.Rule), a, run, found, 0)
	}, nil
}

// caseOf is what an adapter looks at.
func (s *Service) caseOf(ctx context.Context, tx db.Tx, j job.Job) (in Case, err error) {
	var id int64
	if _, err := fmt.Sscan(j.Key, &id); err != nil {
		return in, err
	}
	run, ok, err := s.checkBy(ctx, tx, "id", id)
	if err != nil || !ok || run.State != Running {
		return in, err
	}
	in.Run = run
	if in.Application, err = s.load(ctx, tx, run.ApplicationID); err != nil {
		return in, err
	}
	if in.Program, err = s.of(ctx, tx, in.Application); err != nil {
		return in, err
	}
	in.Check, _ = in.Program.check(run.Name)
	in.Check.Kind = run.Kind
	return in, nil
}

// found notes what became of a try. decided is the colleague who looked, 0 for an adapter.
func (run *CheckRun) found(f Finding, now time.Time, decided int64) {
	run.State, run.Say, run.Evidence, run.DecidedBy = f.State, f.Say, f.Evidence, decided
	if f.State.Done() {
		run.Ended = now
	}
}

// found stores what became of a try and goes on with the application. decided is the colleague who looked, 0 for
// an adapter. A try that is done already stays as it is.
func (s *Service) found(ctx context.Context, tx db.Tx, by act.Actor, a *Application, run CheckRun, f Finding, decided int64) error {
	was := run.State
	run.found(f, by.Now(), decided)
	evidence, err := json.Marshal(run.Evidence)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE application_check SET state = $1, say = $2, evidence = $3, ended = $4, decided_by = $5 WHERE id = $6 AND state = $7`,
		string(run.State), run.Say, string(evidence), db.NullMicros(run.Ended), db.NullID(decided), run.ID, string(was))
	if err != nil || n == 0 {
		return err
	}
	p, err := s.of(ctx, tx, a)
	if err != nil {
		return err
	}
	return s.ended(ctx, tx, by, p, a, run, f)
}

// ended tells what became of a try and goes on with the application.
func (s *Service) ended(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, run CheckRun, f Finding) error {
	data := map[string]any{"check": run.Name, "kind": run.Kind, "try": run.ID, "state": f.State, "found": f.Evidence.Figures, "automatic": run.DecidedBy == 0}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: CheckEnded, Subject: a.Ref(), Data: data})
	if err != nil {
		return err
	}
	if f.Mail != nil {
		if err := f.Mail(ctx, tx, by, p, a, run); err != nil {
			return err
		}
	}
	if f.Later > 0 {
		if err := s.expect(ctx, tx, by, a, run, f.Later); err != nil {
			return err
		}
	}
	next := s.system(act.Rule)
	next.Clock = by.Clock
	return s.advance(ctx, tx, next.Because(act.Cause{Event: event, Blueprint: p.ID, Version: p.Version}), p, a)
}

// advance does what an application under verification needs next.
func (s *Service) advance(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	if a.State != Verifying {
		return nil
	}
	runs, err := s.checks(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	vars, err := s.vars(ctx, tx, p, a, runs)
	if err != nil {
		return err
	}
	next := judge(p.applicable(vars), newest(runs), p.Spec.Verify.Enough == "all")
	switch {
	case next.run != nil && len(runs) < maxRuns:
		return s.begin(ctx, tx, by, p, a, *next.run)
	case next.await:
		return s.awaitProof(ctx, tx, by, p, a)
	case next.machine:
		return s.resume(ctx, tx, by, p, a)
	}
	if err := s.resume(ctx, tx, by, p, a); err != nil {
		return err
	}
	return s.rule(ctx, tx, by, p, a, runs, vars)
}

// awaitProof stops the clock while a proof is awaited from the applicant, and tells them once.
func (s *Service) awaitProof(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	if a.RunningSince.IsZero() {
		return nil // it waits already
	}
	now := by.Now()
	a.rest(p, now)
	a.Due, a.Updated = a.nextDue(p, now), now
	if err := s.letter(ctx, tx, by, p, a, LetterProof, ""); err != nil {
		return err
	}
	if err := s.update(ctx, tx, a); err != nil {
		return err
	}
	return s.settle(ctx, tx, now, a, 0)
}

// resume lets the clock run again once no proof is awaited from the applicant.
func (s *Service) resume(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application) error {
	if !a.RunningSince.IsZero() {
		return nil
	}
	now := by.Now()
	a.turn(p, now)
	a.Due, a.Updated = a.nextDue(p, now), now
	if err := s.update(ctx, tx, a); err != nil {
		return err
	}
	return s.settle(ctx, tx, now, a, 0)
}

// record adds a try of a proof that no adapter looks at: it waits for what somebody sends or says.
func (s *Service) record(ctx context.Context, tx db.Tx, by act.Actor, a *Application, c Check) (CheckRun, error) {
	run := CheckRun{ApplicationID: a.ID, Name: c.Name, Kind: c.Kind, State: Waiting, Key: newKey(), Begun: by.Now()}
	return run, s.put(ctx, tx, &run)
}

// put stores a new try.
func (s *Service) put(ctx context.Context, tx db.Tx, run *CheckRun) error {
	evidence, err := json.Marshal(run.Evidence)
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `INSERT INTO application_check (application_id, name, kind, state, key, say, evidence, begun, ended) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		run.ApplicationID, run.Name, run.Kind, string(run.State), run.Key, run.Say, string(evidence), db.Micros(run.Begun), db.NullMicros(run.Ended)).Scan(&run.ID)
}
