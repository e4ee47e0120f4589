package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/starter"
)

const (
	nextWaiting = 100_000     // tickets that wait, where the sizes allow as many
	nextAgents  = 32          // who ask
	nextReads   = time.Second // nobody asks again before they have read what they got
	nextWarm    = 3           // rounds that are not counted: they open connections and make plans
)

// nextTickets measures the next ticket out of many that wait, with agents who all ask at the same moment, again and again. That a
// ticket is given twice fails it.
func nextTickets(ctx context.Context, s settings, e *engine, r *report) error {
	waiting := min(nextWaiting, slices.Max(s.sizes)*2/11) // a fifth of what is filled waits, give or take
	if err := e.fill(ctx, waiting*11/2); err != nil {
		return err
	}
	e.stop()
	if err := e.leaveWaiting(ctx, waiting); err != nil {
		return err
	}
	var tokens []string
	if err := e.inside(ctx, func(a *app.App) (err error) {
		if tokens, err = askers(ctx, a); err != nil {
			return err
		}
		kit, err := fs.ReadFile(starter.Kit(), "routing.yaml")
		if err != nil {
			return err
		}
		return applyText(ctx, a, strings.Replace(string(kit), "load: { cap: 30,", "load: { cap: 10000,", 1))
	}); err != nil {
		return err
	}
	if err := e.ready(ctx); err != nil {
		return err
	}
	begun := time.Now()
	if err := e.weighed(ctx, waiting); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "  weighed %s waiting tickets in %s\n", number(float64(waiting)), time.Since(begun).Round(time.Second))
	e.quiet(ctx)
	name := fmt.Sprintf("next ticket of %s that wait, %d ask at once", number(float64(waiting)), nextAgents)
	given, err := e.overTheAPI(ctx, tokens, 2*s.each)
	if err != nil {
		return err
	}
	r.add(e, name+" over the API: p50", given.at(.5), " ms", target{}, "")
	r.add(e, name+" over the API: p99", given.at(.99), " ms", target{max: 20}, "")
	r.add(e, name+" over the API: tickets given, none of them twice", float64(given.done), " tickets", target{}, "")
	e.stop()
	if given, err = e.inTheProgram(ctx, 2*s.each); err != nil {
		return err
	}
	r.add(e, name+": p50", given.at(.5), " ms", target{}, "")
	r.add(e, name+": p99", given.at(.99), " ms", target{max: 20}, "")
	r.add(e, name+": tickets given, none of them twice", float64(given.done), " tickets", target{}, "")
	return nil
}

// leaveWaiting lets so many tickets wait in the queues, once they are weighed: everything else has somebody.
func (e *engine) leaveWaiting(ctx context.Context, waiting int) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	var last int64
	const open = `done = FALSE AND deleted_at IS NULL AND status IN ('new', 'open')`
	if err := d.QueryRowContext(ctx, `SELECT id FROM ticket WHERE id > $1 AND `+open+` ORDER BY id LIMIT 1 OFFSET $2`, fillBase, waiting-1).Scan(&last); err != nil {
		return fmt.Errorf("%d of the filled tickets do not wait: %w", waiting, err)
	}
	for _, q := range []struct {
		text string
		args []any
	}{
		{`DELETE FROM ticket_queue`, nil},
		{`UPDATE ticket SET assignee_id = (SELECT min(id) FROM person WHERE agent) WHERE done = FALSE AND (id <= $1 OR id > $2)`, []any{fillBase, last}},
		{`UPDATE ticket SET assignee_id = NULL WHERE id > $1 AND id <= $2 AND ` + open, []any{fillBase, last}},
		{`ANALYZE`, nil},
	} {
		if _, err := d.ExecContext(ctx, q.text, q.args...); err != nil {
			return fmt.Errorf("%.60s: %w", q.text, err)
		}
	}
	return nil
}

