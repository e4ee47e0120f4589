package auth

import (
	"slices"
	"strings"

	"steward/internal/act"
)

// Role is the spec of kind role: what its holders may do.
type Role struct {
	Grants []RoleGrant `yaml:"grants" doc:"What people with this role may do." required:"true"`
}

// RoleGrant allows some actions on some kinds of record.
type RoleGrant struct {
	Actions []string `yaml:"actions" doc:"read, write, or another action of the kind; * for any." required:"true"`
	Kinds   []string `yaml:"kinds" doc:"ticket, person, organization, team, blueprint, mail, indicator, figure (of single people), event, token, webhook, entitlement; * for any." required:"true"`
	Scope   string   `yaml:"scope" doc:"Which records: own, team, organization or all." enum:"own,team,organization,all" required:"true"`
}

// Flat is the role's grants, one for each action and kind.
func (r Role) Flat() []act.Grant {
	var out []act.Grant
	for _, g := range r.Grants {
		for _, a := range g.Actions {
			for _, k := range g.Kinds {
				out = append(out, act.Grant{Action: a, Kind: k, Scope: act.Scope(g.Scope)})
			}
		}
	}
	return out
}

// narrow keeps of grants what a token's scopes ("ticket.read", "ticket.*", "*") allow.
func narrow(grants []act.Grant, scopes []string) []act.Grant {
	if slices.Contains(scopes, "*") {
		return grants
	}
	var out []act.Grant
	for _, s := range scopes {
		kind, action, _ := strings.Cut(s, ".")
		for _, g := range grants {
			if (g.Kind == kind || g.Kind == "*") && (g.Action == action || g.Action == "*" || action == "*") {
				n := act.Grant{Action: g.Action, Kind: kind, Scope: g.Scope}
				if action != "*" {
					n.Action = action
				}
				out = append(out, n)
			}
		}
	}
	return out
}
