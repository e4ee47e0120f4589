package desk

import (
	"context"
	"strings"

	"github.com/goccy/go-yaml"

	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/search"
)

// ArticleSearchKind is articles as the search finds them. Whoever may read the configuration does.
func ArticleSearchKind(touched func(ctx context.Context, tx db.Tx, e ledger.Event, after int64) ([]int64, error)) search.Kind {
	return search.Kind{Name: "article", Title: "Articles", Number: 19, Right: "blueprint", Verbs: []string{blueprint.Applied, blueprint.RolledBack}, Touched: touched,
		From: "blueprint b", Alias: "b", Titled: "b.name", Live: "b.retired = FALSE AND b.kind = 'article'", Columns: auth.Columns{}, Load: articleDocuments}
}

func articleDocuments(ctx context.Context, tx db.Tx, ids []int64) ([]search.Document, error) {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).In("id", list)
	rows, err := tx.Query(ctx, `SELECT id, name, text, applied_at FROM blueprint WHERE `+w.SQL()+` AND retired = FALSE AND kind = 'article'`, w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (d search.Document, err error) {
		var name, text string
		var at int64
		if err := r.Scan(&d.ID, &name, &text, &at); err != nil {
			return d, err
		}
		d.Title, d.Path, d.At = name, "/articles/"+name, db.Time(at)
		if docs, _ := blueprint.ParseFile("", text); len(docs) > 0 {
			var spec ArticleSpec
			if err := yaml.Unmarshal([]byte(text), &spec); err != nil {
				return d, err
			}
			d.Title, d.Detail = docs[0].Title, spec.URL
			d.Body = strings.Join([]string{docs[0].Description, strings.Join(spec.Tags, " "), spec.Text}, "\n")
		}
		return d, nil
	})
}
