package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
)

// load is work from outside that remembers what it was told is done.
type load struct {
	s        *server
	mu       sync.Mutex
	mails    []string         // Message-IDs of mails taken
	comments map[string]int64 // text → ticket
	tried    map[string]bool  // texts of comments sent, taken or not
	tickets  []int64
	stop     atomic.Bool
	pause    time.Duration // between what one client does
	all      sync.WaitGroup
	refused  map[int]int // answers by status that were not success
}

func newLoad(s *server) *load {
	return &load{s: s, comments: map[string]int64{}, tried: map[string]bool{}, refused: map[int]int{}, pause: 10 * time.Millisecond}
}

// run works until stop, with several clients at once.
func (l *load) run(clients int) {
	for c := range clients {
		l.all.Go(func() {
			for n := 0; !l.stop.Load(); n++ {
				id := fmt.Sprintf("m%d-%d-%d@acme.example", c, n, rand.Int64())
				if err := l.s.send(fmt.Sprintf("c%d-%d@acme.example", c, n%7), id, "Help"); err == nil {
					l.mu.Lock()
					l.mails = append(l.mails, id)
					l.mu.Unlock()
				} else {
					time.Sleep(5 * time.Millisecond)
				}
				time.Sleep(l.pause)
			}
		})
		l.all.Go(func() {
			for n := 0; !l.stop.Load(); n++ {
				l.comment(c, n)
				time.Sleep(l.pause)
			}
		})
	}
}

func (l *load) comment(c, n int) {
	l.mu.Lock()
	known := len(l.tickets)
	var id int64
	if known > 0 {
		id = l.tickets[rand.IntN(known)]
	}
	l.mu.Unlock()
	if known < 10 {
		a := l.s.call("POST", "/api/v1/tickets", obj{"subject": "Load", "text": "Help", "requester": obj{"email": fmt.Sprintf("r%d-%d@acme.example", c, n)}})
		var v struct{ ID int64 }
		l.mu.Lock()
		if a.status == 201 && json.Unmarshal([]byte(a.body), &v) == nil {
			l.tickets = append(l.tickets, v.ID)
		} else {
			l.refused[a.status]++
		}
		l.mu.Unlock()
		return
	}
	text := fmt.Sprintf("comment %d %d %d", c, n, rand.Int64())
	l.mu.Lock()
	l.tried[text] = true
	l.mu.Unlock()
	a := l.s.call("POST", fmt.Sprintf("/api/v1/tickets/%d/comments", id), obj{"public": true, "text": text})
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.status == 201 {
		l.comments[text] = id
	} else if l.refused[a.status]++; a.status == 0 {
		time.Sleep(5 * time.Millisecond)
	}
}

// end stops the load.
func (l *load) end() {
	l.stop.Store(true)
	l.all.Wait()
}

// check waits until the program has nothing left to do and compares what it was told with
// what there is.
func (l *load) check(t *testing.T) {
	t.Helper()
	d, err := db.Open(t.Context(), options(l.s.where))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l.finish(t, d)
	l.checkMails(t, d)
	l.checkComments(t, d)
	l.checkSent(t)
	if n := count(t, d, `SELECT count(*) FROM outbox WHERE state <> 'sent'`); n != 0 {
		t.Errorf("%d mails are not noted as sent", n)
	}
	out := steward(t, append([]string{"audit", "verify"}, l.s.where...)...)
	if !strings.HasPrefix(out, "ok: ") {
		t.Errorf("the ledger: %s", out)
	}
}

func count(t *testing.T, d *db.DB, q string, args ...any) (n int) {
	t.Helper()
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, q, args...).Scan(&n) }); err != nil {
		t.Error(err)
	}
	return n
}

