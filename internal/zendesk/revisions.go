package zendesk

import (
	"context"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// revision is a version of a trigger.
type revision struct {
	ID        int    `json:"id"`
	AuthorID  number `json:"author_id"`
	CreatedAt stamp  `json:"created_at"`
	URL       string `json:"url"`
	Snapshot  any    `json:"snapshot"`
}

// snapshot is how a trigger stood.
type snapshot struct {
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Active      bool       `json:"active"`
	Conditions  conditions `json:"conditions"`
	Actions     []action   `json:"actions"`
}

// revisions are the versions of a trigger, newest first.
func (c *call) revisions() ([]revision, error) {
	e, err := triggerRule.entry(c)
	if err != nil {
		return nil, err
	}
	var versions []blueprint.VersionRecord
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) {
		versions, err = c.Blueprint.Versions(ctx, tx, c.by, e.ID)
		return err
	})
	out := []revision{}
	for _, v := range versions {
		then := e
		then.Text = v.Text
		s, _ := blueprint.Decode[desk.TriggerSpec](c.Blueprint.Registry(), then)
		title := e.Title
		if docs, _ := blueprint.ParseFile(e.Path, v.Text); len(docs) == 1 {
			title = docs[0].Title
		}
		out = append(out, revision{ID: v.Version, AuthorID: number(v.ByID), CreatedAt: stamp(v.At), URL: c.url("/triggers/%d/revisions/%d.json", e.ID, v.Version),
			Snapshot: snapshot{title, e.Description, !s.Disabled && !v.Retired, c.tests(s.On, s.When), c.told(s.Do)}})
	}
	return out, err
}

func listRevisions(c *call) (any, error) {
	list, err := c.revisions()
	return map[string]any{"trigger_revisions": list, "count": len(list), "before_cursor": nil, "after_cursor": nil, "before_url": nil, "after_url": nil}, err
}

func showRevision(c *call) (any, error) {
	n, err := c.id("revision")
	if err != nil {
		return nil, err
	}
	list, err := c.revisions()
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if int64(r.ID) == n {
			return map[string]any{"trigger_revision": r}, nil
		}
	}
	return nil, fault.Missing("revision", n)
}
