package job

import (
	"context"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"time"

	"steward/internal/db"
)

// Queue runs jobs for one node.
type Queue struct {
	db    *db.DB
	owner string
	clock func() time.Time
	kinds map[string]kind
	watch db.Watch
	grace time.Duration
	hints hints

	held   sync.Map    // ids of jobs that were claimed and have not ended
	unsure atomic.Bool // a claim failed, and may have been taken all the same
}

// Options of a kind of job; zero values mean the defaults named.
type Options struct {
	Lease       time.Duration // how long a run may take between heartbeats; 60 s
	Parallel    int           // how many run at once on a node; 8
	Together    int           // of HandleSome: how many share a transaction; 32
	MaxAttempts int           // runs before it is parked; 12
	Backoff     func(attempt int) time.Duration
}

type kind struct {
	Options
	tx   func(ctx context.Context, tx db.Tx, j Job) error
	some func(ctx context.Context, tx db.Tx, jobs []Job) error
	io   func(ctx context.Context, j Job) (Finish, error)
	free chan struct{}
}

// Finish ends a HandleIO job: it runs in the transaction that removes the job. nil is fine.
type Finish func(ctx context.Context, tx db.Tx) error

// New returns a queue on d. clock says what is due; nil means the machine's.
func New(d *db.DB, clock func() time.Time) *Queue {
	if clock == nil {
		clock = time.Now
	}
	return &Queue{db: d, owner: rand.Text(), clock: clock, kinds: map[string]kind{}, grace: 5 * time.Second, hints: newHints()}
}

// Observe makes w see every run, as "job" and its kind. Call it before Run.
func (q *Queue) Observe(w db.Watch) { q.watch = w }

// Owner is the name that this runner's leases carry; the node is known by it.
func (q *Queue) Owner() string { return q.owner }

// Handle registers work whose whole effect is in the database. h may run twice before its
// transaction commits, so it has no effect outside it. Register before Run.
func (q *Queue) Handle(name string, o Options, h func(ctx context.Context, tx db.Tx, j Job) error) {
	q.kinds[name] = kind{Options: o.withDefaults(), tx: h}.ready()
}

// HandleSome is Handle for small work that is done for several jobs in one transaction. When that fails
// each is done by itself, so that one bad job holds up no other.
func (q *Queue) HandleSome(name string, o Options, h func(ctx context.Context, tx db.Tx, jobs []Job) error) {
	if o.Together == 0 {
		o.Together = 32
	}
	if o.Parallel == 0 {
		o.Parallel = 2 * o.Together
	}
	one := func(ctx context.Context, tx db.Tx, j Job) error { return h(ctx, tx, []Job{j}) }
	q.kinds[name] = kind{Options: o.withDefaults(), tx: one, some: h}.ready()
}

// HandleIO registers work that talks to the world. h may run again after a crash: give
// whatever it does an identity of its own (a Message-ID, an idempotency key).
func (q *Queue) HandleIO(name string, o Options, h func(ctx context.Context, j Job) (Finish, error)) {
	q.kinds[name] = kind{Options: o.withDefaults(), io: h}.ready()
}

func (k kind) ready() kind {
	k.free = make(chan struct{}, k.Parallel)
	return k
}

func (o Options) withDefaults() Options {
	if o.Lease == 0 {
		o.Lease = time.Minute
	}
	if o.Parallel == 0 {
		o.Parallel = 8
	}
	if o.MaxAttempts == 0 {
		o.MaxAttempts = 12
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	return o
}

// backoff waits 1 s, 2 s, 4 s … up to an hour.
func backoff(attempt int) time.Duration {
	return min(time.Second<<min(attempt-1, 12), time.Hour)
}

// databaseNow is the database's clock in microseconds; leases compare with nothing else.
func databaseNow(e db.Engine) string {
	if e == db.Postgres {
		return `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint`
	}
	return `CAST(unixepoch('subsec') * 1000000 AS INTEGER)`
}
