package app

import (
	"context"
	"strings"

	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/ledger"
	"steward/internal/search"
)

// searchKinds are the kinds of record that can be found, in the order they are shown.
func (a *App) searchKinds() []search.Kind {
	return append(append([]search.Kind{a.Desk.SearchKind()}, a.Directory.SearchKinds()...), a.Desk.KnownSearchKind(), desk.ArticleSearchKind(blueprintsOfChange), blueprintKind())
}

// blueprintKind is the configuration as the search finds it. Package blueprint stands below
// the search, so it is said here. Articles are a kind of their own.
func blueprintKind() search.Kind {
	return search.Kind{Name: "blueprint", Title: "Configuration", Number: 4, Verbs: []string{blueprint.Applied, blueprint.RolledBack}, Touched: blueprintsOfChange,
		From: "blueprint b", Alias: "b", Titled: "b.name", Live: "b.retired = FALSE AND b.kind <> 'article'", Columns: auth.Columns{}, Load: blueprintDocuments}
}

func blueprintsOfChange(ctx context.Context, tx db.Tx, e ledger.Event, after int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT blueprint_id FROM blueprint_version WHERE change_number = $1 AND blueprint_id > $2 ORDER BY blueprint_id LIMIT 500`, e.Subject.ID, after)
	return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err })
}

func blueprintDocuments(ctx context.Context, tx db.Tx, ids []int64) ([]search.Document, error) {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	w := (&db.Where{}).In("id", list)
	rows, err := tx.Query(ctx, `SELECT id, kind, name, text, applied_at FROM blueprint WHERE `+w.SQL()+` AND retired = FALSE AND kind <> 'article'`, w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (d search.Document, err error) {
		var kind, name, text string
		var at int64
		if err := r.Scan(&d.ID, &kind, &name, &text, &at); err != nil {
			return d, err
		}
		d.Title, d.Detail, d.Path, d.At = name, kind+" "+name, "/configuration/"+kind+"/"+name, db.Time(at)
		d.Body = strings.Join([]string{kind, name}, " ")
		if docs, _ := blueprint.ParseFile("", text); len(docs) > 0 {
			d.Title, d.Body = docs[0].Title, d.Body+"\n"+docs[0].Description
		}
		return d, nil
	})
}
