package portal

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
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

// network is the network a request came from: the IPv4 /24 or IPv6 /48. Behind a proxy on this
// machine or a private network the address is the one that the proxy saw.
func network(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if list := r.Header.Values("X-Forwarded-For"); len(list) > 0 && (a.IsLoopback() || a.IsPrivate()) {
		hops := strings.Split(list[len(list)-1], ",")
		if seen, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err == nil {
			a = seen
		}
	}
	a = a.Unmap()
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return a.String()
	}
	return p.String()
}
