package roster

import (
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// Contact is a row of contacts.
type Contact struct {
	Email, Name string
	Editor      *bool // nil where the file does not say
}

type contact struct {
	Contact
	put func(ctx context.Context, tx db.Tx, by act.Actor, c Contact) (added, changed bool, err error)
}

var yes, no = []string{"yes", "true", "1", "x", "y"}, []string{"no", "false", "0", "n"}

// readContact checks a row as far as it can be without the database.
func readContact(c cells, put func(ctx context.Context, tx db.Tx, by act.Actor, c Contact) (added, changed bool, err error)) (record, error) {
	email, err := directory.CleanEmail("email", c.get("email"))
	if err != nil {
		return nil, err
	}
	out := contact{Contact{Email: email, Name: c.get("name")}, put}
	switch said := strings.ToLower(c.get("editor")); {
	case said == "":
	case slices.Contains(yes, said) || slices.Contains(no, said):
		editor := slices.Contains(yes, said)
		out.Editor = &editor
	default:
		return nil, fault.Field("editor", said, "yes, no or nothing", "It does not say whether they may change the list.")
	}
	return out, nil
}

// apply implements record.
func (c contact) apply(ctx context.Context, tx db.Tx, by act.Actor, _ *directory.Service, _ string) (outcome, error) {
	added, changed, err := c.put(ctx, tx, by, c.Contact)
	switch {
	case added:
		return created, err
	case changed:
		return updated, err
	default:
		return unchanged, err
	}
}
