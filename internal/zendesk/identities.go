package zendesk

import (
	"context"
	"fmt"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// identity is an address as Zendesk tells it.
type identity struct {
	ID            int64  `json:"id"`
	URL           string `json:"url"`
	UserID        int64  `json:"user_id"`
	Type          string `json:"type"`
	Value         string `json:"value"`
	Verified      bool   `json:"verified"`
	Primary       bool   `json:"primary"`
	CreatedAt     stamp  `json:"created_at"`
	UpdatedAt     stamp  `json:"updated_at"`
	Undeliverable int    `json:"undeliverable_count"`
	Deliverable   string `json:"deliverable_state"`
}

// identityInput is an identity as a caller sends one.
type identityInput struct {
	Type     string      `json:"type"`
	Value    string      `json:"value"`
	Verified maybe[bool] `json:"verified"`
	Primary  maybe[bool] `json:"primary"`
}

// check refuses identities other than addresses.
func (i identityInput) check() error {
	if i.Type != "email" {
		return fault.Field("type", i.Type, "email", "Type: %q is not kept here; only identities of type email are.", i.Type)
	}
	if i.Value == "" {
		return fault.Field("value", nil, "an address", "Value: cannot be blank")
	}
	return nil
}

func (s *Server) identityEndpoints() []endpoint {
	const lacks = "only identities of type email; created_at and updated_at are the user's"
	return []endpoint{
		get("/users/{id}/identities", listIdentities).partly(lacks),
		get("/users/{id}/identities/{identity}", showIdentity).partly(lacks),
		post("/users/{id}/identities", postIdentity).partly(lacks),
		put("/users/{id}/identities/{identity}", putIdentity).partly(lacks),
		put("/users/{id}/identities/{identity}/make_primary", primaryIdentity).partly(lacks),
		put("/users/{id}/identities/{identity}/verify", verifyIdentity).partly(lacks),
		put("/users/{id}/identities/{identity}/request_verification", requestVerification).partly("nothing is sent: whoever writes from the address has proved that it is theirs"),
		del("/users/{id}/identities/{identity}", deleteIdentity),
	}
}

func (c *call) tellIdentities(p directory.Person, list []directory.Identity) []identity {
	out := make([]identity, len(list))
	for i, d := range list {
		out[i] = identity{ID: d.ID, URL: c.url("/users/%d/identities/%d.json", p.ID, d.ID), UserID: p.ID, Type: d.Kind, Value: d.Value, Verified: d.Verified, Primary: d.Primary,
			CreatedAt: stamp(p.Created), UpdatedAt: stamp(p.Updated), Deliverable: "deliverable"}
	}
	return out
}

// identitiesOf are somebody's addresses, the main one first.
func (c *call) identitiesOf(ctx context.Context, tx db.Tx, id int64) ([]identity, error) {
	p, err := c.Directory.Get(ctx, tx, c.by, id)
	if err != nil {
		return nil, err
	}
	list, err := c.Directory.Identities(ctx, tx, p.ID)
	return c.tellIdentities(p, list), err
}

// alongIdentities adds the addresses of people to an answer, where include= asks for them.
func (c *call) alongIdentities(ctx context.Context, tx db.Tx, people []directory.Person, out map[string]any) error {
	if !c.included("identities") {
		return nil
	}
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	all, err := c.Directory.IdentitiesOf(ctx, tx, ids)
	list := []identity{}
	for _, p := range people {
		list = append(list, c.tellIdentities(p, all[p.ID])...)
	}
	out["identities"] = list
	return err
}

func listIdentities(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	var all []identity
	if err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
		all, err = c.identitiesOf(ctx, tx, id)
		return err
	}); err != nil {
		return nil, err
	}
	idOf := func(i identity) int64 { return i.ID }
	part, more := slice(p, all, idOf)
	return list(c, p, "identities", part, idOf, more, func() (int64, error) { return int64(len(all)), nil })
}

