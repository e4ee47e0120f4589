package apptest

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/app"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/directory"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/starter"
)

// Start is when every instance begins: a Monday morning in Amsterdam's office hours.
var Start = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

// Mailbox is the address of the instance's mailbox.
const Mailbox = "support@company.example"

// Admin and AdminPassword are the first administrator's.
const (
	Admin         = "admin@company.example"
	AdminPassword = "correct horse battery"
)

// Clock is a clock that a test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock, also back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// Delivery is one mail that reached the customer's server.
type Delivery struct {
	From string
	To   []string
	Raw  []byte
}

// Message is the mail as a mail program reads it.
func (d Delivery) Message() mail.Message { return mail.Parse(d.Raw) }

// Peer is the customer's mail server: it keeps what reaches it.
type Peer struct {
	mu   sync.Mutex
	got  []Delivery
	fail *mail.Result
}

// Deliver implements mail.Deliver.
func (p *Peer) Deliver(_ context.Context, _ mail.Box, from string, to []string, raw []byte) mail.Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		r := *p.fail
		if r.Outcome == mail.Unknown { // it came, but we never heard so
			p.got = append(p.got, Delivery{from, to, raw})
		}
		return r
	}
	p.got = append(p.got, Delivery{from, to, raw})
	return mail.Result{Outcome: mail.Delivered, Code: 250}
}

// Fail makes every delivery end like this; nil makes them work again.
func (p *Peer) Fail(r *mail.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = r
}

// All returns what came so far.
func (p *Peer) All() []Delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Delivery(nil), p.got...)
}

// Instance is a whole instance under test.
type Instance struct {
	*app.App
	T     testing.TB
	Clock *Clock
	Peer  *Peer
	Token string // of the administrator, with every scope
}

// MailboxText is added to the starter kit: a mailbox whose mail leaves.
const MailboxText = `kind: mailbox
name: support
title: Support
address: support@company.example
aliases: [help@company.example]
team: support
brand: main
outgoing:
  host: mail.company.example
`

// adminHash is AdminPassword's, worked out once for all tests: it takes a while.
var adminHash = sync.OnceValue(func() string {
	hash, err := auth.HashPassword(context.Background(), AdminPassword)
	if err != nil {
		panic(err) // no randomness
	}
	return hash
})

// tokens are the administrators' tokens in the instances that Options copies, by engine.
var tokens sync.Map

// Options names a copy of a database that holds an instance as New makes it: New on it is quicker by far than on a
// fresh one.
func Options(t testing.TB, e db.Engine) db.Options {
	t.Helper()
	return dbtest.Copy(t, e, "instance", func(o db.Options) error {
		i := New(t, o)
		tokens.Store(e, i.Token)
		return i.DB.Close()
	})
}

// New makes an instance with the starter kit, or opens the one that Options copied.
func New(t testing.TB, o db.Options) *Instance {
	t.Helper()
	i := Open(t, o, &Clock{now: Start})
	if i.Count(`SELECT count(*) FROM person`) > 0 {
		token, _ := tokens.Load(i.DB.Engine())
		i.Token = token.(string)
		return i
	}
	token, err := i.Init(t.Context(), Admin, adminHash())
	if err != nil {
		t.Fatal(err)
	}
	i.Token = token
	docs, findings, err := blueprint.ParseFolder(starter.Kit())
	if err != nil {
		t.Fatal(err)
	}
	kept := docs[:0]
	for _, d := range docs {
		if !slices.Contains(broughtByTests, d.Kind) {
			kept = append(kept, d)
		}
	}
	own, more := blueprint.ParseFile("mailbox.yaml", MailboxText)
	i.Configure(append(kept, own...), append(findings, more...))
	return i
}

// broughtByTests are the kinds of the starter kit that tests bring their own of.
var broughtByTests = []string{"mailbox", "trigger", "time_rule", "guard", "entitlement", "cta_rule", "scorecard"}

