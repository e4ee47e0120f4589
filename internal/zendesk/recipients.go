package zendesk

import (
	"strings"

	"steward/internal/blueprint"
	"steward/internal/mail"
)

// recipientAddress is a mailbox that customers write to, as Zendesk tells support addresses.
type recipientAddress struct {
	ID         int64  `json:"id"`
	URL        string `json:"url"`
	Name       string `json:"name"`
	Email      string `json:"email"`
	Default    bool   `json:"default"`
	BrandID    number `json:"brand_id"`
	Forwarding string `json:"forwarding_status"`
	SPF        string `json:"spf_status"`
	CNAME      string `json:"cname_status"`
	CreatedAt  stamp  `json:"created_at"`
	UpdatedAt  stamp  `json:"updated_at"`
}

var recipientRule = rule{plural: "recipient_addresses", one: "recipient_address", kind: "mailbox",
	among: func(c *call, e blueprint.Entry) bool { return spec[mail.Mailbox](c, e).Answers() },
	tell: func(c *call, e blueprint.Entry, life span) any {
		s := spec[mail.Mailbox](c, e)
		out := recipientAddress{ID: e.ID, URL: c.url("/recipient_addresses/%d.json", e.ID), Name: first(s.FromName, e.Title), Email: strings.ToLower(s.Address), Forwarding: "unknown", SPF: "unknown", CNAME: "unknown",
			CreatedAt: life.created, UpdatedAt: life.updated}
		if box := c.DeskSet().Mailbox(e.ID); box != nil {
			out.BrandID = number(box.BrandID)
		}
		if box := c.DeskSet().DefaultMailbox(); box != nil {
			out.Default = box.ID == e.ID
		}
		return out
	},
}

func (s *Server) recipientEndpoints() []endpoint {
	const lacks = "what is known of forwarding and DNS is not told; mailboxes are made as blueprints"
	return []endpoint{
		get("/recipient_addresses", recipientRule.list(func(*call, blueprint.Entry) bool { return true })).partly(lacks),
		get("/recipient_addresses/{id}", recipientRule.show).partly(lacks),
	}
}
