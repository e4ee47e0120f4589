package portal_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"steward/internal/api"
	"steward/internal/portal"
	"steward/internal/rest"
)

// near answers requests without a network: from says where they seem to come from.
type near struct {
	pages http.Handler
	from  func(r *http.Request)
}

func (n *near) RoundTrip(r *http.Request) (*http.Response, error) {
	n.from(r)
	w := httptest.NewRecorder()
	n.pages.ServeHTTP(w, r)
	return w.Result(), nil
}

func TestLimitsCountTheClientsNetwork(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.known("ann@acme.example")
		v.Apply("kind: portal\nname: main\ntitle: Main\nbrand: main\nper_address: 1000\nper_network: 2\n")
		// Each case has pages with counters of their own.
		come := func(trusted []string, peer string, forwarded ...string) func() int {
			proxies, err := rest.TrustProxies(trusted)
			if err != nil {
				t.Fatal(err)
			}
			n := &near{pages: portal.New(portal.Parts{DB: v.DB, Outreach: v.Outreach, Desk: v.Desk, DeskSet: v.DeskConfig, People: v.Directory, Files: v.Files, Auth: v.Auth, Signer: v.Signer,
				Brand: func() string { return "Main" }, Clock: v.Clock.Now, Cookie: func(secret string) *http.Cookie { return api.SessionCookie("", secret) }, Proxies: proxies})}
			v.client.Transport = n
			nth := 0
			return func() int { // the status of the next request
				n.from = func(r *http.Request) {
					r.RemoteAddr = peer
					r.Header["X-Forwarded-For"] = []string{forwarded[nth%len(forwarded)]}
				}
				v.open("/portal/request")
				v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(nil)
				nth++
				return v.status
			}
		}
		const over = http.StatusTooManyRequests
		for _, c := range []struct {
			what      string
			trusted   []string
			peer      string
			forwarded []string
			third     bool // the third request is one too many
		}{
			{"clients of one network behind a proxy", nil, "10.0.0.7:4711", []string{"198.51.100.1", "198.51.100.2", "198.51.100.200"}, true},
			{"clients of three networks behind a proxy", nil, "10.0.0.7:4711", []string{"198.51.100.1", "198.51.101.1", "198.51.102.1"}, false},
			{"clients of one IPv6 network behind a proxy", nil, "127.0.0.1:4711", []string{"2001:db8:1:2::3", "2001:db8:1:3::3", "2001:db8:1:4::3"}, true},
			{"clients of three IPv6 networks behind a proxy", nil, "127.0.0.1:4711", []string{"2001:db8:1::3", "2001:db8:2::3", "2001:db8:3::3"}, false},
			{"a stranger who types other addresses", nil, "203.0.113.9:4711", []string{"198.51.100.1", "198.51.101.1", "198.51.102.1"}, true},
			{"a client behind a proxy who types other addresses before its own", nil, "10.0.0.7:4711", []string{"8.8.8.8, 198.51.100.1", "9.9.9.9, 198.51.100.1", "7.7.7.7, 198.51.100.1"}, true},
			{"somebody in the private network who is not the proxy that is trusted", []string{"10.0.0.7"}, "10.0.0.66:4711", []string{"198.51.100.1", "198.51.101.1", "198.51.102.1"}, true},
			{"clients behind two proxies that are trusted", []string{"10.0.0.7", "192.0.2.0/24"}, "10.0.0.7:4711", []string{"1.1.1.1, 198.51.100.1, 192.0.2.3", "198.51.101.1, 192.0.2.3", "198.51.102.1, 192.0.2.4"}, false},
			{"a client behind two proxies that are trusted", []string{"10.0.0.7", "192.0.2.0/24"}, "10.0.0.7:4711", []string{"1.1.1.1, 198.51.100.1, 192.0.2.3", "2.2.2.2, 198.51.100.1, 192.0.2.3", "3.3.3.3, 198.51.100.1, 192.0.2.4"}, true},
		} {
			next := come(c.trusted, c.peer, c.forwarded...)
			first, second, third := next(), next(), next()
			if first == over || second == over || (third == over) != c.third {
				t.Errorf("%s: %d, %d, %d", c.what, first, second, third)
			}
		}
	})
}
