package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"steward/internal/db"
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
	all      sync.WaitGroup
	refused  map[int]int // answers by status that were not success
}

func newLoad(s *server) *load {
	return &load{s: s, comments: map[string]int64{}, tried: map[string]bool{}, refused: map[int]int{}}
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
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
		l.all.Go(func() {
			for n := 0; !l.stop.Load(); n++ {
				l.comment(c, n)
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
	// Jobs that a killed process had leased are taken over when their lease ends: now.
	expire := func() {
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET lease_until = 0 WHERE state = 'running' AND attempts < 10`)
			if err == nil {
				_, err = tx.Exec(ctx, `UPDATE job SET due = 0 WHERE state = 'ready' AND kind IN ('mail.send', 'mail.received')`)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	count := func(q string, args ...any) (n int) {
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error { return tx.QueryRow(ctx, q, args...).Scan(&n) }); err != nil {
			t.Error(err)
		}
		return n
	}
	expire()
	deadline := time.Now().Add(60 * time.Second)
	for n := 0; count(`SELECT count(*) FROM job WHERE kind IN ('mail.send', 'mail.received')`) > 0; n++ {
		if time.Now().After(deadline) {
			t.Fatalf("there is still mail to work on; the server says:\n%s", tail(l.s.logs.String()))
		}
		if n%30 == 29 {
			expire()
		}
		time.Sleep(100 * time.Millisecond)
	}
	lost := 0
	for _, id := range l.mails {
		if n := count(`SELECT count(*) FROM mail_in m JOIN comment c ON c.id = m.comment_id WHERE m.message_id = $1 AND m.state IN ('ticketed')`, id); n != 1 {
			if s := count(`SELECT count(*) FROM mail_in WHERE message_id = $1 AND state = 'suspended'`, id); s != 1 { // too many of one sender
				lost++
			}
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d mails that were taken are on no ticket, or on two", lost, len(l.mails))
	}
	for text, id := range l.comments {
		if n := count(`SELECT count(*) FROM comment WHERE ticket_id = $1 AND body_text = $2`, id, text); n != 1 {
			t.Errorf("the comment %q that was taken is there %d times", text, n)
		}
	}
	// Every mail that left: one Message-ID for each comment, and the same bytes each time.
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
	if n := count(`SELECT count(*) FROM outbox WHERE state <> 'sent'`); n != 0 {
		t.Errorf("%d mails are not noted as sent", n)
	}
	t.Logf("%d mails taken, %d comments taken, %d mails sent (%d of them twice), refused: %v", len(l.mails), len(l.comments), len(byID), twice, l.refused)
	out := steward(t, append([]string{"audit", "verify"}, l.s.where...)...)
	if !strings.HasPrefix(out, "ok: ") {
		t.Errorf("the ledger: %s", out)
	}
}

func tail(s string) string {
	if len(s) > 3000 {
		return s[len(s)-3000:]
	}
	return s
}

// TestKilledAtAnyMomentNothingIsLost kills the program again and again while mail comes in
// and answers go out. make test-long kills it three hundred times.
func TestKilledAtAnyMomentNothingIsLost(t *testing.T) {
	kills := 15
	if os.Getenv("STEWARD_LONG") != "" {
		kills = 300
	}
	each(t, func(t *testing.T, where []string) {
		s := newServer(t, where)
		s.start()
		l := newLoad(s)
		l.run(2)
		for range kills {
			time.Sleep(time.Duration(50+rand.IntN(450)) * time.Millisecond)
			s.kill()
			s.start()
		}
		l.end()
		l.check(t)
		if code := s.stop(); code != 0 {
			t.Errorf("exit code %d after SIGTERM:\n%s", code, tail(s.logs.String()))
		}
	})
}
