package dbtest

import (
	"context"
	"runtime"
	"sync/atomic"
)

// Power cuts a node off at one of its writes: just before it, when everything else has happened, or just after, when it
// is durable and nobody has heard of it. The goroutine that meets the moment ends, and so does every other at its next
// one: a node that is cut off writes nothing more. Give Watch to [steward/internal/db.DB.Observe].
type Power struct {
	Seen atomic.Int64 // moments so far
	At   atomic.Int64 // the moment of the cut, from 1; 0 for none
	Off  atomic.Bool
}

// Watch makes two moments of a write.
func (p *Power) Watch(ctx context.Context, _ string) (context.Context, func(error)) {
	p.Moment()
	return ctx, func(error) { p.Moment() }
}

// Moment is one at which the node may be cut off: of a write, or before and after something asked of the world.
func (p *Power) Moment() {
	if p.Off.Load() {
		runtime.Goexit()
	}
	if n := p.Seen.Add(1); n == p.At.Load() {
		p.Off.Store(true)
		runtime.Goexit()
	}
}
