package search

import (
	"context"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
)

// rank puts the candidates in order, those first whose title has all the words.
func (p *prepared) rank(ctx context.Context, tx db.Tx, q query, list []ranked) ([]ranked, error) {
	must := slices.DeleteFunc(q.whole(true), func(t term) bool { return t.not })
	if len(must) > 0 && len(list) > 1 && q.in&inTitle != 0 {
		ids := make([]any, len(list))
		for i, r := range list {
			ids[i] = r.id
		}
		w := (&db.Where{}).In(p.Alias+".id", ids)
		rows, err := tx.Query(ctx, `SELECT `+p.Alias+`.id, `+p.Titled+` FROM `+p.From+` WHERE `+w.SQL(), db.PlanAnew(tx, w.Args())...)
		titled := map[int64]bool{}
		_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
			var id int64
			var title string
			err = r.Scan(&id, &title)
			titled[id] = all(must, words(title))
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
		for i := range list {
			if titled[list[i].id] {
				list[i].tier = tierTitle
			}
		}
	}
	slices.SortFunc(list, compare)
	return list, nil
}

// all reports whether every term stands in the words.
func all(terms []term, words []string) bool {
	return !slices.ContainsFunc(terms, func(t term) bool { return !t.in(words) })
}

// in reports whether the words of the term stand there one after another.
func (t term) in(words []string) bool {
	n := len(t.words) - 1
	for i := 0; i+n < len(words); i++ {
		last := words[i+n]
		if slices.Equal(words[i:i+n], t.words[:n]) && (last == t.words[n] || t.prefix && strings.HasPrefix(last, t.words[n])) {
			return true
		}
	}
	return false
}

// hits reads the records of a page, in its order.
func (k *Kind) hits(ctx context.Context, tx db.Tx, by act.Actor, q query, list []ranked) ([]Hit, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(list))
	for i, r := range list {
		ids[i] = r.id
	}
	docs, err := k.Load(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	read, notes := auth.Scope(by, "read", k.right()), auth.Scope(by, k.NotesFor, k.right())
	out := make([]Hit, 0, len(docs))
	for _, id := range ids {
		i := slices.IndexFunc(docs, func(d Document) bool { return d.ID == id })
		if i < 0 || !read.Covers(docs[i].Record) {
			continue // changed this moment
		}
		d := docs[i]
		if k.NotesFor == "" || !notes.Covers(d.Record) || q.in&inNotes == 0 {
			d.Notes = ""
		}
		h := Hit{Document: d}
		h.Found, h.Snippet = q.show(d)
		out = append(out, h)
	}
	return out, nil
}
