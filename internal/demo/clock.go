package demo

import (
	"sync"
	"time"
)

// Clock is the time of an instance whose past is being made: it stands where it was set,
// until it is let go and follows the machine's.
type Clock struct {
	mu sync.Mutex
	at time.Time // zero: the machine's
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now()
	}
	return c.at
}

// Set stops the clock at a time; the zero time lets it go.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	c.at = at
	c.mu.Unlock()
}
