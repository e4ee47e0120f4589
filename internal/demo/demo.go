package demo

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"steward/internal/app"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/starter"
)

//go:embed blueprints
var files embed.FS

// Options say which demo, and where.
type Options struct {
	DB       db.Options
	Size     Size
	Seed     uint64
	Now      time.Time // the moment the history ends; zero: a fixed one
	BaseURL  string    // address of the workspace, for links in mail
	Progress func(phase string, done, total int)

	volume *volume // tests make it smaller
}

// Demo is a company that is ready to be served.
type Demo struct {
	App      *app.App
	Email    string
	Password string
	Token    string
	SignIn   string // what goes behind the address to sign in with one click
	Reused   bool

	company *company
	seed    uint64
}

// mark is what an instance keeps about the demo in it.
type mark struct {
	Size     Size   `json:"size"`
	Seed     uint64 `json:"seed"`
	Format   int    `json:"format"`
	Ready    bool   `json:"ready"`
	Password string `json:"password"`
}

// format grows when the same seed gives another company.
const format = 5

// Open opens the demo in a database, making it when there is none. A database with
// something else in it is refused.
func Open(ctx context.Context, o Options) (*Demo, error) {
	v, ok := volumes[o.Size]
	if !ok {
		return nil, fault.Field("--size", o.Size, "small, medium or large", "There is no demo of size %q.", o.Size)
	}
	if o.volume != nil {
		v = *o.volume
	}
	if o.Now.IsZero() {
		o.Now = base
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	o.Now = o.Now.UTC().Truncate(time.Second)
	clock := &Clock{}
	a, err := app.New(ctx, app.Options{DB: o.DB, Clock: clock.Now, CatchMail: true, Demo: true, BaseURL: o.BaseURL})
	if err != nil {
		return nil, err
	}
	d := &Demo{App: a, company: newCompany(o.Seed, v), seed: o.Seed}
	d.Email = d.company.agents[0].email
	if err := d.prepare(ctx, o, v, clock); err != nil {
		a.DB.Close()
		return nil, err
	}
	return d, nil
}

func (d *Demo) prepare(ctx context.Context, o Options, v volume, clock *Clock) error {
	m, err := readMark(ctx, d.App.DB)
	if err != nil {
		return err
	}
	switch {
	case m == nil && d.App.Blueprint.Set().Generation() > 0:
		return fault.New(fault.Invalid, "This database holds an instance that is not a demo. Choose another folder, or leave --data out for a temporary one.")
	case m == nil:
		if err := d.make(ctx, o, v, clock); err != nil {
			return err
		}
	case !m.Ready:
		return fault.New(fault.Invalid, "This database holds a demo that was not finished. Remove it and try again.")
	case m.Size != o.Size || m.Seed != o.Seed || m.Format != format:
		return fault.New(fault.Invalid, "This database holds another demo: size %s, seed %d. Ask for that one, or choose another folder.", m.Size, m.Seed)
	default:
		d.Password, d.Reused = m.Password, true
	}
	clock.Set(time.Time{})
	return d.enter(ctx)
}

func readMark(ctx context.Context, d *db.DB) (m *mark, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT value FROM instance WHERE name = 'demo'`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			m = &mark{}
			if err := json.Unmarshal([]byte(text), m); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return m, err
}

func (m mark) write(ctx context.Context, d *db.DB) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('demo', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, string(text))
		return err
	})
}

// make makes the company and its history.
func (d *Demo) make(ctx context.Context, o Options, v volume, clock *Clock) error {
	d.Password = strings.ToLower(rand.Text()[:16])
	m := mark{Size: o.Size, Seed: o.Seed, Format: format, Password: d.Password}
	if err := m.write(ctx, d.App.DB); err != nil {
		return err
	}
	w, c, err := d.found(ctx, o, v, clock)
	if err != nil {
		return err
	}
	if err := d.history(ctx, o, v, clock, w, c); err != nil {
		return err
	}
	if err := d.runs(ctx, o, clock); err != nil {
		return err
	}
	if err := d.community(ctx, o, clock); err != nil {
		return err
	}
	clock.Set(o.Now)
	if err := d.catchUp(ctx, o.Now); err != nil {
		return err
	}
	if err := d.sell(ctx); err != nil {
		return err
	}
	if err := d.engineering(ctx, o); err != nil {
		return err
	}
	if err := d.aside(ctx); err != nil {
		return err
	}
	if err := d.checklists(ctx, o, clock); err != nil {
		return err
	}
	clock.Set(o.Now)
	if err := d.follow(ctx, o.Progress); err != nil {
		return err
	}
	if _, err := d.App.Ledger.Seal(ctx, o.Now); err != nil {
		return err
	}
	m.Ready = true
	return m.write(ctx, d.App.DB)
}

// found makes everything before the first ticket.
func (d *Demo) found(ctx context.Context, o Options, v volume, clock *Clock) (*author, *cast, error) {
	clock.Set(o.Now.Add(-span - 48*time.Hour))
	hash := ""
	if d.Password != "" {
		var err error
		if hash, err = auth.HashPassword(ctx, d.Password); err != nil {
			return nil, nil, err
		}
	}
	if _, err := d.App.Init(ctx, d.Email, hash); err != nil {
		return nil, nil, err
	}
	if err := d.apply(ctx, starter.Kit(), "The starter kit", func(kind string) bool { return kind != "entitlement" }); err != nil {
		return nil, nil, err
	}
	own, err := fs.Sub(files, "blueprints")
	if err != nil {
		return nil, nil, err
	}
	if err := d.apply(ctx, own, "Teams and views of the demo", func(string) bool { return true }); err != nil {
		return nil, nil, err
	}
	if err := d.hire(ctx, o.Now, o.Progress); err != nil {
		return nil, nil, err
	}
	c := &cast{company: d.company, desk: d.App.DeskConfig(), generation: d.App.Root().Generation}
	if c.log, err = d.App.Files.PutBytes(ctx, []byte(logText), o.Now); err != nil {
		return nil, nil, err
	}
	w := &author{seed: o.Seed, now: o.Now, n: v.tickets, company: d.company, rhythm: newRhythm(o.Now), cfg: c.desk, active: .03, again: .012}
	for _, sv := range d.App.Surveys() {
		w.ask = sv.Spec.After.Std()
	}
	return w, c, nil
}

func (d *Demo) apply(ctx context.Context, folder fs.FS, message string, wanted func(kind string) bool) error {
	docs, findings, err := blueprint.ParseFolder(folder)
	if err != nil {
		return err
	}
	// The colleagues are generated and get no mail, and an import sends none. Nor does it start playbooks.
	docs = slices.DeleteFunc(docs, func(b blueprint.Document) bool {
		return b.Kind == "trigger" && strings.Contains(b.Text, "notify:") || b.Kind == "time_rule" && strings.Contains(b.Text, "playbook:") || !wanted(b.Kind)
	})
	_, plan, err := d.App.Apply(ctx, d.App.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder", Message: message})
	if err == nil && plan.HasErrors() {
		err = errors.New("demo: its own blueprints have errors")
	}
	return err
}

// inOne is how many people or organizations are stored in one transaction.
const inOne = 500

// history tells and plays the tickets.
func (d *Demo) history(ctx context.Context, o Options, v volume, clock *Clock, w *author, c *cast) error {
	t, err := newTeller(ctx, d.App, c, o.Now)
	if err != nil {
		return err
	}
	told := v.tickets - v.played
	if err := d.tell(ctx, t, w, told, v.tickets, o.Progress); err != nil {
		return err
	}
	if err := t.done(ctx, d.App); err != nil {
		return err
	}
	p := &player{cast: c, app: d.App, clock: clock, now: o.Now, mail: true}
	clock.Set(o.Now.AddDate(0, 0, -recently)) // accounts are scored by what was known then
	if err := d.App.Ledger.Settle(ctx); err != nil {
		return err
	}
	if err := d.read(ctx, o.Progress, d.App.Measures.Followers()); err != nil {
		return err
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	for i := told; i < v.tickets; i++ {
		s := w.story(i)
		if err := p.play(ctx, &s); err != nil {
			return fmt.Errorf("ticket %d: %w", i, err)
		}
		o.Progress("tickets", i+1, v.tickets)
	}
	return nil
}

// tell tells the first stories; one batch is written while the next is told.
func (d *Demo) tell(ctx context.Context, t *teller, w *author, n, total int, progress func(string, int, int)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type piece struct {
		rows *db.Bulk
		upTo int
	}
	pieces, failed := make(chan piece, 1), make(chan error, 1)
	go func() {
		for p := range pieces {
			if err := d.App.DB.Write(ctx, p.rows.Write); err != nil {
				failed <- err
				cancel()
				return
			}
			progress("tickets", p.upTo, total)
		}
		failed <- nil
	}()
	var err error
	for i := 0; i < n && err == nil; i++ {
		s := w.story(i)
		if err = t.tell(ctx, &s); err != nil {
			err = fmt.Errorf("ticket %d: %w", i, err)
			break
		}
		if t.rows.Rows() >= batch || i == n-1 {
			select {
			case pieces <- piece{t.rows.Take(), i + 1}:
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
	}
	close(pieces)
	if werr := <-failed; werr != nil {
		return werr
	}
	return err
}

// follow lets the followers read what has happened.
func (d *Demo) follow(ctx context.Context, progress func(string, int, int)) error {
	if err := d.App.Ledger.Settle(ctx); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = d.App.Insight.Build(ctx); err != nil {
			return err
		}
	}
	return d.read(ctx, progress, slices.Concat(d.App.Insight.Followers(), d.App.Measures.Followers(), []ledger.Follower{d.App.Outreach.Follower(), d.App.Desk.EntitlementFollower()}))
}

// read lets followers read all that was told.
func (d *Demo) read(ctx context.Context, progress func(string, int, int), followers []ledger.Follower) error {
	end, _, err := d.App.Ledger.Head(ctx)
	if err != nil {
		return err
	}
	for _, f := range followers {
		for done := 0; ; {
			n, err := d.App.Ledger.Step(ctx, f)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			done += n
			progress("indicators", done, int(end))
		}
	}
	return nil
}

// enter makes a token and the address that signs in.
func (d *Demo) enter(ctx context.Context) error {
	return d.App.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := d.App.Directory.Resolve(ctx, tx, d.App.Root(), d.Email, "")
		if err != nil {
			return err
		}
		by := d.App.Root()
		by.PersonID = p.ID
		if _, d.Token, err = d.App.Auth.NewToken(ctx, tx, by, "Demo", []string{"*"}, time.Time{}); err != nil {
			return err
		}
		d.SignIn = "/portal/demo/signin?key=" + d.App.Signer.Sign("demo", p.ID)
		return nil
	})
}

// Caught waits until the followers have read everything, but no longer than most.
func (d *Demo) Caught(ctx context.Context, most time.Duration) {
	for end := time.Now().Add(most); time.Now().Before(end) && ctx.Err() == nil; {
		lags, err := d.App.Ledger.Lags(ctx)
		behind := err != nil
		for _, l := range lags {
			behind = behind || l.Events > 0
		}
		if !behind {
			return
		}
		db.Wait(ctx, nil, 50*time.Millisecond)
	}
}
