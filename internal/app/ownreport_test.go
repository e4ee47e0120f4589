package app_test

import (
	"context"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/insight/board"
)

func TestReportsOfOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		mara, ole := i.Person("mara@company.example", "Mara", "agent"), i.Person("ole@company.example", "Ole", "agent")
		spec := board.OwnSpec{Indicator: "opened", Chart: "bar", By: "ticket.priority", Filters: []string{"ticket.team"}}
		var kept board.OwnReport
		doing(i, func(ctx context.Context, tx db.Tx) (err error) {
			if kept, err = i.Boards.KeepOwn(ctx, tx, mara, board.OwnReport{Title: " Mine ", Spec: spec}); err != nil {
				return err
			}
			for what, bad := range map[string]board.OwnSpec{
				"no figure":            {Chart: "bar"},
				"an unknown figure":    {Indicator: "opend", Chart: "bar"},
				"an unknown dimension": {Indicator: "opened", Chart: "bar", By: "ticket.taem"},
				"a wrong condition":    {Indicator: "opened", Chart: "bar", Filter: "ticket.priority =="},
				"an unknown period":    {Indicator: "opened", Chart: "bar", Period: "next-year"},
				"steps of a bar":       {Steps: []string{"opened", "opened-solved"}, Chart: "bar"},
			} {
				if _, err := i.Boards.KeepOwn(ctx, tx, mara, board.OwnReport{Title: "Bad", Spec: bad}); !fault.Is(err, fault.Invalid) {
					t.Errorf("%s: %v", what, err)
				}
			}
			kept.Spec.Chart = "line"
			if kept, err = i.Boards.KeepOwn(ctx, tx, mara, kept); err != nil || kept.Version != 2 || kept.Title != "Mine" {
				t.Errorf("changed: %+v, %v", kept, err)
			}
			old := kept
			old.Version = 1
			if _, err := i.Boards.KeepOwn(ctx, tx, mara, old); !fault.Is(err, fault.Conflict) {
				t.Errorf("an old version answers %v", err)
			}
			if _, err := i.Boards.OwnByID(ctx, tx, ole, kept.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("somebody else's report answers %v", err)
			}
			if _, err := i.Boards.KeepOwn(ctx, tx, ole, kept); !fault.Is(err, fault.NotFound) {
				t.Errorf("changing somebody else's answers %v", err)
			}
			if err := i.Boards.DropOwn(ctx, tx, ole, kept.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("deleting somebody else's answers %v", err)
			}
			return nil
		})
		mailed := func(due int64, people ...int64) {
			doing(i, func(ctx context.Context, tx db.Tx) error {
				for _, p := range people {
					if _, err := tx.Exec(ctx, `INSERT INTO page_mail (page_id, page_version, person_id, due, at, state, reason) VALUES (1, 1, $1, $2, 1, 'queued', '')`, p, due); err != nil {
						return err
					}
				}
				return nil
			})
		}
		mailed(1, mara.PersonID, ole.PersonID)
		mailed(2, mara.PersonID)
		of := func(table string, person int64) int {
			return i.Count(`SELECT count(*) FROM `+table+` WHERE person_id = $1`, person)
		}
		for _, h := range i.Boards.Holders() { // Mara and Ole are the same person
			doing(i, func(ctx context.Context, tx db.Tx) error {
				n, err := h.Count(ctx, tx, mara.PersonID)
				if err != nil || n == (db.Count{}) {
					t.Errorf("%s: %+v, %v", h.What(), n, err)
				}
				moved, err := h.Move(ctx, tx, i.Root(), mara.PersonID, ole.PersonID, 100)
				if err != nil || len(moved) != 1 {
					t.Errorf("%s: moved %v, %v", h.What(), moved, err)
				}
				back, err := h.Return(ctx, tx, i.Root(), moved, ole.PersonID, mara.PersonID)
				if err != nil || len(back) != 1 {
					t.Errorf("%s: returned %v, %v", h.What(), back, err)
				}
				_, err = h.Move(ctx, tx, i.Root(), mara.PersonID, ole.PersonID, 100)
				return err
			})
		}
		if of("page_mail", ole.PersonID) != 2 || of("own_report", ole.PersonID) != 1 || of("page_mail", mara.PersonID)+of("own_report", mara.PersonID) != 0 {
			t.Errorf("after merging: %d mails, %d reports", of("page_mail", ole.PersonID), of("own_report", ole.PersonID))
		}
		for _, e := range i.Boards.Erasers() {
			doing(i, func(ctx context.Context, tx db.Tx) error {
				_, err := e.Erase(ctx, tx, i.Root(), directory.Erasing{IDs: []int64{ole.PersonID}}, 100)
				return err
			})
		}
		if of("page_mail", ole.PersonID)+of("own_report", ole.PersonID) != 0 {
			t.Error("an erased person left something")
		}
	})
}
