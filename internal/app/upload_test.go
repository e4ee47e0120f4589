package app_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/fault"
)

func TestUploadThatNoMessageTakesUpIsRemovedAfterTwoDays(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		ctx := context.Background()
		agent := i.Person("maria@company.example", "Maria", "agent")
		blob, err := i.App.Files.PutBytes(ctx, []byte("left behind"), i.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		var id int64
		err = i.App.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			f, err := i.App.Desk.Upload(ctx, tx, agent, blob, "left.txt")
			id = f.ID
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		there := func() error {
			return i.App.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error { _, err := i.App.Files.Get(ctx, tx, id); return err })
		}
		i.Clock.Advance(47 * time.Hour)
		i.Settle()
		if err := there(); err != nil {
			t.Errorf("within two days: %v", err)
		}
		i.Clock.Advance(2 * time.Hour)
		i.Settle()
		if err := there(); !fault.Is(err, fault.NotFound) {
			t.Errorf("after two days: got %v, want it gone", err)
		}
	})
}
