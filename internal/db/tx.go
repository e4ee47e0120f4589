package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
)

// Tx is a transaction (or, in Read, a connection) that SQL runs on.
type Tx interface {
	// Exec runs a statement and returns how many rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query runs a query; close the rows.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// QueryRow runs a query for one row.
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	// Engine says which engine runs it, for the few statements that differ.
	Engine() Engine
	// Value returns what make made for key in this transaction, making it on first use.
	Value(key any, make func() any) any
	// BeforeCommit runs fn once at the end of the transaction, inside it, in order of registration.
	BeforeCommit(fn func(ctx context.Context) error)
	// AfterCommit runs fn once the transaction is durable. It must be quick and cannot fail.
	AfterCommit(fn func())
}

type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

type transaction struct {
	engine   Engine
	q        queryer
	readOnly bool
	values   map[any]any
	before   []func(ctx context.Context) error
	after    []func()
}

var _ Tx = (*transaction)(nil)

func (t *transaction) Engine() Engine { return t.engine }

func (t *transaction) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if t.readOnly {
		return 0, errors.New("db: a change was tried inside Read")
	}
	r, err := t.q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (t *transaction) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.q.QueryContext(ctx, query, args...)
}

func (t *transaction) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.q.QueryRowContext(ctx, query, args...)
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
	}()
	if err := fn(ctx, t); err != nil {
		return err
	}
	for i := 0; i < len(t.before); i++ { // hooks may add hooks
		if err := t.before[i](ctx); err != nil {
			return err
		}
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