// finish waits until no mail is left to work on: leases of killed processes must end by
// themselves, only pauses between tries are cut short.
func (l *load) finish(t *testing.T, d *db.DB) {
	t.Helper()
	deadline := time.Now().Add(40 * time.Second)
	for n := 0; count(t, d, `SELECT count(*) FROM job WHERE kind IN ('mail.send', 'mail.received')`) > 0; n++ {
		if time.Now().After(deadline) {
			for what := range counted(t, d, `SELECT j.kind || ' ' || j.state || ' tries ' || j.attempts || ' listed ' || (EXISTS (SELECT 1 FROM node n WHERE n.id = j.owner)) || ' due ' || j.due || ' ' || j.error FROM job j WHERE j.kind IN ('mail.send', 'mail.received')`) {
				t.Log(what)
			}
			t.Fatalf("there is still mail to work on; the server says:\n%s", tail(l.s.logs.String()))
		}
		if n%30 == 0 {
			if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE job SET due = 0 WHERE state = 'ready' AND kind IN ('mail.send', 'mail.received')`)
				return err
			}); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// counted reads a query's rows of one text each and counts them.
func counted(t *testing.T, d *db.DB, q string) map[string]int {
	t.Helper()
	out := map[string]int{}
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, q)
		_, err = db.Collect(rows, err, func(s db.Scanner) (x struct{}, err error) {
			var text string
			err = s.Scan(&text)
			out[text]++
			return x, err
		})
		return err
	}); err != nil {
		t.Error(err)
	}
	return out
}

func (l *load) checkMails(t *testing.T, d *db.DB) {
	t.Helper()
	on := counted(t, d, `SELECT m.message_id FROM mail_in m JOIN comment c ON c.id = m.comment_id WHERE m.state = 'ticketed'`)
	suspended := counted(t, d, `SELECT message_id FROM mail_in WHERE state = 'suspended'`) // too many of one sender
	lost := 0
	for _, id := range l.mails {
		if on[id]+suspended[id] != 1 {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d mails that were taken are on no ticket, or on two", lost, len(l.mails))
	}
}

func (l *load) checkComments(t *testing.T, d *db.DB) {
	t.Helper()
	there := counted(t, d, `SELECT body_text FROM comment`)
	for text := range l.comments {
		if there[text] != 1 {
			t.Errorf("the comment %q that was taken is there %d times", text, there[text])
		}
	}
}

// checkSent looks at every mail that left: one Message-ID for each comment, and the same bytes
// each time.
func (l *load) checkSent(t *testing.T) {
	t.Helper()
	byID, byText := map[string][]byte{}, map[string]string{}
	twice := 0
	for _, raw := range l.s.peer.all() {
		id, text := ours(raw)
		if before, ok := byID[id]; ok {
			if twice++; !bytes.Equal(before, raw) {
				t.Errorf("the mail %s came twice with different bytes", id)
			}
		}
		byID[id] = raw
		if before, ok := byText[text]; ok && before != id {
			t.Errorf("%q left as %s and as %s", text, before, id)
		}
		byText[text] = id
		if !l.tried[text] {
			t.Errorf("a mail nobody wrote: %q", text)
		}
	}
	for text := range l.comments {
		if byText[text] == "" {
			t.Errorf("the answer %q never reached the customer", text)
		}
	}
	t.Logf("%d mails taken, %d comments taken, %d mails sent (%d of them twice), refused: %v", len(l.mails), len(l.comments), len(byID), twice, l.refused)
}

func tail(s string) string {
	if len(s) > 3000 {
		return s[len(s)-3000:]
	}
	return s
}

// TestKilledAtAnyMomentNothingIsLost kills the program again and again while mail comes in and
// answers go out; on PostgreSQL also the database, and both. make test-long does it a thousand
// times on each engine.
func TestKilledAtAnyMomentNothingIsLost(t *testing.T) {
	kills := 15
	if os.Getenv("STEWARD_LONG") != "" {
		kills = 1000
	}
	if n, err := strconv.Atoi(os.Getenv("STEWARD_KILLS")); err == nil {
		kills = n
	}
	t.Run("sqlite", func(t *testing.T) {
		s := newServer(t, []string{"--data", t.TempDir()})
		killing(t, s, kills, func() { s.kill(); s.start() })
	})
	t.Run("postgres", func(t *testing.T) {
		pg := dbtest.OwnServer(t)
		s := newServer(t, []string{"--database", pg.URL(t)})
		killing(t, s, kills,
			func() { s.kill(); s.start() },
			func() { pg.Kill(); pg.Start(t); s.ready() },
			func() { s.kill(); pg.Kill(); pg.Start(t); s.start() },
		)
	})
}

// killing runs the program under load and does one of the given at random, again and again.
func killing(t *testing.T, s *server, kills int, ways ...func()) {
	s.start()
	consumed := consume(t, s.where)
	l := newLoad(s)
	l.run(2)
	begun, slowest := time.Now(), time.Duration(0)
	for range kills {
		time.Sleep(time.Duration(20+rand.IntN(300)) * time.Millisecond)
		one := time.Now()
		ways[rand.IntN(len(ways))]()
		slowest = max(slowest, time.Since(one))
	}
	t.Logf("%d kills, %s each with the pauses between; ready again after %s at most", kills,
		(time.Since(begun) / time.Duration(kills)).Round(time.Millisecond), slowest.Round(time.Millisecond))
	l.end()
	l.check(t)
	consumed(t)
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d after SIGTERM:\n%s", code, tail(s.logs.String()))
	}
}

// consume follows the ledger from the first event on and writes down each it is given. The
// function it returns checks that none was skipped or given twice.
func consume(t *testing.T, where []string) func(t *testing.T) {
	t.Helper()
	d, err := db.Open(t.Context(), options(where))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE consumed (pos BIGINT NOT NULL, event_id BIGINT NOT NULL)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	l := ledger.New(d)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		l.Follow(ctx, ledger.Follower{Name: "test.consumer", Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
			_, err := tx.Exec(ctx, `INSERT INTO consumed (pos, event_id) VALUES ($1, $2)`, e.Pos, e.ID)
			return err
		}})
	}()
	t.Cleanup(func() { stop(); <-stopped; d.Close() })
	return func(t *testing.T) {
		t.Helper()
		for deadline := time.Now().Add(60 * time.Second); count(t, d, `SELECT count(*) FROM consumed`) < count(t, d, `SELECT count(*) FROM events`); time.Sleep(100 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Error("the consumer was not given every event")
				break
			}
		}
		stop()
		<-stopped
		n, different, last := count(t, d, `SELECT count(*) FROM consumed`), count(t, d, `SELECT count(DISTINCT pos) FROM consumed`), count(t, d, `SELECT max(pos) FROM consumed`)
		events := count(t, d, `SELECT count(DISTINCT event_id) FROM consumed`)
		if n != different || n != last || n != events {
			t.Errorf("the consumer was given %d events at %d positions up to %d, %d of them different", n, different, last, events)
		}
		t.Logf("a consumer was given %d events, each once", n)
	}
}
