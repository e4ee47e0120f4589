package zendesk

import (
	"context"
	"fmt"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
)

func (s *Server) userEndpoints() []endpoint {
	return []endpoint{
		get("/users", listUsers).partly("no sorting: by id"),
		get("/users/count", countUsers),
		get("/users/me", showMe).partly("no authenticity_token"),
		get("/users/show_many", showManyUsers),
		get("/users/search", searchUsers),
		get("/users/autocomplete", completeUsers).partly("finds the start of a name or address, by name or phone not"),
		get("/users/{id}", showUser),
		get("/users/{id}/related", relatedUser).partly("votes, subscriptions and other counts of the help centre are 0"),
		get("/groups/{id}/users", groupUsers),
		get("/groups/{id}/users/count", countGroupUsers),
		get("/organizations/{id}/users", organizationUsers),
		get("/organizations/{id}/users/count", countOrganizationUsers),
		get("/deleted_users", listDeleted),
		get("/deleted_users/count", countDeleted),
		get("/deleted_users/{id}", showDeleted),
		post("/users", postUser).partly("an address is needed; identities other than email are refused"),
		post("/users/create_or_update", saveOneUser).partly("an address is needed for a new user"),
		post("/users/create_many", postUsers).answers(200),
		post("/users/create_or_update_many", saveUsers).answers(200),
		put("/users/update_many", putUsers),
		put("/users/{id}", putUser),
		put("/users/{id}/merge", mergeUser).partly("people who both work here cannot be merged"),
		del("/users/destroy_many", deleteUsers).answers(200),
		del("/users/{id}", deleteUser).answers(200).partly("the address stays taken until the user is permanently deleted"),
		del("/deleted_users/{id}", eraseUser).answers(200),
		post("/users/{id}/password", postPassword).answers(200),
		put("/users/{id}/password", putPassword).partly("only somebody's own; the earlier password is checked"),
		get("/users/{id}/password/requirements", passwordRequirements),
		get("/users/{id}/tags", cardTags("person")),
		post("/users/{id}/tags", setCardTags("person")),
		put("/users/{id}/tags", addCardTags("person")).answers(200),
		del("/users/{id}/tags", removeCardTags("person")).answers(200),
	}
}

// usersPage answers with a page of people.
func (c *call) usersPage(f directory.PeopleFilter, name string) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		people, more, err := c.Directory.People(ctx, tx, c.by, f, p.Window)
		if err != nil {
			return err
		}
		users, err := c.tellUsers(ctx, tx, people)
		if err != nil {
			return err
		}
		out, err = list(c, p, name, users, userID, more, func() (int64, error) { return c.Directory.CountPeople(ctx, tx, c.by, f) })
		if err != nil {
			return err
		}
		return c.alongUsers(ctx, tx, people, out)
	})
	return out, err
}

// alongUsers adds what include= asks for.
func (c *call) alongUsers(ctx context.Context, tx db.Tx, people []directory.Person, out map[string]any) error {
	if c.included("organizations") {
		var ids []int64
		for _, p := range people {
			ids = append(ids, p.OrganizationID)
		}
		orgs, err := c.organizationsByID(ctx, tx, ids)
		if err != nil {
			return err
		}
		out["organizations"] = orgs
	}
	if c.included("groups") {
		groups, err := c.tellGroupsIn(ctx, tx, c.entries("team"))
		if err != nil {
			return err
		}
		out["groups"] = groups
	}
	return c.alongIdentities(ctx, tx, people, out)
}

