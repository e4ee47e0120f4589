package zendesk

import (
	"context"
	"strconv"
	"strings"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
)

// kindsOf are the kinds of blueprint that Zendesk's fields name by id.
var kindsOf = map[string]string{"group_id": "team", "brand_id": "brand", "ticket_form_id": "form"}

// nameOf is what our rules call the record that Zendesk's rules name by id: a blueprint's name, an
// organization's name, a person's address. at is the place in the call's body.
func (c *call) nameOf(at, theirs, value string) (name string, err error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return "", fault.Field(at, value, "an id", "%s takes an id.", theirs)
	}
	if kind := kindsOf[theirs]; kind != "" {
		e, ok := c.Blueprint.Set().ByID(id)
		if !ok || e.Kind != kind || e.Retired {
			return "", fault.Field(at, value, "the id of one that is there", "There is no %s %d.", strings.TrimSuffix(theirs, "_id"), id)
		}
		return e.Name, nil
	}
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		if theirs == "organization_id" {
			o, err := c.Directory.Organization(ctx, tx, c.by, id)
			name = o.Name
			return err
		}
		p, err := c.Directory.Get(ctx, tx, c.by, id)
		name = p.Email
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return "", fault.Field(at, value, "the id of one that is there", "There is no such record as %s %d.", theirs, id)
	}
	return name, err
}

// idOf is the id of the record that our rules call by name; false when there is none that the caller
// may see. One call asks for each name once.
func (c *call) idOf(theirs, name string) (id int64, ok bool) {
	key := theirs + " " + name
	if id, ok := c.looked[key]; ok {
		return id, id != 0
	}
	if kind := kindsOf[theirs]; kind != "" {
		e, found := c.Blueprint.Set().Entry(kind, name)
		if found && !e.Retired {
			id = e.ID
		}
	} else {
		_ = c.read(func(ctx context.Context, tx db.Tx) error { // who is not found is told by name
			if theirs == "organization_id" {
				ids, err := c.Directory.OrganizationsNamed(ctx, tx, name)
				if len(ids) == 1 {
					id = ids[0]
				}
				return err
			}
			p, _, err := c.Directory.ByEmail(ctx, tx, name)
			id = p.ID
			return err
		})
	}
	if c.looked == nil {
		c.looked = map[string]int64{}
	}
	c.looked[key] = id
	return id, id != 0
}

// fieldByID is a custom field of a kind of record. at is the place in the call's body.
func (c *call) fieldByID(at, on, id string) (*field.Field, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	for _, f := range c.DeskSet().Fields.On(on) {
		if err == nil && f.ID == n {
			return f, nil
		}
	}
	return nil, fault.Field(at, id, "the id of a field that is there", "There is no custom field %s.", id)
}
