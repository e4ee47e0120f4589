package db

import (
	"context"
	"database/sql"
	"strings"
	"sync"
)

// stmtConn is one SQLite connection that keeps its prepared statements: preparing costs
// several times what running a point query does.
type stmtConn struct {
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
	steady bool // statements are planned once, whatever their LIMIT
}

// maxStmts bounds the statements kept; a builder can make many. Past it all are dropped.
const maxStmts = 500

func newStmtConn(c *sql.Conn) *stmtConn {
	return &stmtConn{conn: c, stmts: map[string]*sql.Stmt{}}
}

// steady keeps SQLite from planning a statement anew at each run: it looks at the value of a
// parameter right behind LIMIT, and prepares the statement again whenever one is bound. That took
// a tenth of the writer's time. A sign in front keeps it from looking.
func steady(query string) string { return strings.ReplaceAll(query, "LIMIT $", "LIMIT +$") }

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
	text := query
	if c.steady {
		text = steady(query)
	}
	s, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// exec runs statements one after another: inside one process a round trip costs nothing.
func (c *stmtConn) exec(ctx context.Context, all []statement) (changed int64, err error) {
	for _, one := range all {
		s, err := c.stmt(ctx, one.query)
		if err == nil {
			var r sql.Result
			if r, err = s.ExecContext(ctx, one.args...); err == nil {
				changed, err = r.RowsAffected()
			}
		}
		if err = one.did(changed, err); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

func (c *stmtConn) query(ctx context.Context, waited []statement, query string, args []any) (result, error) {
	if _, err := c.exec(ctx, waited); err != nil {
		return nil, err
	}
	s, err := c.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// run runs a statement of the connection's own.
func (c *stmtConn) run(ctx context.Context, query string) error {
	_, err := c.exec(ctx, []statement{{query: query}})
	return err
}

func (c *stmtConn) begin(ctx context.Context) error { return c.run(ctx, `BEGIN IMMEDIATE`) }

func (c *stmtConn) commit(ctx context.Context) error { return c.run(ctx, `COMMIT`) }

// rollback ends whatever transaction is open; having none is fine.
func (c *stmtConn) rollback(ctx context.Context) { _ = c.run(ctx, `ROLLBACK`) }

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
		if err := c.run(ctx, `BEGIN`); err != nil {
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
