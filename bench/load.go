package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result is what a load did.
type result struct {
	done   int
	took   time.Duration
	times  []time.Duration // of each request, sorted
	server time.Duration   // processor time of the server
	data   time.Duration   // and of the database's own processes
	others float64         // share of the machine that other programs took meanwhile
}

func (r result) rate() float64 { return float64(r.done) / r.took.Seconds() }

// at is the time that a share of the requests stayed below, in milliseconds.
func (r result) at(share float64) float64 {
	if len(r.times) == 0 {
		return 0
	}
	return float64(r.times[int(share*float64(len(r.times)-1))].Microseconds()) / 1000
}

// each is processor time per request, in milliseconds.
func (r result) each(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000 / float64(max(r.done, 1))
}

// load lets clients send one request after another for a while. one makes the client's
// request number n; a failure ends the load.
func load(ctx context.Context, e *engine, clients int, most time.Duration, one func(c *client, n int64) error) (result, error) {
	e.quiet(ctx)
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var n atomic.Int64
	var mu sync.Mutex
	var all result
	var failed error
	var wg sync.WaitGroup
	server, _, _ := processTime(e.server.pid)
	data := e.databaseTime()
	busy, self := busyTime(), ownTime()
	begun := time.Now()
	for range clients {
		wg.Go(func() {
			c, err := dial(e.server.http, e.token)
			var times []time.Duration
			for err == nil && ctx.Err() == nil {
				at := time.Now()
				if err = one(c, n.Add(1)); err == nil {
					times = append(times, time.Since(at))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all.times = append(all.times, times...)
			if err != nil {
				failed = err
				cancel()
			}
		})
	}
	wg.Wait()
	all.took, all.done = time.Since(begun), len(all.times)
	after, _, _ := processTime(e.server.pid)
	all.server, all.data = after-server, e.databaseTime()-data
	rest := busyTime() - busy - (ownTime() - self) - all.server - all.data
	all.others = max(0, 100*rest.Seconds()/all.took.Seconds()/float64(runtime.NumCPU()))
	slices.Sort(all.times)
	if failed != nil {
		return all, fmt.Errorf("a request failed: %w", failed)
	}
	return all, nil
}
