package portal

import (
	"net/http"
	"sync"
	"time"

	"steward/internal/mail"
)

// limits count what came from one address or network within an hour. They live in memory; every
// node counts for itself. A portal's figures may differ, so there is one counter a figure.
type limits struct {
	clock func() time.Time
	mu    sync.Mutex
	rates map[int]*mail.Rate
}

func newLimits(clock func() time.Time) *limits {
	return &limits{clock: clock, rates: map[int]*mail.Rate{}}
}

// allow counts one more for key and reports whether fewer than limit came within an hour.
func (l *limits) allow(limit int, key string) bool {
	l.mu.Lock()
	r := l.rates[limit]
	if r == nil {
		r = &mail.Rate{Limit: limit, Window: time.Hour, Clock: l.clock}
		l.rates[limit] = r
	}
	l.mu.Unlock()
	return r.Allow(key)
}

// network is the network a request came from: the IPv4 /24 or IPv6 /48 of the client, as the
// trusted proxies saw it.
func (s *Portal) network(r *http.Request) string {
	a := s.Proxies.Client(r)
	if !a.IsValid() {
		return r.RemoteAddr
	}
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return a.String()
	}
	return p.String()
}
