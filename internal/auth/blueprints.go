package auth

import "steward/internal/blueprint"

// Register adds the kind role.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Role]{Name: "role", Title: "Role",
		Summary: "What people may do. Give it to them on their page.",
		Example: "kind: role\nname: agent\ntitle: Agent\ngrants:\n  - { actions: [read, write, edit], kinds: [ticket], scope: all }\n  - { actions: [read], kinds: [person, organization, team], scope: all }\n"})
}
