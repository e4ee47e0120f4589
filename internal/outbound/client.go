package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"steward/internal/fault"
)

// Timeout is how long one call may take in all: name, connection, request and answer.
const Timeout = 10 * time.Second

// errRefused is why a connection was not made.
var errRefused = errors.New("its address is private or reserved, and is not allowed here (serve --allow-host)")

// Allowed are the hosts and networks that may be called though they are not public.
type Allowed struct {
	hosts    map[string]bool
	networks []netip.Prefix
}

// Allow reads what may be called: names and addresses as they stand in URLs (hooks.internal,
// 10.1.2.3), and networks (10.1.0.0/16), which are compared with the resolved address.
func Allow(entries []string) (a Allowed, err error) {
	a.hosts = map[string]bool{}
	for _, e := range entries {
		e = strings.ToLower(strings.TrimSpace(e))
		if p, perr := netip.ParsePrefix(e); perr == nil {
			a.networks = append(a.networks, p.Masked())
			continue
		}
		if e == "" || strings.ContainsAny(e, "/*@ ") || strings.Count(e, ":") == 1 {
			return a, fault.Field("allow-host", e, "a host name, an address, or a network such as 10.1.0.0/16", "%q is not a host or a network.", e)
		}
		a.hosts[strings.Trim(e, "[]")] = true
	}
	return a, nil
}

// Client returns a client that calls public addresses, and those allowed.
func Client(a Allowed) *http.Client {
	open := &net.Dialer{}
	guarded := &net.Dialer{Control: a.control}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(address); err == nil && a.hosts[strings.ToLower(host)] {
			return open.DialContext(ctx, network, address)
		}
		return guarded.DialContext(ctx, network, address)
	}
	return &http.Client{
		Timeout:       Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dial, ForceAttemptHTTP2: true, TLSHandshakeTimeout: Timeout, IdleConnTimeout: 30 * time.Second,
			MaxIdleConnsPerHost: 4, MaxResponseHeaderBytes: 64 << 10, DisableCompression: true},
	}
}

// control looks at the very address a connection is about to be made to.
func (a Allowed) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errRefused
	}
	for _, p := range a.networks {
		if p.Contains(at.Addr().Unmap()) {
			return nil
		}
	}
	if !Public(at.Addr()) {
		return errRefused
	}
	return nil
}
