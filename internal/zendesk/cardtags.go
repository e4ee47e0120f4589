package zendesk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/directory"
)

// fields are words with blanks or commas between them.
func fields(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' })
}

// Tags of people and organizations, which are on their cards.

func cardTags(kind string) handler {
	return func(c *call) (any, error) {
		id, err := c.id("id")
		if err != nil {
			return nil, err
		}
		tags := []string{}
		err = c.read(func(ctx context.Context, tx db.Tx) error {
			if err := c.there(ctx, tx, kind, id); err != nil {
				return err
			}
			cards, err := c.Directory.Cards(ctx, tx, kind, []int64{id})
			tags = append(tags, cards[id].Tags...)
			return err
		})
		return map[string]any{"tags": tags}, err
	}
}

// there refuses a record that is not there, or not for the caller.
func (c *call) there(ctx context.Context, tx db.Tx, kind string, id int64) (err error) {
	if kind == "person" {
		_, err = c.Directory.Get(ctx, tx, c.by, id)
	} else {
		_, err = c.Directory.Organization(ctx, tx, c.by, id)
	}
	return err
}

func setCardTags(kind string) handler {
	return changeTags(kind, func(_, sent []string) []string { return sent })
}

func addCardTags(kind string) handler {
	return changeTags(kind, func(have, sent []string) []string { return append(slices.Clone(have), sent...) })
}

func removeCardTags(kind string) handler {
	return changeTags(kind, func(have, sent []string) []string {
		return slices.DeleteFunc(slices.Clone(have), func(t string) bool { return slices.Contains(sent, t) })
	})
}

func changeTags(kind string, change func(have, sent []string) []string) handler {
	return func(c *call) (any, error) {
		id, err := c.id("id")
		if err != nil {
			return nil, err
		}
		var in struct {
			Tags tagWords `json:"tags"`
		}
		if err := c.body(&in); err != nil {
			return nil, err
		}
		if c.r.Method == http.MethodDelete && len(in.Tags) == 0 {
			in.Tags = fields(c.query("tags"))
		}
		var tags []string
		err = c.write(func(ctx context.Context, tx db.Tx) error {
			if err := c.there(ctx, tx, kind, id); err != nil {
				return err
			}
			card, err := c.Directory.SetCard(ctx, tx, c.by, kind, id, func(card *directory.Card) { card.Tags = change(card.Tags, in.Tags) })
			tags = append([]string{}, card.Tags...)
			return err
		})
		return map[string]any{"tags": tags}, err
	}
}
