package program_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"steward/internal/db"
	"steward/internal/program"
)

// Lists of several states, and the queue, are walked page by page: every application once, in its order.
func TestListsArePagedInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(yearProgram)
		states := []program.State{program.Approved, program.Active, program.Notice, program.Rejected, program.Review}
		w.Write(func(ctx context.Context, tx db.Tx) error {
			p := w.Programs.Config().Named("year")
			for i := range 23 {
				in := sentBy(i)
				in.Filled = w.Programs.Fill(nil, p, &program.Application{}, map[string][]string{"position": {"teacher"}})
				a, err := w.Programs.Send(ctx, tx, p, 0, in, false)
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `UPDATE application SET state = $1, held = $2, place = $3 WHERE id = $4`, string(states[i%len(states)]), i%7 == 0, i*i%11, a.ID)
				if err != nil {
					return err
				}
			}
			return nil
		})
		for _, f := range []program.Filter{{States: states[:3]}, {States: []program.State{program.Review, program.Active, program.Review}}, {States: states[3:4]}, {Held: true}, {Queue: true}, {}} {
			walk := func(size int) (ids []int64) {
				w.Read(func(ctx context.Context, tx db.Tx) error {
					page := db.Page{Limit: size}
					for {
						list, next, err := w.Programs.List(ctx, tx, w.Root(), f, page)
						if err != nil {
							return err
						}
						if len(list) > size {
							return fmt.Errorf("a page of %d has %d", size, len(list))
						}
						for _, a := range list {
							ids = append(ids, a.ID)
						}
						if page.Cursor = next; next == "" {
							return nil
						}
					}
				})
				return ids
			}
			whole := walk(100)
			if !f.Queue && !slices.IsSortedFunc(whole, func(a, b int64) int { return int(b - a) }) || len(whole) == 0 {
				t.Errorf("%+v: %v", f, whole)
			}
			for _, size := range []int{1, 2, 3, 5} {
				if got := walk(size); !slices.Equal(got, whole) {
					t.Errorf("%+v by %d: %v, as a whole %v", f, size, got, whole)
				}
			}
		}
	})
}
