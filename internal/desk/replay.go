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
	"steward/internal/directory"
	"steward/internal/field"
	"steward/internal/replay"
)

// Replayer tells the lives of past tickets again: what service levels, calendars, triggers and
// time rules would have made of what people did.
type Replayer struct{}

var _ replay.Replayer = Replayer{}

// Kinds implements replay.Replayer.
func (Replayer) Kinds() []string { return []string{"calendar", "sla", timeRuleKind, "trigger"} }

// replayBatch is how many tickets are read at once.
const replayBatch = 1000

// Replay implements replay.Replayer. It takes the tickets about which anything happened in the
// window and checks no permission: a report holds ids, times, and words of the configuration.
// A ticket opened before the window lives by the configuration in force until the window begins.
func (r Replayer) Replay(ctx context.Context, in replay.Input) (replay.Section, error) {
	s := &sweep{db: in.DB, current: Compile(in.Current), proposed: Compile(in.Proposed), since: in.Since, until: in.Until, tally: replay.NewTally(),
		progress: in.Progress}
	s.compareRules(in.Current, in.Proposed)
	s.read(s.current, &s.untold[0])
	s.read(s.proposed, &s.untold[1])
	s.only = map[*Config][]string{s.current: s.reads(s.current), s.proposed: s.reads(s.proposed)}
	if err := s.prepare(ctx); err != nil {
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
	if err := s.splitOrganizations(ctx); err != nil {
		return replay.Section{}, err
	}
	out := s.tally.Section("tickets", r.Kinds(), totals)
	out.Whose = s.titled(out.Whose)
	return out, nil
}

// totals say in words what each change means, in the order in which people want to read them.
var totals = []replay.Total{
	{Change: breaches, Sentence: "would have breached that did not"},
	{Change: keeps, Sentence: "would not have breached that did"},
	{Change: moves, Sentence: "would be due, or have breached, at another time"},
	{Change: starts, Sentence: "would have a promise that had none"},
	{Change: ends, Sentence: "would have no promise that had one"},
	{Change: "assignee", Sentence: "would have had another assignee"},
	{Change: "team", Sentence: "would have been with another team"},
	{Change: "status", Sentence: "would have been in another state"},
	{Change: "priority", Sentence: "would have had another priority"},
	{Change: "tags", Sentence: "would have had other tags"},
	{Change: "other", Sentence: "would have had another form, type or attribute"},
	{Change: sends, Sentence: "would have got messages that were not sent"},
	{Change: silent, Sentence: "would not have got messages that were sent"},
	{Change: begins, Sentence: "would have had a playbook started that was not"},
	{Change: goes, Sentence: "would have been handed over or given out otherwise"},
	{Change: company, Sentence: "would have had others follow or get copies"},
	{Change: rests, Sentence: "would not have had a playbook started that was"},
}

// sweep is one run over the tickets of a window.
type sweep struct {
	db                *db.DB
	current, proposed *Config
	since, until      time.Time
	anew              bool                 // rules differ, or what they go by does: what they do is worked out anew
	idle              bool                 // time rules differ, which act on tickets that nobody touched
	kept              map[int64]bool       // rules that are the same in both configurations
	untold            [2]map[int64]string  // rules whose conditions read a field that history does not tell
	only              map[*Config][]string // what conditions read of a ticket
	attributes        bool                 // conditions read attributes of organizations
	text              bool                 // conditions read what people wrote
	issues            bool                 // conditions read how many issues a ticket waits for
	unknown           string               // a field that policies read and history does not tell
	colleagues        map[string]int64     // by address, as rules name them
	total             int64
	last              int64 // the highest id of the window
	progress          func(done, total int64)

	mu    sync.Mutex
	after int64 // ids up to here are taken
	done  int64
	tally *replay.Tally
}

// told are the fields of tickets that events tell, or that follow from them.
var told = []string{"ticket.status", "ticket.priority", "ticket.channel", "ticket.tags", "ticket.team", "ticket.brand", "ticket.mailbox", "ticket.created", "ticket.type", "ticket.task_due", "ticket.problem",
	"ticket.form", "ticket.updated", "ticket.solved", "ticket.due", "ticket.state_since", "ticket.assigned_at", "ticket.asked_at", "ticket.replied_at", "ticket.replies", "ticket.bounces",
	"ticket.entitlement", "ticket.entitled", "ticket.refused", "ticket.assignee", "ticket.requester", "ticket.organization", "now"} // whether there are such people is told, what they were called is not

// toldOfChanges are what else rules may read that history tells. What people wrote is taken
// from the messages, the subject from the ticket, as long as nobody changed or removed it.
var toldOfChanges = []string{"before.status", "before.priority", "before.team", "before.assigned", "before.tags", "change.fields", "change.by", "change.text",
	"change.automatic", "change.channel", "ticket.subject"}

// read notes what the conditions of a configuration need to know.
func (s *sweep) read(cfg *Config, untold *map[int64]string) {
	*untold = map[int64]string{}
	for _, p := range cfg.Policies {
		if p.Match == nil {
			continue
		}
		for _, f := range p.Match.Fields() {
			if !s.tells(cfg, f) {
				s.unknown = f
			}
		}
	}
	if !s.anew {
		return
	}
	for _, tr := range cfg.rules() {
		if tr.When == nil {
			continue
		}
		for _, f := range tr.When.Fields() {
			s.text = s.text || f == "change.text"
			earlier := strings.HasPrefix(f, "before.attributes") && cfg.toldAttribute("ticket"+strings.TrimPrefix(f, "before"))
			if !s.tells(cfg, f) && !slices.Contains(toldOfChanges, f) && !earlier {
				(*untold)[tr.ID] = f
			}
		}
	}
}

// tells reports whether history tells the value that a field had.
func (s *sweep) tells(cfg *Config, path string) bool {
	if strings.HasPrefix(path, "ticket.organization.attributes") {
		s.attributes = true
		return true
	}
	if path == "ticket.waiting_on" {
		s.issues = true
		return true
	}
	return cfg.toldAttribute(path) || slices.Contains(told, path)
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

// inWindow finds the tickets about which something happened from $1 on that were opened before $2;
// where time rules differ, also those about which something might have.
func (s *sweep) inWindow() string {
	touched := `updated >= $1`
	if s.idle {
		touched = `(updated >= $1 OR status <> 'closed')`
	}
	return touched + ` AND created < $2 AND deleted_at IS NULL`
}

func (s *sweep) window() []any { return []any{db.Micros(s.since), db.Micros(s.until)} }

// prepare finds out how much there is to do, and whom rules mean.
func (s *sweep) prepare(ctx context.Context) error {
	return s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		var first, last sql.NullInt64
		err := tx.QueryRow(ctx, `SELECT min(id), max(id), count(*) FROM ticket WHERE `+s.inWindow(), s.window()...).Scan(&first, &last, &s.total)
		s.after, s.last = first.Int64-1, last.Int64
		if err != nil || !s.anew {
			return err
		}
		return s.readColleagues(ctx, tx)
	})
}