// Open opens an instance that is there already, as a restart does.
func Open(t testing.TB, o db.Options, clock *Clock) *Instance {
	t.Helper()
	i := &Instance{T: t, Clock: clock, Peer: &Peer{}}
	a, err := app.New(t.Context(), app.Options{DB: o, Clock: clock.Now, BaseURL: "https://desk.company.example", Deliver: i.Peer.Deliver, AllowHosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	i.App = a
	d := a.DB // not the whole instance: a test may open many
	t.Cleanup(func() { d.Close() })
	return i
}

// Apply applies texts as files of a folder.
func (i *Instance) Apply(text string) {
	i.T.Helper()
	docs, findings := blueprint.ParseFile("test.yaml", text)
	i.Configure(docs, findings)
}

// Configure applies documents.
func (i *Instance) Configure(docs []blueprint.Document, findings []blueprint.Finding) {
	i.T.Helper()
	_, _, err := i.App.Apply(i.T.Context(), i.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder"})
	if err != nil {
		i.T.Fatal(err)
	}
}

// Serve serves the instance's pages and API until the test ends. Live updates are fed too.
func (i *Instance) Serve() *httptest.Server {
	i.T.Helper()
	s := i.Surface()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { s.Run(ctx) })
	server := httptest.NewServer(s.Handler())
	i.T.Cleanup(func() { s.CloseStreams(); server.Close(); cancel(); all.Wait() })
	return server
}

// Settle orders events, runs followers and does due jobs until nothing is left to do.
func (i *Instance) Settle() {
	i.T.Helper()
	ctx := i.T.Context()
	for round := 0; ; round++ {
		did := 0
		for {
			n, err := i.Ledger.Sequence(ctx)
			if err != nil {
				i.T.Fatal(err)
			}
			if did += n; n == 0 {
				break
			}
		}
		behind := i.behind()
		for _, f := range i.followers() {
			if behind(f) {
				did += i.step(f)
			}
		}
		for {
			more, err := i.Insight.Build(ctx)
			if err != nil {
				i.T.Fatal(err)
			}
			if !more {
				break
			}
			did++
		}
		n, err := i.Jobs.RunDue(ctx)
		if err != nil {
			i.T.Fatal(err)
		}
		if did+n == 0 {
			return
		}
		if round > 1000 {
			i.T.Fatal("there is always something left to do")
		}
	}
}

func (i *Instance) followers() []ledger.Follower {
	return slices.Concat(i.Insight.Followers(), i.Webhooks.Followers(), i.Measures.Followers(), i.Success.Followers(), []ledger.Follower{
		i.Outreach.Follower(), i.Desk.Follower(), i.Notify.Follower(), i.Search.Follower(), i.Desk.EntitlementFollower(), i.Playbooks.Follower(), i.Programs.Follower()})
}

// behind tells which followers have something left to read, by one question for all of them.
func (i *Instance) behind() func(ledger.Follower) bool {
	i.T.Helper()
	lags, err := i.Ledger.Lags(i.T.Context())
	if err != nil {
		i.T.Fatal(err)
	}
	read := map[string]bool{}
	for _, l := range lags {
		read[l.Name] = l.Events == 0
	}
	return func(f ledger.Follower) bool { return !read[f.Name] }
}

func (i *Instance) step(f ledger.Follower) (passed int) {
	i.T.Helper()
	for {
		n, err := i.Ledger.Step(i.T.Context(), f)
		if err != nil {
			i.T.Fatalf("follower %s: %v", f.Name, err)
		}
		if passed += n; n == 0 {
			return passed
		}
	}
}

// Mail hands in a mail as the SMTP server does.
func (i *Instance) Mail(from, to string, raw []byte) {
	i.T.Helper()
	if err := i.App.Mail.Receive(i.T.Context(), from, strings.Split(to, ","), "192.0.2.7:40112", raw); err != nil {
		i.T.Fatal(err)
	}
}

// Read runs fn on committed data.
func (i *Instance) Read(fn func(ctx context.Context, tx db.Tx) error) {
	i.T.Helper()
	if err := i.DB.Read(i.T.Context(), fn); err != nil {
		i.T.Fatal(err)
	}
}

// Write runs fn in a transaction.
func (i *Instance) Write(fn func(ctx context.Context, tx db.Tx) error) {
	i.T.Helper()
	if err := i.DB.Write(i.T.Context(), fn); err != nil {
		i.T.Fatal(err)
	}
}

// Count answers a query for one number.
func (i *Instance) Count(query string, args ...any) (n int) {
	i.T.Helper()
	i.Read(func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&n) })
	return n
}

// Person adds somebody with these roles and returns them acting.
func (i *Instance) Person(email, name string, roles ...string) act.Actor {
	i.T.Helper()
	var secret string
	i.Write(func(ctx context.Context, tx db.Tx) error {
		p, err := i.Directory.Create(ctx, tx, i.Root(), directory.NewPerson{Email: email, Name: name, Agent: len(roles) > 0})
		if err != nil {
			return err
		}
		if err := i.Auth.SetRoles(ctx, tx, i.Root(), p.ID, roles); err != nil {
			return err
		}
		secret, err = i.Auth.OpenSession(ctx, tx, act.Actor{Kind: act.Person, PersonID: p.ID, Clock: i.Clock.Now}, "test")
		return err
	})
	by, err := i.Auth.BySession(i.T.Context(), secret)
	if err != nil {
		i.T.Fatal(err)
	}
	return by
}

// TokenFor makes an API token for somebody.
func (i *Instance) TokenFor(by act.Actor, scopes ...string) (token string) {
	i.T.Helper()
	i.Write(func(ctx context.Context, tx db.Tx) (err error) {
		_, token, err = i.Auth.NewToken(ctx, tx, by, "test", scopes, time.Time{})
		return err
	})
	return token
}

// Verify checks the whole ledger.
func (i *Instance) Verify() {
	i.T.Helper()
	r, err := i.Ledger.Verify(i.T.Context(), nil)
	if err != nil || r.Tampered != 0 {
		i.T.Fatalf("the ledger does not verify: %+v %v", r, err)
	}
}
