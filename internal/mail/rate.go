package mail

import (
	"sync"
	"time"
)

// Rate counts what one sender caused within a sliding window: the last defence against a
// loop that hides all its marks. It lives in memory; every node counts for itself.
type Rate struct {
	Limit  int              // how many within Window are fine
	Window time.Duration    // how far back to count
	Clock  func() time.Time // nil means the machine's clock

	mu    sync.Mutex
	seen  map[string][]time.Time
	swept time.Time
}

// Allow counts one more for key and reports whether the limit still holds. Refused ones do
// not count, so a sender who slows down is let through again.
func (r *Rate) Allow(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.seen == nil {
		r.seen = map[string][]time.Time{}
	}
	r.sweep(now)
	times := recent(r.seen[key], now.Add(-r.Window))
	if len(times) >= r.Limit {
		r.seen[key] = times
		return false
	}
	r.seen[key] = append(times, now)
	return true
}

func (r *Rate) now() time.Time {
	if r.Clock == nil {
		return time.Now()
	}
	return r.Clock()
}

// sweep forgets senders that have been silent, once per window.
func (r *Rate) sweep(now time.Time) {
	if now.Sub(r.swept) < r.Window {
		return
	}
	r.swept = now
	for key, times := range r.seen {
		if len(recent(times, now.Add(-r.Window))) == 0 {
			delete(r.seen, key)
		}
	}
}

// recent drops what happened at or before since; times are in order.
func recent(times []time.Time, since time.Time) []time.Time {
	for len(times) > 0 && !times[0].After(since) {
		times = times[1:]
	}
	return times
}
