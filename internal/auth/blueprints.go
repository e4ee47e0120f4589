package auth

import (
	"fmt"
	"slices"

	"steward/internal/blueprint"
	"steward/internal/suggest"
)

// Register adds the kind role.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Role]{Name: "role", Title: "Role",
		Summary: "What people may do. Give it to them on their page.",
		Example: "kind: role\nname: agent\ntitle: Agent\ngrants:\n  - { actions: [read, write, edit], kinds: [ticket], scope: all }\n  - { actions: [read], kinds: [person, organization, team], scope: all }\n",
		Lint:    lintRole})
}

// Kinds and actions that grants are known to name; others are taken as they are.
var (
	knownKinds   = []string{"*", "ticket", "person", "organization", "team", "role", "blueprint", "mail", "indicator", "figure", "event", "token", "entitlement", "account", "usage", "issue", "known_issue", "run", "application"}
	knownActions = []string{"*", "read", "write", "edit", "delete", "restore", "redact", "apply", "approve", "decide", "screen", "supply"}
)

// Kinds are the kinds of record that a role or a scope can name.
func Kinds() []string { return slices.Clone(knownKinds[1:]) }

// lintRole finds grants that allow nothing, twice the same, or something nobody asks for.
func lintRole(c *blueprint.Context, r Role) {
	given := map[[2]string][]string{} // scopes by action and kind
	for i, g := range r.Grants {
		at := fmt.Sprintf("grants[%d]", i)
		if len(g.Actions) == 0 {
			c.Warn(at+".actions", "A grant without actions allows nothing. Name some, or remove the grant.")
		}
		if len(g.Kinds) == 0 {
			c.Warn(at+".kinds", "A grant without kinds allows nothing. Name some, or remove the grant.")
		}
		likely(c, at+".actions", g.Actions, knownActions)
		likely(c, at+".kinds", g.Kinds, knownKinds)
		for _, a := range g.Actions {
			for _, k := range g.Kinds {
				key := [2]string{a, k}
				if slices.Contains(given[key], g.Scope) || slices.Contains(given[key], "all") {
					c.Warn(at, "An earlier grant allows to %s %s already.", a, k)
				}
				given[key] = append(given[key], g.Scope)
			}
		}
	}
	if len(r.Grants) == 0 {
		c.Warn("grants", "Whoever has this role may do nothing with it.")
	}
}

// likely warns of names that are probably misspelt.
func likely(c *blueprint.Context, path string, names, known []string) {
	for i, n := range names {
		if !slices.Contains(known, n) && suggest.Nearest(n, known) != "" {
			c.Warn(fmt.Sprintf("%s[%d]", path, i), "Nothing asks for %q.%s", n, suggest.DidYouMean(n, known))
		}
	}
}