// userFilter reads which users a list asks for.
func (c *call) userFilter() (f directory.PeopleFilter, err error) {
	q := c.r.URL.Query()
	roles := append(q["role[]"], splitList(c.query("role"))...)
	admins := c.adminRoles()
	if set := c.query("permission_set"); set != "" {
		id, err := c.number("permission_set")
		if err != nil {
			return f, err
		}
		yes := true
		f.Agent, f.Roles = &yes, []int64{id}
		return f, nil
	}
	want := map[string]bool{}
	for _, r := range roles {
		if r != "end-user" && r != "agent" && r != "admin" {
			return f, badRequest("InvalidValue", fmt.Sprintf("Invalid parameter: role must be end-user, agent or admin, not %s", r))
		}
		want[r] = true
	}
	yes, no := true, false
	switch {
	case len(want) == 0 || len(want) == 3:
	case want["agent"] && want["admin"]:
		f.Agent = &yes
	case want["end-user"] && len(want) == 1:
		f.Agent = &no
	case want["admin"] && len(want) == 1:
		f.Agent, f.Roles = &yes, admins
	case want["agent"] && len(want) == 1:
		f.Agent, f.NotRoles = &yes, admins
	case want["agent"]:
		f.NotRoles = admins
	default:
		f.AdminsOrCustomers = admins
	}
	return f, nil
}

// number is a parameter that is an id.
func (c *call) number(name string) (int64, error) {
	var n number
	if err := n.UnmarshalJSON([]byte(c.query(name))); err != nil || n <= 0 {
		return 0, badRequest("InvalidValue", "Invalid parameter: "+name+" must be an integer")
	}
	return int64(n), nil
}

func listUsers(c *call) (any, error) {
	f, err := c.userFilter()
	if err != nil {
		return nil, err
	}
	if ext := c.query("external_id"); ext != "" {
		if err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
			f.IDs, err = c.Directory.ByExternals(ctx, tx, source, "person", []string{ext})
			return err
		}); err != nil {
			return nil, err
		}
	}
	return c.usersPage(f, "users")
}

// countOf answers with how many people a filter finds.
func (c *call) countOf(f directory.PeopleFilter) (any, error) {
	var n int64
	err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
		n, err = c.Directory.CountPeople(ctx, tx, c.by, f)
		return err
	})
	return c.count(n), err
}

func countUsers(c *call) (any, error) {
	f, err := c.userFilter()
	if err != nil {
		return nil, err
	}
	return c.countOf(f)
}

// teamInPath is the group a path names.
func (c *call) teamInPath() (int64, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, err
	}
	all, err := c.groups()
	if err != nil {
		return 0, err
	}
	for _, e := range all {
		if e.ID == id {
			return id, nil
		}
	}
	return 0, fault.Missing("group", id)
}

func groupUsers(c *call) (any, error) {
	id, err := c.teamInPath()
	if err != nil {
		return nil, err
	}
	return c.usersPage(directory.PeopleFilter{TeamID: id}, "users")
}

func countGroupUsers(c *call) (any, error) {
	id, err := c.teamInPath()
	if err != nil {
		return nil, err
	}
	return c.countOf(directory.PeopleFilter{TeamID: id})
}

// organizationInPath is the organization a path names.
func (c *call) organizationInPath() (o directory.Organization, err error) {
	id, err := c.id("id")
	if err != nil {
		return o, err
	}
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) {
		o, err = c.Directory.Organization(ctx, tx, c.by, id)
		return err
	})
	return o, err
}

func organizationUsers(c *call) (any, error) {
	o, err := c.organizationInPath()
	if err != nil {
		return nil, err
	}
	f, err := c.userFilter()
	f.OrganizationID = o.ID
	if err != nil {
		return nil, err
	}
	return c.usersPage(f, "users")
}

func countOrganizationUsers(c *call) (any, error) {
	o, err := c.organizationInPath()
	if err != nil {
		return nil, err
	}
	return c.countOf(directory.PeopleFilter{OrganizationID: o.ID})
}

// oneUser answers with one person.
func (c *call) oneUser(name string, find func(ctx context.Context, tx db.Tx) (directory.Person, error)) (any, error) {
	out := map[string]any{}
	err := c.read(func(ctx context.Context, tx db.Tx) error {
		p, err := find(ctx, tx)
		if err != nil {
			return err
		}
		return c.putUser(ctx, tx, out, name, p)
	})
	return out, err
}

// putUser puts a person into an answer, told in the transaction that read or changed them.
func (c *call) putUser(ctx context.Context, tx db.Tx, out map[string]any, name string, p directory.Person) error {
	users, err := c.tellUsers(ctx, tx, []directory.Person{p})
	if err != nil {
		return err
	}
	out[name] = users[0]
	return c.alongUsers(ctx, tx, []directory.Person{p}, out)
}

