package zendesk

import (
	"context"
	"time"
)

// Hurry makes a source wait for nothing.
func Hurry(s *Source) { Waits(s, func(time.Duration) {}) }

// Waits makes a source say how long it would wait.
func Waits(s *Source, told func(time.Duration)) {
	s.waits = func(_ context.Context, d time.Duration) { told(d) }
}