// askers makes the agents who ask, and returns a token of each.
func askers(ctx context.Context, a *app.App) (tokens []string, err error) {
	for n := range nextAgents {
		err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			p, err := a.Directory.Create(ctx, tx, a.Root(), directory.NewPerson{Email: askerEmail(n), Name: fmt.Sprintf("Agent %d", n), Agent: true})
			if err != nil {
				return err
			}
			if err := a.Auth.SetRoles(ctx, tx, a.Root(), p.ID, []string{"agent"}); err != nil {
				return err
			}
			by, err := a.Auth.As(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			by.Clock = func() time.Time { return time.Now().UTC() }
			_, token, err := a.Auth.NewToken(ctx, tx, by, "bench", []string{"*"}, time.Time{})
			if err == nil {
				tokens = append(tokens[:n], token)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

func askerEmail(n int) string { return fmt.Sprintf("asks%d@company.example", n) }

// weighed waits until so many tickets stand in the queues.
func (e *engine) weighed(ctx context.Context, waiting int) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	for end := time.Now().Add(15 * time.Minute); ; time.Sleep(time.Second) {
		var n int
		if err := d.QueryRowContext(ctx, `SELECT count(*) FROM ticket_queue`).Scan(&n); err != nil {
			return err
		}
		if n == waiting {
			return nil
		}
		if n > waiting || time.Now().After(end) {
			return fmt.Errorf("%d tickets wait in the queues, not %d", n, waiting)
		}
	}
}

// taken is a ticket that somebody was given; 0 for none, and why.
type taken struct {
	ID  int64
	Say string
}

// overTheAPI lets everybody ask the server.
func (e *engine) overTheAPI(ctx context.Context, tokens []string, most time.Duration) (result, error) {
	clients := make([]*client, len(tokens))
	return askForNext(ctx, len(tokens), most, func(n int) (took time.Duration, got taken, err error) {
		if clients[n] == nil {
			if clients[n], err = dial(e.server.http, tokens[n]); err != nil {
				return 0, got, err
			}
		}
		at := time.Now()
		body, err := clients[n].do("POST", "/queue/next", "{}", 200)
		took = time.Since(at)
		if err != nil {
			return took, got, err
		}
		var v struct {
			Ticket *taken
			Say    string
		}
		err = json.Unmarshal(body, &v)
		if v.Ticket != nil {
			got.ID = v.Ticket.ID
		}
		got.Say = v.Say
		return took, got, err
	})
}

// inTheProgram lets everybody ask the service itself, while everything else of a server runs beside.
func (e *engine) inTheProgram(ctx context.Context, most time.Duration) (all result, err error) {
	err = e.inside(ctx, func(a *app.App) error {
		ctx, stop := context.WithCancel(ctx)
		var runs sync.WaitGroup
		runs.Go(func() { a.Run(ctx) })
		defer runs.Wait()
		defer stop()
		var agents []act.Actor
		if err := a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			for n := range nextAgents {
				p, _, err := a.Directory.ByEmail(ctx, tx, askerEmail(n))
				if err != nil {
					return err
				}
				by, err := a.Auth.As(ctx, tx, p.ID)
				if err != nil {
					return err
				}
				by.Clock = func() time.Time { return time.Now().UTC() }
				agents = append(agents, by)
			}
			return nil
		}); err != nil {
			return err
		}
		all, err = askForNext(ctx, len(agents), most, func(i int) (took time.Duration, got taken, err error) {
			var o *desk.Outlook
			var n desk.NextTicket
			at := time.Now()
			if err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
				o, err = a.Desk.Outlook(ctx, tx, agents[i], "")
				return err
			}); err == nil {
				err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
					n, err = a.Desk.Next(ctx, tx, agents[i], o)
					return err
				})
			}
			took = time.Since(at)
			if n.Ticket != nil {
				got.ID = n.Ticket.ID
			}
			got.Say = n.Say
			return took, got, err
		})
		return err
	})
	return all, err
}

// askForNext lets everybody ask in the same moment, read, and ask again for a while.
func askForNext(ctx context.Context, people int, most time.Duration, ask func(n int) (time.Duration, taken, error)) (all result, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[int64]bool{}
	begun := time.Now()
	note := func(took time.Duration, n taken, counts bool) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case n.ID == 0:
			return fmt.Errorf("nothing was given: %s", n.Say)
		case got[n.ID]:
			return fmt.Errorf("ticket %d was given twice", n.ID)
		}
		got[n.ID] = true
		if counts {
			all.times = append(all.times, took)
		}
		return nil
	}
	for n := range people {
		wg.Go(func() {
			var failed error
			for round := 0; failed == nil && ctx.Err() == nil && nextReads*time.Duration(round) < most; round++ {
				time.Sleep(time.Until(begun.Add(nextReads * time.Duration(round))))
				var took time.Duration
				var t taken
				if took, t, failed = ask(n); failed == nil {
					failed = note(took, t, round >= nextWarm)
				}
			}
			if failed != nil {
				mu.Lock()
				err = failed
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	all.done = len(got)
	slices.Sort(all.times)
	if err == nil && len(all.times) == 0 {
		err = fmt.Errorf("nobody asked often enough within %s", most)
	}
	return all, err
}
