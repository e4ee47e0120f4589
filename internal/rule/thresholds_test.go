package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"steward/internal/rule"
)

func TestConstantsAreWhereAConditionMayChange(t *testing.T) {
	env := ticketEnv(t)
	for src, want := range map[string]struct {
		of    map[string][]any
		exact bool
	}{
		`ticket.score >= 0.5 && -3 < ticket.reopens`:                  {map[string][]any{"ticket.score": {0.5}, "ticket.reopens": {int64(-3)}}, true},
		`!(ticket.priority in ["low", "high"]) || ticket.restricted`:  {map[string][]any{"ticket.priority": {"low", "high"}, "ticket.restricted": {}}, true},
		`ticket.score * 2.0 > 5.0`:                                    {map[string][]any{}, false},
		`ticket.reopens > 1 && ticket.score > double(ticket.reopens)`: {map[string][]any{"ticket.reopens": {int64(1)}}, false},
		`has(ticket.subject)`:                                         {map[string][]any{}, false},
	} {
		p, err := rule.Compile(env, src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		of, exact := p.Constants()
		if diff := cmp.Diff(want.of, of); diff != "" || exact != want.exact {
			t.Errorf("%s: exact %t, constants differ: %s", src, exact, diff)
		}
	}
}

func TestDivisionsByWhatMayBeZero(t *testing.T) {
	p, err := rule.CompileAs(ticketEnv(t), `ticket.score / 2.0 + ticket.score / 0.0 + 1.0 / ticket.score`, rule.Number)
	if err != nil {
		t.Fatal(err)
	}
	want := []rule.Division{{Zero: true, Line: 1, Column: 37}, {By: "ticket.score", Line: 1, Column: 55}}
	if diff := cmp.Diff(want, p.Divisions()); diff != "" {
		t.Error(diff)
	}
}
