package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/fault"
)

func TestTokenThatEndsMakesNoneThatOutlivesIt(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		ctx := context.Background()
		maria := i.Person("maria@company.example", "Maria", "agent")
		end := i.Clock.Now().Add(time.Hour)
		var id int64
		i.Write(func(ctx context.Context, tx db.Tx) error {
			token, _, err := i.Auth.NewToken(ctx, tx, maria, "short", []string{"*"}, end)
			id = token.ID
			return err
		})
		by := maria
		by.TokenID = id
		for _, c := range []struct {
			what    string
			expires time.Time
			ok      bool
		}{{"no end", time.Time{}, false}, {"a later end", end.Add(time.Second), false}, {"the same end", end, true}} {
			err := i.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				_, _, err := i.Auth.NewToken(ctx, tx, by, "made by a token", []string{"*"}, c.expires)
				return err
			})
			if (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: got %v, want allowed %v", c.what, err, c.ok)
			}
		}
	})
}
