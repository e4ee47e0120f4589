package db

import (
	"context"
	"database/sql"
	"sync"
)

// stmtConn is one SQLite connection that keeps its prepared statements: preparing costs
// several times what running a point query does.
type stmtConn struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// maxStmts bounds the statements kept; a builder can make many. Past it all are dropped.
const maxStmts = 500

func newStmtConn(c *sql.Conn) *stmtConn {
	return &stmtConn{conn: c, stmts: map[string]*sql.Stmt{}}
}

func (c *stmtConn) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	if len(c.stmts) >= maxStmts {
		for q, s := range c.stmts {
			s.Close()
			delete(c.stmts, q)
		}
	}
	s, err := c.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

func (c *stmtConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (c *stmtConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (c *stmtConn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := c.stmt(ctx, query)
	if err != nil {
		return c.conn.QueryRowContext(ctx, query, args...) // carries the same error to Scan
	}
	return s.QueryRowContext(ctx, args...)
}

func (c *stmtConn) begin(ctx context.Context) error {
	_, err := c.ExecContext(ctx, `BEGIN IMMEDIATE`)
	return err
}

func (c *stmtConn) commit(ctx context.Context) error {
	_, err := c.ExecContext(ctx, `COMMIT`)
	return err
}

// rollback ends whatever transaction is open; having none is fine.
func (c *stmtConn) rollback(ctx context.Context) {
	_, _ = c.ExecContext(ctx, `ROLLBACK`)
}

func (c *stmtConn) close() error {
	for _, s := range c.stmts {
		s.Close()
	}
	return c.conn.Close()
}

// connPool lends SQLite connections for reading.
type connPool struct {
	db     *sql.DB
	engine Engine
	idle   chan *stmtConn
	slots  chan struct{}
	once   sync.Once
	closed chan struct{}
}

func newConnPool(db *sql.DB, e Engine, n int) *connPool {
	return &connPool{db: db, engine: e, idle: make(chan *stmtConn, n), slots: make(chan struct{}, n), closed: make(chan struct{})}
}

func (p *connPool) read(ctx context.Context, snapshot bool, fn Func) error {
	select {
	case <-p.closed:
		return closing()
	default:
	}
	select {
	case <-p.closed:
		return closing()
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var c *stmtConn
	select {
	case c = <-p.idle:
	default:
		raw, err := p.db.Conn(ctx)
		if err != nil {
			return err
		}
		c = newStmtConn(raw)
	}
	// A statement interrupted by its context leaves the connection usable, so it goes back either way.
	defer func() { p.idle <- c }()
	if snapshot {
		if _, err := c.ExecContext(ctx, `BEGIN`); err != nil {
			return err
		}
		defer c.rollback(context.WithoutCancel(ctx))
	}
	t := &transaction{engine: p.engine, q: c, readOnly: true}
	return t.run(ctx, fn)
}

// stop waits for reads under way and closes every connection.
func (p *connPool) stop() error {
	p.once.Do(func() {
		close(p.closed)
		for range cap(p.slots) {
			p.slots <- struct{}{}
		}
		for {
			select {
			case c := <-p.idle:
				c.close()
			default:
				return
			}
		}
	})
	return nil
}
