package program

import (
	"fmt"

	"steward/internal/rule"
)

// verdict is what an application needs next.
type verdict struct {
	run     *Check // a proof to look at
	machine bool   // an answer from elsewhere is awaited
	await   bool   // a proof is awaited from the applicant
	decide  bool
}

// applicable are the proofs of the version that apply to an application.
func (p *Program) applicable(vars rule.Vars) (out []Check) {
	for i, c := range p.Spec.Verify.Checks {
		when := p.rules(fmt.Sprintf("verify.checks[%d].when", i))
		if when != nil {
			if holds, err := when.Eval(vars); err != nil || !holds {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

// newest are the newest tries by the proof's name.
func newest(runs []CheckRun) map[string]CheckRun {
	out := map[string]CheckRun{}
	for _, r := range runs { // by id
		out[r.Name] = r
	}
	return out
}

// verified reports whether the proofs that apply have passed: one of them or all, as the version says. A version
// that asks for none is content.
func (s *Service) verified(p *Program, _ *Application, runs []CheckRun, vars rule.Vars) bool {
	return verified(p.applicable(vars), newest(runs), p.Spec.Verify.Enough == "all")
}

func verified(checks []Check, state map[string]CheckRun, all bool) bool {
	if len(checks) == 0 {
		return true
	}
	passed := 0
	for _, c := range checks {
		if state[c.Name].State == Passed {
			passed++
		}
	}
	return passed == len(checks) || !all && passed > 0
}

// judge says what an application needs next. It is pure: proofs that apply, what became of them, and whether all
// must pass. Proofs are looked at in their order; those that wait for the applicant are offered together; when one
// is unclear, or all are done, it is decided.
func judge(checks []Check, state map[string]CheckRun, all bool) verdict {
	if verified(checks, state, all) {
		return verdict{decide: true}
	}
	var out verdict
	unclear := false
	for i, c := range checks {
		switch state[c.Name].State {
		case "":
			return verdict{run: &checks[i]}
		case Running:
			return verdict{machine: true}
		case Waiting:
			out.await = true
		case Elsewhere:
			out.machine = true
		case Unclear:
			unclear = true
		case Failed:
			if all {
				return verdict{decide: true}
			}
		}
	}
	switch {
	case out.machine:
		return verdict{machine: true}
	case out.await && (all || !unclear):
		return verdict{await: true}
	}
	return verdict{decide: true}
}
