package zendesk

import (
	"fmt"

	"github.com/goccy/go-yaml"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/fault"
)

// roleConfiguration is what a custom role allows: our grants, or a few of Zendesk's words.
type roleConfiguration struct {
	Grants         []act.Grant `json:"grants"`
	TicketAccess   string      `json:"ticket_access"`
	TicketEditing  bool        `json:"ticket_editing"`
	TicketDeletion bool        `json:"ticket_deletion"`
	Redaction      bool        `json:"ticket_redaction"`
	Profiles       string      `json:"end_user_profile_access"`
	Organizations  bool        `json:"organization_editing"`
	BusinessRules  bool        `json:"manage_business_rules"`
}

// accessScopes are our scopes by Zendesk's words for which tickets somebody sees.
var accessScopes = map[string]act.Scope{"": act.All, "all": act.All, "within-groups": act.Team, "within-groups-and-public-groups": act.Team, "within-organization": act.Organization, "assigned-only": act.Own}

// grants are what a configuration allows, in our words.
func (r roleConfiguration) grants() ([]act.Grant, error) {
	if len(r.Grants) > 0 {
		return r.Grants, nil
	}
	scope, ok := accessScopes[r.TicketAccess]
	if !ok {
		return nil, fault.Field("configuration.ticket_access", r.TicketAccess, "all, within-groups, within-organization or assigned-only", "There is no such access.")
	}
	out := []act.Grant{{Action: "read", Kind: "ticket", Scope: scope}, {Action: "write", Kind: "ticket", Scope: scope}}
	may := func(yes bool, kind string, scope act.Scope, actions ...string) {
		for _, a := range actions {
			if yes {
				out = append(out, act.Grant{Action: a, Kind: kind, Scope: scope})
			}
		}
	}
	may(r.TicketEditing, "ticket", scope, "edit")
	may(r.TicketDeletion, "ticket", scope, "delete", "restore")
	may(r.Redaction, "ticket", scope, "redact")
	for _, kind := range []string{"person", "organization", "team", "blueprint", "indicator"} {
		may(true, kind, act.All, "read")
	}
	may(r.Profiles == "full" || r.Profiles == "edit", "person", act.All, "write")
	may(r.Organizations, "organization", act.All, "write")
	may(r.BusinessRules, "blueprint", act.All, "apply")
	return out, nil
}

// grantLines are grants as a blueprint has them: actions on a kind within a scope.
func grantLines(grants []act.Grant) []yaml.MapSlice {
	var out []yaml.MapSlice
	var last act.Grant
	for _, g := range grants {
		if n := len(out) - 1; n >= 0 && last.Kind == g.Kind && last.Scope == g.Scope {
			out[n][0].Value = append(out[n][0].Value.([]string), g.Action)
			continue
		}
		out, last = append(out, yaml.MapSlice{{Key: "actions", Value: []string{g.Action}}, {Key: "kinds", Value: []string{g.Kind}}, {Key: "scope", Value: string(g.Scope)}}), g
	}
	return out
}

var roleRule = rule{plural: "custom_roles", one: "custom_role", kind: "role",
	tell: func(c *call, e blueprint.Entry, life span) any { return tellRole(e, spec[auth.Role](c, e), life) },
	read: func(_ *call, d *draft, m members) error {
		var in roleConfiguration
		sent, err := m.has("configuration", &in)
		if err != nil || !sent && d.entry.ID != 0 {
			return err
		}
		if d.entry.ID != 0 && len(in.Grants) == 0 {
			return fault.Field("configuration.grants", nil, "all that the role shall allow, as it is told", "A role that is there is changed by its grants, so that none is lost.")
		}
		grants, err := in.grants()
		if err != nil {
			return err
		}
		for i, g := range grants {
			if g.Action == "" || g.Kind == "" || g.Scope == "" {
				return fault.Field(fmt.Sprintf("configuration.grants[%d]", i), g, "action, kind and scope", "This allows nothing.")
			}
		}
		d.set("grants", grantLines(grants))
		return nil
	},
}
