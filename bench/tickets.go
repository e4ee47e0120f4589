package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// knownPeople is how many requesters are known before the measure.
const knownPeople = 1000

const letter = `Since this morning the export of our monthly report stops halfway. The last line we see is “writing part 7 of 12”, then nothing for an hour. ` +
	`We tried again with a smaller range and it is the same. Could you have a look? The report is due on Friday.`

// tickets measures opening tickets over HTTP: each one durable, in a transaction of its own.
func tickets(ctx context.Context, s settings, e *engine, r *report) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	post := func(c *client, requester string, n int64) error {
		_, err := c.do("POST", "/tickets", fmt.Sprintf(`{"subject":"The monthly export stops halfway (%d)","text":%q,"priority":"normal","requester":{"email":%q,"name":"Robin Example"}}`,
			n, letter, requester), 201)
		return err
	}
	first, err := dial(e.server.http, e.token)
	if err != nil {
		return err
	}
	for i := range knownPeople {
		if err := post(first, known(i), int64(i)); err != nil {
			return err
		}
	}
	peers := map[string]map[int]string{"known": {1: "131/s", 8: "223/s", 32: "194/s"}, "new": {1: "16–30/s", 8: "16–30/s", 32: "16–30/s"}}
	for _, kind := range []string{"known", "new"} {
		for _, clients := range s.callers {
			run := rand.Int64()
			res, err := load(ctx, e, clients, s.each, func(c *client, n int64) error {
				if kind == "known" {
					return post(c, known(rand.IntN(knownPeople)), n)
				}
				return post(c, fmt.Sprintf("p%d.%d@new%d.example", run, n, n%50), n)
			})
			if err != nil {
				return err
			}
			goal, most := target{}, target{}
			if clients == 32 {
				goal, most = target{min: 1500}, target{max: 100}
				if e.cluster != nil {
					goal.min = 1000
				}
			}
			name := fmt.Sprintf("tickets, %s requester, %d clients", kind, clients)
			r.add(e, name, res.rate(), "/s", goal, peers[kind][clients])
			r.add(e, name+": p50", res.at(.5), " ms", target{}, "")
			r.add(e, name+": p99", res.at(.99), " ms", most, "")
			processor(e, r, name, res, "7–9 ms")
		}
	}
	return nil
}

func known(i int) string { return fmt.Sprintf("person%d@customer%d.example", i, i%100) }

// processor notes the processor time of a request.
func processor(e *engine, r *report, name string, res result, peer string) {
	r.add(e, name+": processor, server", res.each(res.server), " ms", target{}, peer)
	if e.cluster != nil {
		r.add(e, name+": processor, database", res.each(res.data), " ms", target{}, "")
	}
	if res.took > 0 {
		r.add(e, name+": other programs took of the machine", res.others, " %", target{}, "")
	}
}

// replies measures public answers, each of which also queues a mail to the requester.
func replies(ctx context.Context, s settings, e *engine, r *report) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	ids, err := someTickets(e, 2000)
	if err != nil {
		return err
	}
	clients := s.callers[len(s.callers)-1]
	res, err := load(ctx, e, clients, s.each, func(c *client, n int64) error {
		_, err := c.do("POST", fmt.Sprintf("/tickets/%d/comments", ids[int(n)%len(ids)]), fmt.Sprintf(`{"public":true,"text":%q}`, letter), 201)
		return err
	})
	if err != nil {
		return err
	}
	name := fmt.Sprintf("replies, %d clients", clients)
	goal := target{}
	if clients == 32 {
		goal.min = 800
	}
	r.add(e, name, res.rate(), "/s", goal, "91–203/s")
	r.add(e, name+": p50", res.at(.5), " ms", target{}, "")
	r.add(e, name+": p99", res.at(.99), " ms", target{}, "")
	processor(e, r, name, res, "")
	return drained(ctx, e, `SELECT count(*) FROM job WHERE kind = 'mail.send'`, 5*time.Minute)
}

// someTickets opens tickets to answer.
func someTickets(e *engine, n int) ([]int64, error) {
	ids := make([]int64, n)
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for w := range 16 {
		wg.Go(func() {
			c, err := dial(e.server.http, e.token)
			for i := w; i < n && err == nil; i += 16 {
				var body []byte
				body, err = c.do("POST", "/tickets", fmt.Sprintf(`{"subject":"Answer me %d","text":"Please.","requester":{"email":%q}}`, i, known(i%knownPeople)), 201)
				var t struct {
					ID int64 `json:"id"`
				}
				if err == nil {
					err = json.Unmarshal(body, &t)
				}
				ids[i] = t.ID
			}
			errs[w] = err
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// drained waits until a count in the database is zero.
func drained(ctx context.Context, e *engine, count string, most time.Duration) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		var n int64
		if err := d.QueryRowContext(ctx, count).Scan(&n); err != nil || n == 0 {
			return err
		}
		if time.Since(begun) > most {
			return fmt.Errorf("%d are still waiting after %s", n, most)
		}
	}
}
