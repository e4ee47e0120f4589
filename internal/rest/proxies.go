package rest

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"steward/internal/fault"
)

// Proxies are the reverse proxies whose word about a client's address is taken. The zero value
// believes one that is on this machine or in a private network.
type Proxies struct{ networks []netip.Prefix }

// TrustProxies reads addresses and networks: 10.0.0.7, 10.1.0.0/16. Without any, one proxy on this
// machine or in a private network is believed.
func TrustProxies(list []string) (p Proxies, err error) {
	for _, one := range list {
		one = strings.TrimSpace(one)
		n, err := netip.ParsePrefix(one)
		if a, aerr := netip.ParseAddr(one); aerr == nil {
			n, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return p, fault.Field("trusted-proxy", one, "an address or a network, such as 10.0.0.7 or 10.1.0.0/16", "%q is no address and no network of a proxy.", one)
		}
		p.networks = append(p.networks, n.Masked())
	}
	return p, nil
}

func (p Proxies) trust(a netip.Addr) bool {
	return slices.ContainsFunc(p.networks, func(n netip.Prefix) bool { return n.Contains(a) })
}

// Client is the address that a request came from; the zero address when it has none. What a proxy
// forwards is read from the end, as far as proxies wrote it: what stands before, the client itself
// may have typed.
func (p Proxies) Client(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	peer = peer.Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	next := func() (a netip.Addr, ok bool) {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1]))
		return a.Unmap().WithZone(""), err == nil
	}
	if len(p.networks) == 0 {
		if a, ok := next(); ok && (peer.IsLoopback() || peer.IsPrivate()) {
			return a
		}
		return peer.WithZone("")
	}
	for len(hops) > 0 && p.trust(peer) {
		a, ok := next()
		if !ok {
			break
		}
		peer, hops = a, hops[:len(hops)-1]
	}
	return peer.WithZone("")
}
