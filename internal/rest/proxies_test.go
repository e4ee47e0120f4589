package rest

import (
	"net/http"
	"testing"
)

func TestTheClientBehindProxiesIsFound(t *testing.T) {
	for _, c := range []struct {
		trusted []string
		peer    string
		header  []string
		want    string
	}{
		{nil, "203.0.113.9:4711", nil, "203.0.113.9"},
		{nil, "203.0.113.9:4711", []string{"198.51.100.1"}, "203.0.113.9"},
		{nil, "127.0.0.1:4711", []string{"198.51.100.1"}, "198.51.100.1"},
		{nil, "10.0.0.7:4711", []string{"192.0.2.1, 198.51.100.1"}, "198.51.100.1"},
		{nil, "10.0.0.7:4711", []string{"192.0.2.1", "10.0.0.5"}, "10.0.0.5"}, // a client of the same network typed the first
		{nil, "[::ffff:10.0.0.7]:4711", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{nil, "127.0.0.1:4711", []string{"nonsense"}, "127.0.0.1"},
		{nil, "127.0.0.1:4711", []string{""}, "127.0.0.1"},
		{[]string{"10.0.0.7"}, "10.0.0.8:4711", []string{"198.51.100.1"}, "10.0.0.8"},
		{[]string{"10.0.0.7"}, "127.0.0.1:4711", []string{"198.51.100.1"}, "127.0.0.1"},
		{[]string{"10.0.0.7"}, "10.0.0.7:4711", []string{"192.0.2.1, 198.51.100.1"}, "198.51.100.1"},
		{[]string{"10.0.0.7", "192.0.2.0/24"}, "10.0.0.7:4711", []string{"8.8.8.8, 198.51.100.1, 192.0.2.9"}, "198.51.100.1"},
		{[]string{"10.0.0.7", "192.0.2.0/24"}, "10.0.0.7:4711", []string{"192.0.2.9"}, "192.0.2.9"},
		{[]string{"2001:db8::/32"}, "[2001:db8::1]:4711", []string{"2001:db9:1:2::3"}, "2001:db9:1:2::3"},
	} {
		p, err := TrustProxies(c.trusted)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Client(&http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.header}}); got.String() != c.want {
			t.Errorf("trusting %v, %s forwarding %q is %s, want %s", c.trusted, c.peer, c.header, got, c.want)
		}
	}
	for _, wrong := range []string{"proxy.example", "10.0.0.0/99", ""} {
		if _, err := TrustProxies([]string{wrong}); err == nil {
			t.Errorf("%q is taken for a proxy", wrong)
		}
	}
}
