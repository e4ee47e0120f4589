package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
)

// TagUse is a tag and on how many tickets it stands.
type TagUse struct {
	Tag   string
	Count int64
}

// Bounds of what is counted and listed.
const (
	taggedTickets = 20_000
	listedTags    = 1000
)

// TagsUsed lists up to 1,000 tags of the newest 20,000 tickets, those used most first; with begins, those
// that begin so. Whoever may read every ticket may.
func (s *Service) TagsUsed(ctx context.Context, tx db.Tx, by act.Actor, begins string) ([]TagUse, error) {
	if !auth.Scope(by, "read", "ticket").All() {
		return nil, by.Denied("read", "ticket")
	}
	rows, err := tx.Query(ctx, `SELECT t.tags FROM ticket t WHERE t.deleted_at IS NULL ORDER BY t.id DESC LIMIT $1`, taggedTickets)
	uses := map[string]int64{}
	_, err = db.Collect(rows, err, func(r db.Scanner) (none struct{}, err error) {
		var list string
		if err := r.Scan(&list); err != nil || list == "[]" {
			return none, err
		}
		var tags []string
		err = json.Unmarshal([]byte(list), &tags)
		for _, tag := range tags {
			if strings.HasPrefix(tag, begins) {
				uses[tag]++
			}
		}
		return none, err
	})
	if err != nil {
		return nil, err
	}
	out := make([]TagUse, 0, len(uses))
	for tag, n := range uses {
		out = append(out, TagUse{tag, n})
	}
	slices.SortFunc(out, func(a, b TagUse) int { return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Tag, b.Tag)) })
	return out[:min(len(out), listedTags)], nil
}
