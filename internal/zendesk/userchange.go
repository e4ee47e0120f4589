package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// changeUser answers with a person that a transaction changed.
func (c *call) changeUser(fn func(ctx context.Context, tx db.Tx) (directory.Person, error)) (any, error) {
	var out map[string]any
	err := c.write(func(ctx context.Context, tx db.Tx) error {
		out = map[string]any{}
		p, err := fn(ctx, tx)
		if err != nil {
			return err
		}
		return c.putUser(ctx, tx, out, "user", p)
	})
	return out, err
}

// userBody reads {"user": {…}}; it hashes a password, which takes a while.
func (c *call) userBody() (*userInput, error) {
	in, err := sentRecord[userInput](c, "user")
	if err != nil {
		return nil, err
	}
	return in, in.hashed(c)
}

func (in *userInput) hashed(c *call) (err error) {
	if in.Password == "" {
		return nil
	}
	if err := c.by.Require("write", "person"); err != nil {
		return err
	}
	in.hash, err = auth.HashPassword(c.ctx, in.Password)
	return err
}

func postUser(c *call) (any, error) {
	in, err := c.userBody()
	if err != nil {
		return nil, err
	}
	return c.changeUser(func(ctx context.Context, tx db.Tx) (directory.Person, error) {
		each := *in // a second run begins anew
		return c.createUser(ctx, tx, c.by, &each)
	})
}

func saveOneUser(c *call) (any, error) {
	in, err := c.userBody()
	if err != nil {
		return nil, err
	}
	return c.changeUser(func(ctx context.Context, tx db.Tx) (directory.Person, error) {
		each := *in
		p, created, err := c.saveUser(ctx, tx, c.by, &each)
		if c.status = 200; created {
			c.status = 201
		}
		return p, err
	})
}

func putUser(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	in, err := c.userBody()
	if err != nil {
		return nil, err
	}
	return c.changeUser(func(ctx context.Context, tx db.Tx) (directory.Person, error) {
		each := *in
		return c.updateUser(ctx, tx, c.by, id, &each)
	})
}

// many reads {name: [{…}, …]} for a job.
func (c *call) many(name string) ([]json.RawMessage, error) {
	var in map[string]json.RawMessage
	if err := c.body(&in); err != nil {
		return nil, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(in[name], &items); err != nil {
		return nil, badRequest("BadRequest", fmt.Sprintf(`Send {"%s": […]}.`, name))
	}
	return items, nil
}

func postUsers(c *call) (any, error) { return c.userJob(jobCreateUser) }
func saveUsers(c *call) (any, error) { return c.userJob(jobSaveUser) }

func (c *call) userJob(kind string) (any, error) {
	if err := c.by.Require("write", "person"); err != nil {
		return nil, err
	}
	items, err := c.many("users")
	if err != nil {
		return nil, err
	}
	return c.startJob(kind, items)
}

// putUsers changes several people: the same for all that ids= or external_ids= name, or each with its own.
func putUsers(c *call) (any, error) {
	if err := c.by.Require("write", "person"); err != nil {
		return nil, err
	}
	items, err := c.sameForAll("person", "user", "users")
	if err != nil {
		return nil, err
	}
	return c.startJob(jobUpdateUser, items)
}

// sameForAll are the items of an update of many: {plural: […]}, or {one: {…}} for each record that ids= or
// external_ids= name.
func (c *call) sameForAll(kind, one, plural string) ([]json.RawMessage, error) {
	if c.query("ids") == "" && c.query("external_ids") == "" {
		return c.many(plural)
	}
	ids, err := c.idsOrExternal(kind)
	if err != nil {
		return nil, err
	}
	var in map[string]json.RawMessage
	if err := c.body(&in); err != nil {
		return nil, err
	}
	var change map[string]json.RawMessage
	if err := json.Unmarshal(in[one], &change); err != nil || change == nil {
		return nil, badRequest("BadRequest", fmt.Sprintf(`Send {"%s": {…}}.`, one))
	}
	items := make([]json.RawMessage, len(ids))
	for i, id := range ids {
		change["id"] = json.RawMessage(fmt.Sprint(id))
		if items[i], err = json.Marshal(change); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func deleteUsers(c *call) (any, error) {
	if err := c.by.Require("suspend", "person"); err != nil {
		return nil, err
	}
	ids, err := c.idsOrExternal("person")
	if err != nil {
		return nil, err
	}
	return c.startJob(jobDeleteUser, numbers(ids))
}

// numbers are ids as items of a job.
func numbers(ids []int64) []json.RawMessage {
	out := make([]json.RawMessage, len(ids))
	for i, id := range ids {
		out[i] = json.RawMessage(fmt.Sprint(id))
	}
	return out
}

func deleteUser(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.changeUser(func(ctx context.Context, tx db.Tx) (directory.Person, error) {
		removed, err := c.Directory.Removed(ctx, tx, []int64{id})
		if err != nil {
			return directory.Person{}, err
		}
		if removed[id] {
			return directory.Person{}, fault.Missing("user", id)
		}
		return c.Directory.Remove(ctx, tx, c.by, id)
	})
}

func mergeUser(c *call) (any, error) {
	loser, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var in struct {
		User struct {
			ID    number `json:"id"`
			Email string `json:"email"`
		} `json:"user"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	return c.changeUser(func(ctx context.Context, tx db.Tx) (directory.Person, error) {
		winner := int64(in.User.ID)
		if winner == 0 && in.User.Email != "" {
			p, _, err := c.Directory.ByEmail(ctx, tx, strings.ToLower(in.User.Email))
			if err != nil {
				return p, err
			}
			winner = p.ID
		}
		if winner == 0 {
			return directory.Person{}, fault.Field("id", nil, "the id of the user that stays", "Say into whom: the user's id.")
		}
		if _, err := c.Directory.Merge(ctx, tx, c.by, "person", winner, loser); err != nil {
			return directory.Person{}, err
		}
		return c.Directory.Get(ctx, tx, c.by, winner)
	})
}

func (c *call) passwordBody() (previous, password string, err error) {
	var in struct {
		Previous string `json:"previous_password"`
		Password string `json:"password"`
	}
	if err := c.body(&in); err != nil {
		return "", "", err
	}
	hash, err := auth.HashPassword(c.ctx, in.Password)
	return in.Previous, hash, err
}

func postPassword(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.by.Require("write", "person"); err != nil {
		return nil, err
	}
	_, hash, err := c.passwordBody()
	if err != nil {
		return nil, err
	}
	return map[string]any{}, c.write(func(ctx context.Context, tx db.Tx) error {
		if _, err := c.Directory.Get(ctx, tx, c.by, id); err != nil {
			return err
		}
		return c.Auth.SetPassword(ctx, tx, c.by, id, hash)
	})
}

// putPassword changes one's own password; the earlier one has to be known.
func putPassword(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if id != c.by.PersonID {
		return nil, fault.New(fault.Forbidden, "This changes your own password only. Set somebody else's with POST.")
	}
	previous, hash, err := c.passwordBody()
	if err != nil {
		return nil, err
	}
	if err := c.Auth.Proves(c.ctx, id, previous); err != nil {
		return nil, err
	}
	return map[string]any{}, c.write(func(ctx context.Context, tx db.Tx) error { return c.Auth.SetPassword(ctx, tx, c.by, id, hash) })
}

func passwordRequirements(c *call) (any, error) {
	if _, err := c.personID(); err != nil {
		return nil, err
	}
	return map[string]any{"requirements": []string{fmt.Sprintf("must be at least %d characters", auth.MinPassword)}}, nil
}