// oneIdentity does something with an identity of the path and answers with it as it is then.
func (c *call) oneIdentity(do func(ctx context.Context, tx db.Tx, user, id int64) error) (any, error) {
	user, err := c.id("id")
	if err != nil {
		return nil, err
	}
	id, err := c.id("identity")
	if err != nil {
		return nil, err
	}
	var found *identity
	run := c.write
	if do == nil {
		run, do = c.read, func(context.Context, db.Tx, int64, int64) error { return nil }
	}
	err = run(func(ctx context.Context, tx db.Tx) error {
		if err := do(ctx, tx, user, id); err != nil {
			return err
		}
		all, err := c.identitiesOf(ctx, tx, user)
		if err != nil {
			return err
		}
		for _, i := range all {
			if i.ID == id {
				found = &i
				return nil
			}
		}
		return fault.Missing("identity", fmt.Sprint(id))
	})
	return map[string]any{"identity": found}, err
}

func showIdentity(c *call) (any, error) { return c.oneIdentity(nil) }

func requestVerification(c *call) (any, error) { return c.oneIdentity(nil) }

func postIdentity(c *call) (any, error) {
	user, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var in struct {
		Identity identityInput `json:"identity"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if err := in.Identity.check(); err != nil {
		return nil, err
	}
	var out any
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		i, err := c.Directory.AddIdentity(ctx, tx, c.by, user, in.Identity.Value, in.Identity.Verified.Value, in.Identity.Primary.Value)
		if err != nil {
			return err
		}
		p, err := c.Directory.Get(ctx, tx, c.by, user)
		out = map[string]any{"identity": c.tellIdentities(p, []directory.Identity{i})[0]}
		return err
	})
	return out, err
}

func putIdentity(c *call) (any, error) {
	var in struct {
		Identity struct {
			Value    maybe[string] `json:"value"`
			Verified maybe[bool]   `json:"verified"`
			Primary  maybe[bool]   `json:"primary"`
		} `json:"identity"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	return c.oneIdentity(func(ctx context.Context, tx db.Tx, user, id int64) error {
		var value *string
		var verified *bool
		if in.Identity.Value.Sent {
			value = &in.Identity.Value.Value
		}
		if in.Identity.Verified.Sent {
			verified = &in.Identity.Verified.Value
		}
		if err := c.Directory.SetIdentity(ctx, tx, c.by, user, id, value, verified); err != nil || !in.Identity.Primary.Value {
			return err
		}
		return c.Directory.SetMainIdentity(ctx, tx, c.by, user, id)
	})
}

// primaryIdentity answers with all identities, as Zendesk does.
func primaryIdentity(c *call) (any, error) {
	user, err := c.id("id")
	if err != nil {
		return nil, err
	}
	id, err := c.id("identity")
	if err != nil {
		return nil, err
	}
	var all []identity
	err = c.write(func(ctx context.Context, tx db.Tx) (err error) {
		if err := c.Directory.SetMainIdentity(ctx, tx, c.by, user, id); err != nil {
			return err
		}
		all, err = c.identitiesOf(ctx, tx, user)
		return err
	})
	return map[string]any{"identities": all, "count": len(all), "next_page": nil, "previous_page": nil}, err
}

func verifyIdentity(c *call) (any, error) {
	yes := true
	return c.oneIdentity(func(ctx context.Context, tx db.Tx, user, id int64) error {
		return c.Directory.SetIdentity(ctx, tx, c.by, user, id, nil, &yes)
	})
}

func deleteIdentity(c *call) (any, error) {
	user, err := c.id("id")
	if err != nil {
		return nil, err
	}
	id, err := c.id("identity")
	if err != nil {
		return nil, err
	}
	return nil, c.write(func(ctx context.Context, tx db.Tx) error { return c.Directory.RemoveIdentity(ctx, tx, c.by, user, id) })
}
