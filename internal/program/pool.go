package program

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// The states of a code.
const (
	codeFree       = "free"
	codeDispatched = "dispatched"
	codeVoid       = "void" // of a membership that was taken back
)

// The verbs of pools. The subject is the pool's blueprint.
const (
	CodesImported  = "pool.imported"   // count
	CodeDispatched = "pool.dispatched" // application_id, grant (or run_id), code_id; still: how many are free, up to the cap
	PoolDry        = "pool.dry"        // application_id, grant: no code was left
	CodeAlert      = "pool.alert"      // code_id, alert: leak (redeemed before it was dispatched) or reuse (redeemed twice)
	PoolLow        = "pool.low"        // fewer codes than are expected to be needed, or members wait: free, expected, days, waiting
	CodeSettled    = "pool.settled"    // code_id: somebody has looked into an alert
)

// maxCodes is how many codes one import takes.
const maxCodes = 100_000

func poolRef(id int64) ledger.Ref { return ledger.Ref{Kind: "pool", ID: id} }

// draw dispatches the first free code of a grant's pool, and records it before anybody sees it. Many can draw at once:
// each code goes to one. Without a free code the grant waits for the next import.
func (s *Service) draw(ctx context.Context, tx db.Tx, by act.Actor, g *Grant) (bool, error) {
	id, code, err := take(ctx, tx, g.PoolID, g.ID, db.Micros(by.Now()))
	dry := errors.Is(err, sql.ErrNoRows)
	if err != nil && !dry {
		return false, err
	}
	g.Code = code
	entry := ledger.Entry{Verb: CodeDispatched, Subject: poolRef(g.PoolID), Data: map[string]any{"application_id": g.ApplicationID, "grant": g.ID, "code_id": id}}
	state, why := GrantGiven, ""
	if dry {
		state, why = GrantPending, "No code is left in the pool."
		entry.Verb, entry.Data = PoolDry, map[string]any{"application_id": g.ApplicationID, "grant": g.ID}
	}
	if _, err := tx.Exec(ctx, `UPDATE application_grant SET state = $1, error = $2, updated = $3 WHERE id = $4`, string(state), why, db.Micros(by.Now()), g.ID); err != nil {
		return false, err
	}
	g.State = state
	_, err = s.Ledger.Append(ctx, tx, by, entry)
	return !dry, err
}

// take dispatches the first free code of a pool; sql.ErrNoRows when none is left. Many can take at once: each code goes
// to one.
func take(ctx context.Context, tx db.Tx, pool int64, grant any, now int64) (id int64, code string, err error) {
	skip := ""
	if tx.Engine() == db.Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	err = tx.QueryRow(ctx, `UPDATE benefit_code SET state = 'dispatched', grant_id = $1, dispatched = $2
		WHERE id = (SELECT id FROM benefit_code WHERE pool_id = $3 AND state = 'free' ORDER BY id LIMIT 1`+skip+`) RETURNING id, code`, grant, now, pool).Scan(&id, &code)
	return id, code, err
}

// DrawFor dispatches the first free code of a pool for a record that is no application, such as a run of a playbook:
// who has it is told by the ledger. It checks no permission: a playbook's text, which was approved, asks for it.
func (s *Service) DrawFor(ctx context.Context, tx db.Tx, by act.Actor, name string, of ledger.Ref) (id int64, code string, err error) {
	pool := PoolInForce{}
	for _, p := range s.Config().Pools {
		if p.Name == name {
			pool = p
		}
	}
	if pool.ID == 0 {
		return 0, "", fault.Missing("pool", name)
	}
	id, code, err = take(ctx, tx, pool.ID, nil, db.Micros(by.Now()))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", fault.New(fault.Invalid, "No code is left in the pool %s. Import some, then try again.", pool.Title)
	}
	if err != nil {
		return 0, "", err
	}
	_, err = s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: CodeDispatched, Subject: poolRef(pool.ID), Data: map[string]any{of.Kind + "_id": of.ID, "code_id": id}})
	return id, code, err
}

// pool is a pool in force by its name, for an actor who may supply codes.
func (s *Service) pool(by act.Actor, name string) (PoolInForce, error) {
	if err := by.Require("supply", "application"); err != nil {
		return PoolInForce{}, err
	}
	for _, p := range s.Config().Pools {
		if p.Name == name {
			return p, nil
		}
	}
	return PoolInForce{}, fault.Missing("pool", name)
}

// ImportCodes adds codes to a pool; members who wait for one get theirs soon after. A code that any pool has already is
// refused with all the others, so that nothing is handed out twice. Whoever may supply codes may.
func (s *Service) ImportCodes(ctx context.Context, tx db.Tx, by act.Actor, name string, codes []string) (int, error) {
	pool, err := s.pool(by, name)
	if err != nil {
		return 0, err
	}
	clean, bad, err := sortCodes(codes)
	if err != nil {
		return 0, err
	}
	if len(bad) > 0 {
		return 0, fault.Field("codes", bad[0].Line, "codes of at most 200 characters without spaces, each once, one a line", "%s", bad[0].Why)
	}
	by = by.Still()
	now := db.Micros(by.Now())
	for start := 0; start < len(clean); start += 1000 {
		some := clean[start:min(start+1000, len(clean))]
		args := make([]any, 0, 3*len(some))
		rows := make([]string, 0, len(some))
		for _, row := range some {
			n := len(args)
			args = append(args, pool.ID, row.code, now)
			rows = append(rows, fmt.Sprintf("($%d, $%d, 'free', $%d, '')", n+1, n+2, n+3))
		}
		added, err := tx.Exec(ctx, `INSERT INTO benefit_code (pool_id, code, state, imported, alert) VALUES `+strings.Join(rows, ",")+` ON CONFLICT (code) DO NOTHING`, args...)
		if err != nil {
			return 0, err
		}
		if int(added) != len(some) {
			return 0, fault.New(fault.Invalid, "%d of the codes between number %d and %d are in a pool already. Nothing was imported, so that no code is handed out twice.", len(some)-int(added), start+1, start+len(some))
		}
	}
	event, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: CodesImported, Subject: poolRef(pool.ID), Data: map[string]any{"count": len(clean)}})
	if err != nil {
		return 0, err
	}
	return len(clean), s.serveSoon(ctx, tx, by.Now(), pool.ID, event)
}
