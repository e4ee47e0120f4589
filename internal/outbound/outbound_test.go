package outbound_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"steward/internal/outbound"
)

func TestOnlyTheInternetIsPublic(t *testing.T) {
	for _, s := range []string{"127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "198.18.0.1",
		"192.0.2.1", "240.0.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1"} {
		if outbound.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range []string{"1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"} {
		if !outbound.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s does not count as public", s)
		}
	}
	if outbound.Public(netip.Addr{}) {
		t.Error("no address counts as public")
	}
}

// TestNothingInsideIsReached: however the address is written, the connection is refused.
func TestNothingInsideIsReached(t *testing.T) {
	reached := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	none, err := outbound.Allow(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.Client(none)
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "[::]", "127.1", "2130706433", "0x7f000001", "017700000001", "127.0.0.1."} {
		res, err := client.Get("http://" + host + ":" + port + "/")
		if err == nil {
			res.Body.Close()
			t.Errorf("%s was reached", host)
		}
	}
	if reached != 0 {
		t.Errorf("the server was reached %d times", reached)
	}
	for _, entry := range []string{"127.0.0.1", "127.0.0.0/8", "LocalHost"} {
		allowed, err := outbound.Allow([]string{entry})
		if err != nil {
			t.Fatal(err)
		}
		host := "127.0.0.1"
		if entry == "LocalHost" {
			host = "localhost"
		}
		res, err := outbound.Client(allowed).Get("http://" + host + ":" + port + "/")
		if err != nil {
			t.Errorf("%s is not reached though %s is allowed: %v", host, entry, err)
			continue
		}
		res.Body.Close()
	}
	for _, bad := range []string{"", "http://x", "a b", "x:80", "*.example", "10.0.0.0/99"} {
		if _, err := outbound.Allow([]string{bad}); err == nil {
			t.Errorf("%q is allowed", bad)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		http.Redirect(w, r, "/inside", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	allowed, err := outbound.Allow([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	res, err := outbound.Client(allowed).Get(server.URL + "/first")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 307 || strings.Join(paths, " ") != "/first" {
		t.Errorf("%d after %v", res.StatusCode, paths)
	}
}
