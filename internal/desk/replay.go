package desk

import (
	"context"
	"database/sql"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/field"
	"steward/internal/ledger"
	"steward/internal/replay"
)

// Replayer runs the clocks of past tickets again: what service levels and calendars would
// have made of them.
type Replayer struct{}

var _ replay.Replayer = Replayer{}

// Kinds implements replay.Replayer.
func (Replayer) Kinds() []string { return []string{"calendar", "sla"} }

// replayBatch is how many tickets are read at once.
const replayBatch = 1000

// Replay implements replay.Replayer. It takes the tickets opened in the window and checks no
// permission: a report holds ids, times and names of policies.
func (r Replayer) Replay(ctx context.Context, in replay.Input) (replay.Section, error) {
	s := &sweep{db: in.DB, current: Compile(in.Current), proposed: Compile(in.Proposed), since: in.Since, until: in.Until, tally: replay.NewTally(),
		progress: in.Progress}
	s.read(s.current)
	s.read(s.proposed)
	if err := s.bounds(ctx); err != nil {
		return replay.Section{}, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	for range max(runtime.GOMAXPROCS(0)-1, 1) { // a processor is left to people
		all.Go(func() {
			if err := s.work(ctx); err != nil {
				stop(err)
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return replay.Section{}, err
	}
	return s.tally.Section("tickets", r.Kinds(), []replay.Total{
		{Change: breaches, Sentence: "would have breached that did not"},
		{Change: keeps, Sentence: "would not have breached that did"},
		{Change: moves, Sentence: "would be due, or have breached, at another time"},
		{Change: starts, Sentence: "would have a promise that had none"},
		{Change: ends, Sentence: "would have no promise that had one"},
	}), nil
}

// sweep is one run over the tickets of a window.
type sweep struct {
	db                *db.DB
	current, proposed *Config
	since, until      time.Time
	attributes        bool   // conditions read attributes of organizations
	unknown           string // a field that conditions read and history does not tell
	total             int64
	last              int64 // the highest id of the window
	progress          func(done, total int64)

	mu    sync.Mutex
	after int64 // ids up to here are taken
	done  int64
	tally *replay.Tally
}

// told are the fields of tickets that events carry.
var told = []string{"ticket.status", "ticket.priority", "ticket.channel", "ticket.tags", "ticket.team", "ticket.brand", "ticket.mailbox", "ticket.created", "ticket.type", "ticket.task_due", "ticket.problem"}

// read notes what the conditions of a configuration need to know.
func (s *sweep) read(cfg *Config) {
	for _, p := range cfg.Policies {
		if p.Match == nil {
			continue
		}
		for _, f := range p.Match.Fields() {
			switch {
			case strings.HasPrefix(f, "ticket.organization.attributes"):
				s.attributes = true
			case cfg.toldAttribute(f):
			case !slices.Contains(told, f):
				s.unknown = f
			}
		}
	}
}

// toldAttribute reports whether events tell the values of an attribute of tickets: those that
// are no free text.
func (cfg *Config) toldAttribute(path string) bool {
	at, name, ok := field.Path(path)
	if !ok || at != "ticket" {
		return false
	}
	f := cfg.Fields.Named("ticket", name)
	return f != nil && !f.Free()
}

const inWindow = `created >= $1 AND created < $2 AND deleted_at IS NULL`

func (s *sweep) window() []any { return []any{db.Micros(s.since), db.Micros(s.until)} }

// bounds finds out how much there is to do.
func (s *sweep) bounds(ctx context.Context) error {
	return s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		var first, last sql.NullInt64
		err := tx.QueryRow(ctx, `SELECT min(id), max(id), count(*) FROM ticket WHERE `+inWindow, s.window()...).Scan(&first, &last, &s.total)
		s.after, s.last = first.Int64-1, last.Int64
		return err
	})
}

// work replays batch after batch until none is left.
func (s *sweep) work(ctx context.Context) error {
	orgs := organizations{}
	for {
		from, to, err := s.take(ctx)
		if err != nil || to == 0 {
			return err
		}
		b := &batch{sweep: s, from: from, to: to, organizations: orgs, tally: replay.NewTally()}
		if err := s.db.Snapshot(ctx, b.read); err != nil {
			return err
		}
		for i := range b.tickets {
			b.replay(&b.tickets[i])
		}
		s.mu.Lock()
		s.tally.Merge(b.tally)
		s.done += int64(len(b.tickets))
		done := s.done
		s.mu.Unlock()
		s.progress(done, max(s.total, done))
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// take claims the next ids; to is 0 when none are left.
func (s *sweep) take(ctx context.Context) (from, to int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var last sql.NullInt64
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT max(id) FROM (SELECT id FROM ticket WHERE `+inWindow+` AND id > $3 AND id <= $4 ORDER BY id LIMIT $5) AS next`,
			append(s.window(), s.after, s.last, replayBatch)...).Scan(&last)
	})
	if err != nil || !last.Valid {
		return 0, 0, err
	}
	from, s.after = s.after+1, last.Int64
	return from, last.Int64, nil
}

// batch is a stretch of tickets with everything their replay needs.
type batch struct {
	*sweep
	from, to      int64
	tickets       []recorded
	organizations organizations
	tally         *replay.Tally
}

// recorded is one ticket as it is stored, with its history.
type recorded struct {
	id       int64
	status   Status
	priority Priority
	team     int64
	events   []lived
	clocks   []*Clock // as they were measured
}

// lived is one event of a ticket's life.
type lived struct {
	id, cause int64
	recorded  int64 // UTC microseconds; what the clocks took for now
	verb      string
	data      []byte
}

// read fills the batch. It may run twice.
func (b *batch) read(ctx context.Context, tx db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT id, status, priority, COALESCE(team_id, 0) FROM ticket WHERE `+inWindow+` AND id BETWEEN $3 AND $4 ORDER BY id`,
		append(b.window(), b.from, b.to)...)
	b.tickets, err = db.Collect(rows, err, func(row db.Scanner) (r recorded, err error) {
		return r, row.Scan(&r.id, &r.status, &r.priority, &r.team)
	})
	if err != nil {
		return err
	}
	if err := b.readEvents(ctx, tx); err != nil {
		return err
	}
	if err := b.readClocks(ctx, tx); err != nil {
		return err
	}
	return b.readOrganizations(ctx, tx)
}

// find returns the ticket with that id; nil when it is not of the window.
func (b *batch) find(id int64) *recorded {
	i, ok := slices.BinarySearchFunc(b.tickets, id, func(r recorded, id int64) int { return int(r.id - id) })
	if !ok {
		return nil
	}
	return &b.tickets[i]
}

func (b *batch) readEvents(ctx context.Context, tx db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT subject_id, id, cause_event, recorded, verb, data FROM events WHERE subject_kind = 'ticket' AND subject_id BETWEEN $1 AND $2
		AND verb IN ('`+strings.Join([]string{TicketCreated, TicketReplied, TicketCommented, TicketNoted, TicketChanged}, `', '`)+`') ORDER BY subject_id, id`, b.from, b.to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var ticket int64
		var e lived
		var data sql.RawBytes
		if err := rows.Scan(&ticket, &e.id, &e.cause, &e.recorded, &e.verb, &data); err != nil {
			return err
		}
		if r := b.find(ticket); r != nil {
			e.data = slices.Clone(data)
			r.events = append(r.events, e)
		}
	}
	return rows.Err()
}

func (b *batch) readClocks(ctx context.Context, tx db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT ticket_id, metric, policy_id, calendar_id, target, state, started, due, ended, breached_at, used FROM clock
		WHERE ticket_id BETWEEN $1 AND $2 ORDER BY ticket_id, id`, b.from, b.to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		c := &Clock{}
		var target, started, used int64
		var due, ended, breached sql.NullInt64
		if err := rows.Scan(&c.TicketID, &c.Metric, &c.PolicyID, &c.CalendarID, &target, &c.State, &started, &due, &ended, &breached, &used); err != nil {
			return err
		}
		c.Target, c.Used, c.Started = time.Duration(target)*time.Microsecond, time.Duration(used)*time.Microsecond, db.Time(started)
		c.Due, c.Ended, c.BreachedAt = db.NullTime(due), db.NullTime(ended), db.NullTime(breached)
		if r := b.find(c.TicketID); r != nil {
			r.clocks = append(r.clocks, c)
		}
	}
	return rows.Err()
}

// replay plays one ticket's life by both configurations and counts what differs.
func (b *batch) replay(r *recorded) {
	b.tally.Total++
	if b.unknown != "" {
		b.tally.Skip("a condition reads " + b.unknown + ", which history does not tell")
		return
	}
	h := &retold{batch: b, lines: [2]line{{cfg: b.current}, {cfg: b.proposed}}}
	if reason := h.tell(r); reason != "" {
		b.tally.Skip(reason)
		return
	}
	b.tally.Replayed++
	if !h.asRecorded(r.clocks) {
		b.tally.Otherwise++
	}
	b.tally.Differ(ledger.Ref{Kind: "ticket", ID: r.id}, h.differences())
}
