package zendesk

import (
	"slices"

	"steward/internal/blueprint"
	"steward/internal/desk"
	"steward/internal/fault"
)

// toldBrand is a brand as Zendesk tells it.
type toldBrand struct {
	ID        int64   `json:"id"`
	URL       string  `json:"url"`
	Name      string  `json:"name"`
	Subdomain string  `json:"subdomain"`
	BrandURL  string  `json:"brand_url"`
	Active    bool    `json:"active"`
	Default   bool    `json:"default"`
	HasHelp   bool    `json:"has_help_center"`
	FormIDs   []int64 `json:"ticket_form_ids"`
	Signature string  `json:"signature_template"`
	CreatedAt stamp   `json:"created_at"`
	UpdatedAt stamp   `json:"updated_at"`
}

var brandRule = rule{plural: "brands", one: "brand", kind: "brand",
	tell: func(c *call, e blueprint.Entry, life span) any {
		out := toldBrand{ID: e.ID, URL: c.url("/brands/%d.json", e.ID), Name: e.Title, Subdomain: e.Name, BrandURL: c.BaseURL(), Active: true, FormIDs: []int64{},
			CreatedAt: life.created, UpdatedAt: life.updated}
		if all := c.entries("brand"); len(all) > 0 {
			out.Default = all[0].ID == e.ID
		}
		for _, f := range c.entries("form") {
			if brands := spec[desk.FormSpec](c, f).Brands; len(brands) == 0 || slices.Contains(brands, e.Name) {
				out.FormIDs = append(out.FormIDs, f.ID)
			}
		}
		return out
	},
	read: func(_ *call, d *draft, sent members) error {
		var active = true
		if _, err := sent.has("active", &active); err != nil {
			return err
		}
		if !active {
			return fault.Field("active", false, "true", "A brand is there or taken away.")
		}
		return nil
	},
}

func (s *Server) brandEndpoints() []endpoint {
	return []endpoint{
		get("/brands", brandRule.list(func(*call, blueprint.Entry) bool { return true })),
		get("/brands/{id}", brandRule.show),
		post("/brands", brandRule.create).partly("name only: a brand of ours has no subdomain and no logo"),
		put("/brands/{id}", brandRule.update).partly("name only"),
		del("/brands/{id}", brandRule.remove),
	}
}
