package directory

import (
	"strings"

	"steward/internal/blueprint"
	"steward/internal/rule"
)

// Register adds the kinds team and brand, and people and organizations as subjects of rules.
func Register(reg *blueprint.Registry) {
	for subject, fields := range map[string][]rule.Field{"person": PersonFields("person"), "organization": OrganizationFields("organization")} {
		env, err := rule.New(subject, append(fields, rule.Field{Path: "now", Type: rule.Time, Doc: "The present time."})...)
		if err != nil {
			panic(err) // the declarations contradict each other
		}
		reg.Subject(env)
	}
	blueprint.Register(reg, blueprint.Kind[Team]{Name: "team", Title: "Team",
		Summary: "A group of colleagues that tickets can be given to. Who is in it is kept with the people.",
		Example: "kind: team\nname: support\ntitle: Support\n",
		Lint:    lintTeam})
	blueprint.Register(reg, blueprint.Kind[Brand]{Name: "brand", Title: "Brand",
		Summary: "A name the company shows to customers, on mail and public pages.",
		Example: "kind: brand\nname: main\ntitle: Our company\ncolor: \"#0b6560\"\n"})
}

// lintTeam finds teams that people cannot tell apart.
func lintTeam(c *blueprint.Context, t Team) {
	for _, other := range blueprint.All[Team](c.Set) {
		switch {
		case other.Name == c.Entry.Name:
		case strings.EqualFold(other.Title, c.Entry.Title):
			c.Warn("title", "The team %s has the same title, so people cannot tell them apart.", other.Name)
		case t.Email != "" && strings.EqualFold(other.Spec.Email, t.Email):
			c.Warn("email", "The team %s has this address too.", other.Name)
		}
	}
}