// readColleagues looks up the addresses that rules assign to. History does not tell who had
// an address then; it is taken to be who has it now.
func (s *sweep) readColleagues(ctx context.Context, tx db.Tx) error {
	s.colleagues = map[string]int64{}
	var addresses []any
	for _, cfg := range []*Config{s.current, s.proposed} {
		for _, tr := range cfg.rules() {
			for _, a := range tr.Spec.Do {
				if email, err := directory.CleanEmail("assignee", a.Assignee); err == nil {
					addresses = append(addresses, email)
				}
			}
		}
	}
	if len(addresses) == 0 {
		return nil
	}
	w := (&db.Where{}).And("i.kind = 'email' AND p.agent = TRUE").In("i.value", addresses)
	rows, err := tx.Query(ctx, `SELECT i.value, p.id FROM identity i JOIN person p ON p.id = i.person_id WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var email string
		var id int64
		if err := rows.Scan(&email, &id); err != nil {
			return err
		}
		s.colleagues[email] = id
	}
	return rows.Err()
}

// work replays batch after batch until none is left.
func (s *sweep) work(ctx context.Context) error {
	orgs, said := organizations{}, &sayings{}
	for {
		from, to, err := s.take(ctx)
		if err != nil || to == 0 {
			return err
		}
		b := &batch{sweep: s, from: from, to: to, organizations: orgs, sayings: said, tally: replay.NewTally()}
		if err := s.db.Snapshot(ctx, b.read); err != nil {
			return err
		}
		for i := range b.tickets { // the newest first: examples are of those
			b.replay(&b.tickets[len(b.tickets)-1-i])
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
		return tx.QueryRow(ctx, `SELECT max(id) FROM (SELECT id FROM ticket WHERE `+s.inWindow()+` AND id > $3 AND id <= $4 ORDER BY id LIMIT $5) AS next`,
			append(s.window(), s.after, s.last, replayBatch)...).Scan(&last)
	})
	if err != nil || !last.Valid {
		return 0, 0, err
	}
	from, s.after = s.after+1, last.Int64
	return from, last.Int64, nil
}
