package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"steward/internal/fault"
)

// Tx is a transaction (or, in Read, a connection) that SQL runs on. After a statement of a
// change has failed the transaction is lost: no other runs, and Write fails.
type Tx interface {
	// Exec runs a statement and returns how many rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query runs a query; close the rows before the next statement.
	Query(ctx context.Context, query string, args ...any) (*Rows, error)
	// QueryRow runs a query for one row.
	QueryRow(ctx context.Context, query string, args ...any) *Row
	// Later runs a statement whose outcome nobody waits for. On PostgreSQL it travels with
	// the next statement or the commit, which saves a round trip; on SQLite it runs at once.
	// An error fails the transaction; failed, which may be nil, hears of it.
	Later(ctx context.Context, failed func(err error), query string, args ...any) error
	// Must is Later for a statement that has to change a row: when it changes none, the
	// transaction fails with none, here or at a later statement.
	Must(ctx context.Context, none error, query string, args ...any) error
	// Engine says which engine runs it, for the few statements that differ.
	Engine() Engine
	// Value returns what make made for key in this transaction, making it on first use.
	Value(key any, make func() any) any
	// BeforeCommit runs fn once at the end of the transaction, inside it, in order of registration.
	BeforeCommit(fn func(ctx context.Context) error)
	// AfterCommit runs fn once the transaction is durable. It must be quick and cannot fail.
	AfterCommit(fn func())
}

// queryer is a connection. A transaction gives it what waits together with the next statement.
type queryer interface {
	// exec runs statements in order, in one round trip where the engine can; the first that fails
	// keeps those behind it from running. It returns how many rows the last one changed.
	exec(ctx context.Context, all []statement) (changed int64, err error)
	// query runs a query behind statements that waited.
	query(ctx context.Context, waited []statement, query string, args []any) (result, error)
}

type transaction struct {
	engine   Engine
	q        queryer
	readOnly bool
	failed   error // the first statement that failed; nothing after it counts
	open     *Rows // the newest result, until it is closed
	values   map[any]any
	before   []func(ctx context.Context) error
	after    []func()
	waiting  []statement // told to Later and not sent yet
	batches  bool        // whether several statements in one round trip are worth anything
}

// statement is one that waits to be sent.
type statement struct {
	query  string
	args   []any
	failed func(err error)
	none   error // what it means when no row was changed; nil for nothing
}

// did tells how the statement went.
func (s statement) did(changed int64, err error) error {
	if err != nil && s.failed != nil {
		s.failed(err)
	}
	if err == nil && changed == 0 {
		err = s.none
	}
	return err
}

var _ Tx = (*transaction)(nil)

func (t *transaction) Engine() Engine { return t.engine }

// errOpenRows is a programming error: a connection does one thing at a time.
var errOpenRows = errors.New("db: rows of an earlier query are still open; close them first")

// ready says why no statement can run now. Both engines behave alike: PostgreSQL gives a
// transaction up at its first failing statement and cannot run one beside open rows; SQLite
// would go on, and do half of the work.
func (t *transaction) ready(args []any) error {
	if t.failed != nil {
		return fmt.Errorf("db: an earlier statement of this transaction failed: %w", t.failed)
	}
	if t.rowsOpen() {
		return errOpenRows
	}
	return storable(args)
}

// storable refuses text that PostgreSQL cannot hold (a NUL, bytes that are no UTF-8), on both
// engines alike: otherwise what one installation takes could not be moved to another.
func storable(args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			return fault.New(fault.Invalid, "A text holds a NUL character or bytes that are not UTF-8, so it cannot be taken. Remove them and try again.")
		}
	}
	return nil
}

// PlanAnew marks the parameters of a query that PostgreSQL must plan for these very values
// each time: a plan for any word is a bad one for a common word.
func PlanAnew(tx Tx, args []any) []any {
	if tx.Engine() == Postgres {
		return append([]any{pgx.QueryExecModeExec}, args...)
	}
	return args
}

func (t *transaction) rowsOpen() bool { return t.open != nil && !t.open.closed }

// note remembers that a statement of a change failed.
func (t *transaction) note(err error) error {
	if err != nil && t.failed == nil && !t.readOnly {
		t.failed = err
	}
	return err
}

func (t *transaction) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if t.readOnly {
		return 0, errChange
	}
	if err := t.ready(args); err != nil {
		return 0, err
	}
	return t.sendWaiting(ctx, statement{query: query, args: args})
}

var errChange = errors.New("db: a change was tried inside Read")

func (t *transaction) Later(ctx context.Context, failed func(err error), query string, args ...any) error {
	return t.later(ctx, statement{query: query, args: args, failed: failed})
}

func (t *transaction) Must(ctx context.Context, none error, query string, args ...any) error {
	return t.later(ctx, statement{query: query, args: args, none: none})
}

func (t *transaction) later(ctx context.Context, s statement) error {
	switch {
	case t.readOnly:
		return errChange
	case t.failed != nil:
		return t.ready(nil)
	}
	if !t.batches {
		if err := t.ready(s.args); err != nil {
			return err
		}
		_, err := t.sendWaiting(ctx, s)
		return err
	}
	if err := storable(s.args); err != nil {
		return err
	}
	t.waiting = append(t.waiting, s)
	return nil
}

// sendWaiting sends what waits, with more behind it, in one round trip. It returns how many
// rows the last one changed.
func (t *transaction) sendWaiting(ctx context.Context, more ...statement) (changed int64, err error) {
	all := append(t.waiting, more...)
	t.waiting = nil
	if len(all) == 0 {
		return 0, nil
	}
	changed, err = t.q.exec(ctx, all)
	return changed, t.note(err)
}

func (t *transaction) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	if err := t.ready(args); err != nil {
		return nil, err
	}
	waited := t.waiting
	t.waiting = nil
	r, err := t.q.query(ctx, waited, query, args)
	if t.note(err) != nil {
		return nil, err
	}
	t.open = &Rows{result: r}
	return t.open, nil
}

func (t *transaction) QueryRow(ctx context.Context, query string, args ...any) *Row {
	rows, err := t.Query(ctx, query, args...)
	return &Row{rows, err}
}

func (t *transaction) Value(key any, make func() any) any {
	if v, ok := t.values[key]; ok {
		return v
	}
	if t.values == nil {
		t.values = map[any]any{}
	}
	v := make()
	t.values[key] = v
	return v
}

func (t *transaction) BeforeCommit(fn func(ctx context.Context) error) {
	t.before = append(t.before, fn)
}
func (t *transaction) AfterCommit(fn func()) { t.after = append(t.after, fn) }

// run calls fn and then the BeforeCommit hooks, turning a panic into an error so that one
// bad request cannot take others' work with it.
func (t *transaction) run(ctx context.Context, fn Func) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
		if t.rowsOpen() {
			t.open.Close() // or the connection stays at this moment, or hangs
			if err == nil {
				err = errOpenRows
			}
		}
	}()
	if err := fn(ctx, t); err != nil {
		return err
	}
	for i := 0; i < len(t.before); i++ { // hooks may add hooks
		if err := t.before[i](ctx); err != nil {
			return err
		}
	}
	if t.failed != nil {
		return fmt.Errorf("db: a failed statement was overlooked: %w", t.failed)
	}
	return nil
}

func (t *transaction) committed() {
	for _, fn := range t.after {
		fn()
	}
}

// inside marks ctx so that using the pool within the transaction fails instead of waiting forever.
func inside(ctx context.Context) context.Context {
	return context.WithValue(context.WithoutCancel(ctx), insideKey{}, true)
}