func showUser(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.oneUser("user", func(ctx context.Context, tx db.Tx) (directory.Person, error) {
		return c.Directory.Get(ctx, tx, c.by, id)
	})
}

func showMe(c *call) (any, error) {
	return c.oneUser("user", func(ctx context.Context, tx db.Tx) (directory.Person, error) {
		found, err := c.Directory.Names(ctx, tx, []int64{c.by.PersonID})
		return found[c.by.PersonID], err
	})
}

// idsOrExternal are the records of kind that ids= or external_ids= name.
func (c *call) idsOrExternal(kind string) (out []int64, err error) {
	if c.query("external_ids") == "" {
		return c.ids("ids")
	}
	list := splitList(c.query("external_ids"))
	if err := tooMany(len(list)); err != nil {
		return nil, err
	}
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) {
		out, err = c.Directory.ByExternals(ctx, tx, source, kind, list)
		return err
	})
	return out, err
}

func showManyUsers(c *call) (any, error) {
	ids, err := c.idsOrExternal("person")
	if err != nil {
		return nil, err
	}
	return c.usersPage(directory.PeopleFilter{IDs: ids}, "users")
}

func completeUsers(c *call) (any, error) {
	name := c.query("name")
	if len([]rune(name)) < 2 {
		return nil, badRequest("BadRequest", "name must have at least 2 characters")
	}
	return c.usersPage(directory.PeopleFilter{Words: []string{name}}, "users")
}

func relatedUser(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	out := map[string]any{"assigned_tickets": 0, "requested_tickets": 0, "ccd_tickets": 0, "followed_tickets": 0, "organization_subscriptions": 0, "topics": 0, "topic_comments": 0,
		"votes": 0, "subscriptions": 0, "entry_subscriptions": 0, "forum_subscriptions": 0}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		p, err := c.Directory.Get(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		for name, f := range map[string]desk.Filter{"assigned_tickets": {AssigneeID: p.ID}, "requested_tickets": {RequesterID: p.ID}} {
			n, err := c.Desk.Count(ctx, tx, c.by, f)
			if err != nil {
				return err
			}
			out[name] = n.Count
		}
		for name, role := range map[string]string{"ccd_tickets": "cc", "followed_tickets": "follower"} {
			n, err := c.Desk.CountDrawnIn(ctx, tx, c.by, p.ID, role)
			if err != nil {
				return err
			}
			out[name] = n.Count
		}
		return nil
	})
	return map[string]any{"user_related": out}, err
}

func listDeleted(c *call) (any, error) {
	return c.usersPage(directory.PeopleFilter{Removed: true}, "deleted_users")
}

func countDeleted(c *call) (any, error) { return c.countOf(directory.PeopleFilter{Removed: true}) }

// deleted is a person who was removed.
func (c *call) deleted(ctx context.Context, tx db.Tx, id int64) (directory.Person, error) {
	p, err := c.Directory.Get(ctx, tx, c.by, id)
	if err != nil {
		return p, err
	}
	removed, err := c.Directory.Removed(ctx, tx, []int64{id})
	if err == nil && !removed[id] {
		err = fault.Missing("deleted user", id)
	}
	return p, err
}

func showDeleted(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.oneUser("deleted_user", func(ctx context.Context, tx db.Tx) (directory.Person, error) { return c.deleted(ctx, tx, id) })
}

func eraseUser(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		p, err := c.deleted(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := c.Directory.Erase(ctx, tx, c.by, id, id, "Permanently deleted through the Zendesk API"); err != nil {
			return err
		}
		out["deleted_user"] = map[string]any{"id": id, "url": c.url("/deleted_users/%d.json", id), "name": directory.ErasedName, "email": nil, "role": "end-user", "active": false,
			"permanently_deleted": true, "created_at": stamp(p.Created), "updated_at": stamp(c.by.Now())}
		return nil
	})
	return out, err
}
