package rule_test

import (
	"fmt"
	"testing"

	"steward/internal/rule"
)

func smallEnv(t *testing.T) *rule.Env {
	t.Helper()
	env, err := rule.New("ticket", rule.Field{Path: "ticket.status", Type: rule.Enum("new", "open", "solved"), Doc: "."}, rule.Field{Path: "ticket.tags", Type: rule.Texts, Doc: "."},
		rule.Field{Path: "ticket.team", Type: rule.Text, Doc: "."}, rule.Field{Path: "ticket.organization.attributes", Type: rule.Attributes, Doc: "."})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func compiled(t *testing.T, env *rule.Env, src string) *rule.Program {
	t.Helper()
	p, err := rule.Compile(env, src)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return p
}

func TestConditionsThatNeverHoldAreFound(t *testing.T) {
	env := smallEnv(t)
	for src, at := range map[string]string{
		`ticket.team == "a" && ticket.team == "b"`:                                                 "1:23",
		`ticket.team in []`:                                                                        "1:1",
		`ticket.team == "a" && ticket.team in ["b", "c"]`:                                          "1:23",
		`ticket.team in ["a", "b"] && ticket.team != "a" && ticket.team != "b"`:                    "1:52",
		`ticket.organization.attributes.seats > 10 && ticket.organization.attributes.seats < 5`:    "1:46",
		`ticket.organization.attributes.seats > 10 && ticket.organization.attributes.seats <= 10`:  "1:46",
		`5 > ticket.organization.attributes.seats && ticket.organization.attributes.seats == 7`:    "1:45",
		"ticket.team == \"a\" &&\n  (ticket.status == \"new\" && ticket.status == \"open\")":       "2:30",
		`(ticket.team == "a" && ticket.team == "b") || (ticket.team == "c" && "d" == ticket.team)`: "1:24",
		`ticket.team == "x" || (ticket.team == "c" && ticket.team == "d")`:                         "1:46",
		`false`: "1:1",
		`ticket.team == "a" && ticket.team == "a"`:                                                        "",
		`ticket.team == "a" || ticket.team == "b"`:                                                        "",
		`ticket.team != "a" && ticket.team != "b"`:                                                        "",
		`"a" in ticket.tags && "b" in ticket.tags`:                                                        "",
		`!(ticket.team == "a") && ticket.team == "a"`:                                                     "", // not seen
		`ticket.organization.attributes.a == "x" && ticket.organization.attributes.b == "y"`:              "",
		`ticket.organization.attributes.seats >= 10 && ticket.organization.attributes.seats <= 10`:        "",
		`ticket.organization.attributes.seats == 5 && ticket.organization.attributes.seats < 5.5`:         "",
		`ticket.organization.attributes.plan == "premium" && ticket.organization.attributes.plan == true`: "1:53",
	} {
		got := ""
		if found := compiled(t, env, src).Never(); len(found) > 0 {
			got = fmt.Sprintf("%d:%d", found[0].Line, found[0].Column)
		}
		if got != at {
			t.Errorf("%s: found at %q, want %q", src, got, at)
		}
	}
}

func TestConditionCoversANarrowerOne(t *testing.T) {
	env := smallEnv(t)
	for _, c := range []struct {
		wide, narrow string
		want         bool
	}{
		{`ticket.team == "a"`, `ticket.team == "a" && ticket.status == "new"`, true},
		{`ticket.team in ["a", "b"]`, `ticket.team == "b"`, true},
		{`ticket.team in ["a", "b"]`, `ticket.team in ["b"] && "x" in ticket.tags`, true},
		{`ticket.team != "c"`, `ticket.team == "b"`, true},
		{`"x" in ticket.tags`, `"x" in ticket.tags && ticket.team == "b"`, true},
		{`ticket.team == "a" && ticket.status == "new"`, `ticket.team == "a"`, false},
		{`ticket.team in ["a"]`, `ticket.team in ["a", "b"]`, false},
		{`ticket.team == "a" || ticket.team == "b"`, `ticket.team == "a"`, false}, // not seen
	} {
		if got := compiled(t, env, c.wide).Covers(compiled(t, env, c.narrow)); got != c.want {
			t.Errorf("%s covers %s: %v, want %v", c.wide, c.narrow, got, c.want)
		}
	}
}
