package leak_test

import (
	"strings"
	"testing"

	"steward/internal/desk/leak"
)

var known = leak.Known{People: []string{"Ann Tester"}, Organizations: []string{"Acme Corp"}, Domains: []string{"acme.example"}, Allowed: []string{"gitlab.company.example"}}

func TestWhatLooksLikeCustomerDataIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"Reported by Ann Tester.":                           "name:Ann Tester",
		"ANN said so":                                       "name:ANN",
		"At acme  corp it stops":                            "organization:acme  corp",
		"Write to ann.tester@acme.example please":           "email:ann.tester@acme.example",
		"host db1.acme.example is slow":                     "domain:db1.acme.example",
		"see https://wiki.acme.example/page":                "domain:wiki.acme.example",
		"see http://intranet/page":                          "domain:intranet",
		"db1.corp.internal timed out":                       "domain:db1.corp.internal",
		"from shop.somewhere.com":                           "domain:shop.somewhere.com",
		"10.1.2.3 and 2001:db8::7 refuse":                   "ip:10.1.2.3 ip:2001:db8::7",
		"10.0.0.0/8 is blocked, 192.168.7.9:5432 too":       "ip:10.0.0.0/8 ip:192.168.7.9:5432",
		"token glpat-abcdefghij0123456789":                  "token:glpat-abcdefghij0123456789",
		"ghp_" + strings.Repeat("a1", 18):                   "token:ghp_" + strings.Repeat("a1", 18),
		"password: hunter22":                                "token:hunter22",
		"Authorization: Bearer abcdef123456789":             "token:abcdef123456789",
		"AKIAIOSFODNN7EXAMPLE":                              "token:AKIAIOSFODNN7EXAMPLE",
		"-----BEGIN RSA PRIVATE KEY-----":                   "token:-----BEGIN RSA PRIVATE KEY-----",
		"key deadbeefdeadbeefdeadbeefdeadbeef":              "token:deadbeefdeadbeefdeadbeefdeadbeef",
		"call +49 30 1234567":                               "phone:+49 30 1234567",
		"eyJhbGciOi.eyJzdWIiOi.sig":                         "token:eyJhbGciOi.eyJzdWIiOi.sig",
		"Version 17.4.2 on PostgreSQL 16.3, 127.0.0.1 only": "",
		"Edit config.yml, main.go and gitlab.rb":            "",
		"call foo.bar.baz() in lib/sync.py":                 "",
		"https://gitlab.company.example/product/app":        "",
		"The sync stops at 12:30:15 after 3 tries":          "",
		"Annual report, banner and planning":                "",
		"1. Open the page\n2. Press save":                   "",
		"::1 and 0.0.0.0":                                   "",
	} {
		var got []string
		for _, f := range leak.Find(text, known) {
			got = append(got, string(f.Kind)+":"+f.Text)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: found %q, want %q", text, s, want)
		}
	}
}

func TestFindingsSayWhereInCharacters(t *testing.T) {
	f := leak.Find("Ärger bei Acme Corp", known)
	if len(f) != 1 || f[0].Start != 10 || f[0].Text != "Acme Corp" {
		t.Errorf("%+v", f)
	}
}

func TestConfirmedWordsAreLeftOut(t *testing.T) {
	all := leak.Find("Ann Tester at Acme Corp", known)
	left := leak.Unconfirmed(all, []string{"Acme Corp", "ann tester"})
	if len(left) != 1 || left[0].Text != "Ann Tester" {
		t.Errorf("%+v", left)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("Ann Tester at 10.0.0.1, https://x.acme.example", "Ann Tester")
	f.Fuzz(func(t *testing.T, text, name string) {
		for _, one := range leak.Find(text, leak.Known{People: []string{name}, Domains: []string{name}}) {
			if !strings.Contains(text, one.Text) {
				t.Fatalf("%q is not in %q", one.Text, text)
			}
		}
	})
}
