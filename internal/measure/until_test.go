package measure_test

import (
	"context"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/ledger"
	"steward/internal/measure"
)

func TestTimeLeftIsCountedFromTheDayThatWasKnownThen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		type contract struct {
			Owner int64  `json:"owner"`
			Ends  string `json:"ends"`
		}
		reg := measure.NewRegistry()
		all := measure.Follow(reg, measure.Source{Name: "test.contract", Kind: "machine", Verbs: []string{"machine.set"}}, func(c *contract, e ledger.Event) error { return e.Decode(c) })
		def := func(name string, of measure.Type) measure.Measure {
			return measure.Measure{Name: "test." + name, Title: name, Subject: "organization", Type: of, Direction: measure.Neutral, Doc: "For tests."}
		}
		all.Latest(def("ends_at", measure.Time), func(c contract, _ ledger.Event) (int64, measure.Value) {
			end, err := time.Parse(time.RFC3339, c.Ends)
			if err != nil {
				return c.Owner, measure.None()
			}
			return c.Owner, measure.At(end)
		})
		all.Until(def("left", measure.Duration), "test.ends_at")

		w := newWorld(t, d)
		w.s = measure.New(reg, func() time.Time { return w.now })
		tell := func(at time.Time, ends string) {
			w.now = at
			by := act.Root()
			by.Clock = func() time.Time { return w.now }
			w.write(func(ctx context.Context, tx db.Tx) error {
				_, err := w.l.Append(ctx, tx, by, ledger.Entry{Verb: "machine.set", At: at, Subject: ledger.Ref{Kind: "machine", ID: 1}, Data: contract{1, ends}})
				return err
			})
		}
		tell(hour(0), hour(10).Format(time.RFC3339))
		tell(hour(2), hour(20).Format(time.RFC3339))
		tell(hour(4), "")
		tell(hour(6), hour(8).Format(time.RFC3339))
		w.settle()

		moments := []time.Time{hour(9), hour(7), hour(5), hour(3), hour(1), hour(-1)}
		want := []any{-time.Hour, time.Hour, nil, 17 * time.Hour, 9 * time.Hour, nil}
		m, _ := reg.Get("test.left")
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			each, err := w.s.ReadEach(ctx, tx, "test.left", []int64{1, 2}, moments)
			if err != nil {
				return err
			}
			for n, at := range moments {
				asked := measure.Asked{At: at}
				one, err := w.s.Read(ctx, tx, "test.left", []int64{1, 2}, asked)
				if err != nil {
					return err
				}
				values, err := w.s.Values(ctx, tx, act.Root(), []string{"test.left"}, []ledger.Ref{{Kind: "organization", ID: 1}}, asked)
				if err != nil {
					return err
				}
				for where, got := range map[string]any{"one moment": m.Plain(one[1].Value), "several moments": m.Plain(each[n][1].Value), "values": m.Plain(values[ledger.Ref{Kind: "organization", ID: 1}]["test.left"])} {
					if got != want[n] {
						t.Errorf("%s: %s after the start there are %v left, want %v", where, at.Sub(start), got, want[n])
					}
				}
				if _, there := each[n][2]; there || one[2].Value.Set {
					t.Errorf("somebody without a contract has time left")
				}
			}
			told, err := w.s.Explain(ctx, tx, act.Root(), "test.left", ledger.Ref{Kind: "organization", ID: 1}, measure.Asked{At: hour(9)})
			if err != nil {
				return err
			}
			if !told.Anchor.Equal(hour(8)) {
				t.Errorf("it is counted until %s, want %s", told.Anchor, hour(8))
			}
			kept, rows, _, err := w.s.History(ctx, tx, act.Root(), "test.left", ledger.Ref{Kind: "organization", ID: 1}, db.Page{})
			if err != nil {
				return err
			}
			if len(rows) != 4 || kept.Plain(rows[1].Value) != nil || kept.Plain(rows[0].Value) != hour(8) {
				t.Errorf("the history is %+v", rows)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
