package app_test

import (
	"context"
	"fmt"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/success"
)

func TestDocumentsOfAnAccountAreTheirsWhoAddThem(t *testing.T) {
	eachCustomers(t, func(t *testing.T, c *customers) {
		blob, err := c.Files.PutBytes(t.Context(), []byte("%PDF-1.4 the contract"), c.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		uploaded := func(by act.Actor, name string) (id int64) {
			c.do(func(ctx context.Context, tx db.Tx) error {
				f, err := c.Files.Attach(ctx, tx, by, blob, name)
				id = f.ID
				return err
			})
			return id
		}
		own, others := uploaded(c.csm, "contract.pdf"), uploaded(c.ops, "secret.pdf")
		add := func(by act.Actor, files ...int64) func(ctx context.Context, tx db.Tx) error {
			return func(ctx context.Context, tx db.Tx) error {
				_, err := c.Success.Note(ctx, tx, by, c.acme, success.NewEntry{Kind: "document", Files: files})
				return err
			}
		}
		c.refused(fault.NotFound, add(c.csm, others))
		c.refused(fault.NotFound, add(c.csm, 1<<40))
		c.refused(fault.Invalid, add(c.csm, own, own, own, own, own, own, own, own, own, own, own))
		c.refused(fault.NotFound, add(c.out, own))
		c.do(add(c.csm, own))
		listed := func(by act.Actor) (list []success.Document, err error) {
			err = c.DB.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				list, _, err = c.Success.Documents(ctx, tx, by, c.acme, db.Page{})
				return err
			})
			return list, err
		}
		list, err := listed(c.ops)
		if err != nil || len(list) != 1 || list[0].File.Filename != "contract.pdf" || list[0].Title != "contract.pdf" || list[0].ByID != c.csm.PersonID || list[0].File.ID == own {
			t.Fatalf("the documents are %+v, %v", list, err)
		}
		if _, err := listed(c.out); !fault.Is(err, fault.NotFound) {
			t.Errorf("a customer sees documents: %v", err)
		}
		c.Read(func(ctx context.Context, tx db.Tx) error {
			f, err := c.Success.FileOf(ctx, tx, c.ops, list[0].File.ID)
			if fmt.Sprint(f.Hash) != fmt.Sprint(blob.Hash) {
				t.Errorf("it is another file: %+v", f)
			}
			return err
		})
		c.do(func(ctx context.Context, tx db.Tx) error {
			return c.Success.Remove(ctx, tx, c.csm, c.acme, list[0].EntryID)
		})
		if list, err := listed(c.ops); err != nil || len(list) != 0 {
			t.Errorf("taken off, the documents are %+v, %v", list, err)
		}
	})
}
