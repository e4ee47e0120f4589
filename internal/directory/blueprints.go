package directory

import "steward/internal/blueprint"

// Register adds the kinds team and brand.
func Register(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[Team]{Name: "team", Title: "Team",
		Summary: "A group of colleagues that tickets can be given to. Who is in it is kept with the people.",
		Example: "kind: team\nname: support\ntitle: Support\n"})
	blueprint.Register(reg, blueprint.Kind[Brand]{Name: "brand", Title: "Brand",
		Summary: "A name the company shows to customers, on mail and public pages.",
		Example: "kind: brand\nname: main\ntitle: Our company\ncolor: \"#0b6560\"\n"})
}
