package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"steward/internal/db"
	"steward/internal/directory"
)

const (
	movedBelonging = "organization_membership" // as reports name it: none is kept here
	// awaited is what is reported of a membership whose person or organization is not here: it is tried again.
	awaited = "its person or organization was not brought over"
)

// belongings are memberships of organizations. The first of a person comes with the person; further ones have no place
// here and are reported. The list is read once: later runs begin where it ended, as new ones stand at its end.
func (m *Move) belongings(ctx context.Context, s *Step) error {
	s.Known, s.Failed = 0, 0
	if m.came && s.place != "" {
		if err := m.belongAgain(ctx, s); err != nil {
			return err
		}
	}
	const list = "/organization_memberships"
	path := list
	if s.place != "" {
		path += "?page[after]=" + url.QueryEscape(s.place)
	}
	return m.source.pages(ctx, path, "organization_memberships", func(ctx context.Context, items []json.RawMessage, all answer) error {
		if err := m.belong(ctx, s, items, false); err != nil {
			return err
		}
		var meta struct {
			After string `json:"after_cursor"`
		}
		if json.Unmarshal(all["meta"], &meta) == nil && meta.After != "" {
			s.place = meta.After
		}
		return m.save(ctx, *s)
	})
}

// belongAgain looks once more at memberships whose people or organizations were not here.
func (m *Move) belongAgain(ctx context.Context, s *Step) error {
	var ids []string
	err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT theirs FROM zendesk_move_problem WHERE source = $1 AND kind = $2 AND what = $3 ORDER BY id LIMIT 10000`, m.name, movedBelonging, awaited)
		ids, err = db.Collect(rows, err, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) })
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		var one answer
		switch err := m.source.get(ctx, "/organization_memberships/"+id, &one); {
		case errors.Is(err, errGone):
			err = m.forget(ctx, movedBelonging, id)
			if err != nil {
				return err
			}
		case err != nil:
			return err
		default:
			if err := m.belong(ctx, s, []json.RawMessage{one[movedBelonging]}, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// belong looks at a page of memberships; before says that earlier runs reported them.
func (m *Move) belong(ctx context.Context, s *Step, items []json.RawMessage, before bool) error {
	var records []record
	var people, organizations []string
	for _, raw := range items {
		r, err := recordOf(raw)
		if err != nil {
			return err
		}
		records, people, organizations = append(records, r), append(people, r.text("user_id")), append(organizations, r.text("organization_id"))
	}
	if err := m.known(ctx, movedPerson, people); err != nil {
		return err
	}
	if err := m.known(ctx, movedOrganization, organizations); err != nil {
		return err
	}
	ours := func(r record) (person, organization int64) {
		return m.ids[movedPerson][r.text("user_id")], m.ids[movedOrganization][r.text("organization_id")]
	}
	var here map[int64]directory.Person
	var names map[int64]string
	err := m.server.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		var p, o []int64
		for _, r := range records {
			person, organization := ours(r)
			p, o = append(p, person), append(o, organization)
		}
		if here, err = m.server.Directory.Names(ctx, tx, p); err != nil {
			return err
		}
		names, err = m.server.Directory.OrganizationNames(ctx, tx, o)
		return err
	})
	if err != nil {
		return err
	}
	var known, moved, failed int64
	err = m.server.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		known, moved, failed = 0, 0, 0
		for _, r := range records {
			person, organization := ours(r)
			a := &arrival{sort: movedBelonging, theirs: r.id(), before: before}
			switch p := here[person]; {
			case person == 0 || organization == 0:
				a.say(awaited)
			case p.OrganizationID == organization:
				known++
			case p.OrganizationID == 0 && r["default"] == true:
				if _, err := m.server.belong(ctx, tx, m.by, person, organization); err != nil {
					return err
				}
				moved++
			default:
				a.say("%q belongs to the organization %q, too, which is not carried over: people here have one", fmt.Sprintf("%s <%s>", p.Name, p.Email), names[organization])
			}
			failed += int64(len(a.said))
			if err := m.settle(ctx, tx, a, 0); err != nil {
				return err
			}
		}
		return nil
	})
	s.Known, s.Moved, s.Failed = s.Known+known, s.Moved+moved, s.Failed+failed
	return err
}
