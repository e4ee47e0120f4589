package measure

import (
	"steward/internal/blueprint"
	"steward/internal/rule"
)

// Register makes organizations a subject of conditions, with their measures.
func Register(reg *blueprint.Registry, measures *Registry) {
	env, err := rule.New("organization", append([]rule.Field{
		{Path: "organization.name", Type: rule.Text, Title: "Organization", Doc: "The organization's name."},
		{Path: "organization.attributes", Type: rule.Attributes, Doc: "Facts about the organization, such as plan."},
	}, measures.Fields("organization")...)...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	reg.Subject(env)
}
