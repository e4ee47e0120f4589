package db

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"steward/internal/fault"
)

// Engine names a database engine.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options says which database to open: exactly one of Dir and URL.
type Options struct {
	Dir string // folder of an embedded database; created when missing
	URL string // postgres://… connection string

	Own bool // take sole ownership of Dir (serve); fails when another process has it

	Schema     int64 // stop at this version of the schema, to fill it from an older backup; 0 means the newest, AsItIs leaves it
	Migrations fs.FS // nil means this program's own; tests add some

	Readers  int           // connections for reading; 0 means 8
	Writers  int           // PostgreSQL: concurrent transactions; 0 means 16
	Queue    int           // writes that may wait; 0 means 2048. One more answers Unavailable.
	Batch    int           // SQLite: most writes in one commit; 0 means 256
	BatchFor time.Duration // SQLite: longest time a batch collects; 0 means 20 ms
}

// AsItIs opens a database without bringing its schema up to date: to look at it.
const AsItIs = -1

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine  Engine
	dir     string
	url     string
	writer  writer
	readers reader
	pool    *sql.DB       // migrations, NOTIFY; for SQLite the writing pool
	conns   *pgxpool.Pool // PostgreSQL's connections, which pool lends too; nil on SQLite
	signal  *signal
	close   []func() error
	once    sync.Once

	watch    Watch
	counters counters

	migrations fs.FS
	known      int64 // the newest version of the schema that this program knows
}

// writer runs changes; reader lends connections for queries.
type writer interface {
	write(ctx context.Context, fn Func) error
}
type reader interface {
	read(ctx context.Context, snapshot bool, fn Func) error
}

// Func is work inside a transaction. ctx is for the database calls made inside.
type Func func(ctx context.Context, tx Tx) error

// Open opens the database and brings its schema up to date.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Readers == 0 {
		o.Readers = 8
	}
	if o.Writers == 0 {
		o.Writers = 16
	}
	if o.Queue == 0 {
		o.Queue = 2048
	}
	if o.Batch == 0 {
		o.Batch = 256
	}
	if o.BatchFor == 0 {
		o.BatchFor = 20 * time.Millisecond
	}
	var d *DB
	var err error
	switch {
	case o.Dir != "" && o.URL != "":
		return nil, fault.New(fault.Invalid, "Give either --data or --database, not both.")
	case o.Dir != "":
		d, err = openSQLite(ctx, o)
	case o.URL != "":
		d, err = openPostgres(ctx, o)
	default:
		return nil, fault.New(fault.Invalid, "Say which database: --data DIR or --database URL.")
	}
	if err != nil {
		return nil, err
	}
	d.migrations = o.Migrations
	if err := d.migrate(ctx, o.Schema); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Exists reports whether Dir already holds an embedded database.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, fileName))
	return err == nil
}

// Engine says which engine this is.
func (d *DB) Engine() Engine { return d.engine }

// Dir is the folder of an embedded database, "" on PostgreSQL.
func (d *DB) Dir() string { return d.dir }

type insideKey struct{}

// Write runs fn in a transaction and returns once it is durable. fn may run twice, so it
// does no I/O. ctx is looked at before queueing only: work that has begun is finished,
// because on SQLite others share its commit. A full queue answers Unavailable.
func (d *DB) Write(ctx context.Context, fn Func) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	if d.watch == nil {
		return explain(d.writer.write(ctx, fn))
	}
	ctx, done := d.watch(ctx, "db.write")
	err := explain(d.writer.write(ctx, fn))
	done(err)
	return err
}

// Read runs fn on committed data. On PostgreSQL each statement sees its own moment; use
// Snapshot where several must agree. Changing data inside fails.
func (d *DB) Read(ctx context.Context, fn Func) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	return explain(d.readers.read(context.WithValue(ctx, insideKey{}, true), false, fn))
}

// Snapshot is Read with every statement seeing the same moment.
func (d *DB) Snapshot(ctx context.Context, fn Func) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	return explain(d.readers.read(context.WithValue(ctx, insideKey{}, true), true, fn))
}

// errNested is a programming error: the pool was used from inside a transaction.
var errNested = errors.New("db: the database was called inside a transaction; pass the tx on instead")

func (d *DB) enter(ctx context.Context) error {
	if ctx.Value(insideKey{}) != nil {
		return errNested
	}
	return ctx.Err()
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	return d.Read(ctx, func(ctx context.Context, tx Tx) error {
		var one int
		return tx.QueryRow(ctx, `SELECT 1`).Scan(&one)
	})
}

// Close waits for writes in flight and closes every connection.
func (d *DB) Close() error {
	var errs []error
	d.once.Do(func() {
		for i := len(d.close) - 1; i >= 0; i-- {
			if err := d.close[i](); err != nil && !errors.Is(err, io.EOF) {
				errs = append(errs, err)
			}
		}
	})
	return errors.Join(errs...)
}

// Micros is t as the database stores it: microseconds since 1970 UTC. The zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the time of stored microseconds, in UTC. 0 is the zero time.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// NullMicros is Micros with the zero time as NULL.
func NullMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// NullTime is the time of a nullable column; NULL is the zero time.
func NullTime(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.Int64).UTC()
}

// NullID is id for a nullable reference: 0 becomes NULL.
func NullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
