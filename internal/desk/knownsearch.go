package desk

import (
	"context"
	"strconv"
	"strings"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/search"
)

// KnownSearchKind is known issues as the search finds them.
func (s *Service) KnownSearchKind() search.Kind {
	return search.Kind{Name: "known_issue", Title: "Known issues", Number: 18, Verbs: []string{KnownCreated, KnownChanged, KnownRedacted},
		From: "known_issue k", Alias: "k", Titled: "k.title", Live: "k.version > 0", Columns: auth.Columns{}, Load: knownDocuments,
		Filters: []search.Filter{search.Choice("state", "Whether it still troubles anybody.", "k.state", nil, "open", "fixed", "wont_fix")}}
}

func knownDocuments(ctx context.Context, tx db.Tx, ids []int64) ([]search.Document, error) {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).In("k.id", list)
	rows, err := tx.Query(ctx, `SELECT `+knownFields+` FROM known_issue k WHERE `+w.SQL(), w.Args()...)
	known, err := db.Collect(rows, err, scanKnown)
	docs := make([]search.Document, len(known))
	for i, k := range known {
		docs[i] = search.Document{ID: k.ID, Title: k.Title, Detail: k.words(), Path: "/known-issues/" + strconv.FormatInt(k.ID, 10), At: k.Updated,
			Body: strings.Join([]string{k.Symptom, k.Workaround, strings.Join(k.Affected, " "), k.FixedIn}, "\n")}
	}
	return docs, err
}

// words says where a known issue stands.
func (k KnownIssue) words() string {
	switch k.State {
	case KnownFixed:
		return "Fixed in " + k.FixedIn
	case KnownWontFix:
		return "Will not be fixed"
	default:
		return "Open"
	}
}
