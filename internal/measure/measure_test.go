package measure_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/rule"
)

// machine is what the tests' source keeps of a record: whose it is and whether it runs.
type machine struct {
	Owner   int64 `json:"owner"`
	Running bool  `json:"running"`
}

func fold(m *machine, e ledger.Event) error {
	if e.Verb == "machine.broken" {
		return fmt.Errorf("it is broken")
	}
	return e.Decode(m)
}

func registry(version int) *measure.Registry {
	reg := measure.NewRegistry()
	machines := measure.Follow(reg, measure.Source{Name: "test.machine", Kind: "machine", Verbs: []string{"machine.set", "machine.broken"}, Version: version}, fold)
	def := func(name string, t measure.Type) measure.Measure {
		return measure.Measure{Name: "test." + name, Title: name, Subject: "organization", Type: t, Direction: measure.Neutral, Doc: "For tests."}
	}
	machines.While(def("running", measure.Count), func(m machine) (int64, int64) {
		if m.Running {
			return m.Owner, 1
		}
		return m.Owner, 0
	})
	machines.Within(def("changes_1d", measure.Count), 24*time.Hour, func(m machine, _ ledger.Event) (int64, int64) { return m.Owner, 1 })
	machines.Latest(def("last_at", measure.Time), func(m machine, e ledger.Event) (int64, measure.Value) { return m.Owner, measure.At(e.At) })
	machines.Since(def("since", measure.Duration), "test.last_at")
	machines.Latest(def("last_word", measure.Text), func(m machine, _ ledger.Event) (int64, measure.Value) {
		return m.Owner, measure.Word(map[bool]string{true: "on", false: "off"}[m.Running])
	})
	return reg
}

var start = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

func hour(h float64) time.Time { return start.Add(time.Duration(h * float64(time.Hour))) }

// world is a database with two organizations and a ledger.
type world struct {
	t   testing.TB
	db  *db.DB
	l   *ledger.Ledger
	s   *measure.Service
	now time.Time
}

func newWorld(t testing.TB, d *db.DB) *world {
	w := &world{t: t, db: d, l: ledger.New(d), now: start}
	w.s = measure.New(registry(0), func() time.Time { return w.now })
	w.write(func(ctx context.Context, tx db.Tx) error {
		for _, name := range []string{"Acme", "Beta"} {
			if _, err := tx.Exec(ctx, `INSERT INTO organization (name, name_fold, attributes, created, updated, version) VALUES ($1, $1, '{}', 1, 1, 1)`, name); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

func (w *world) write(fn db.Func) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// set tells that a machine changed: at happened, now learned.
func (w *world) set(machine, owner int64, running bool, at time.Time) {
	w.t.Helper()
	by := act.Root()
	by.Clock = func() time.Time { return w.now }
	w.write(func(ctx context.Context, tx db.Tx) error {
		_, err := w.l.Append(ctx, tx, by, ledger.Entry{Verb: "machine.set", At: at, Subject: ledger.Ref{Kind: "machine", ID: machine},
			Data: map[string]any{"owner": owner, "running": running}})
		return err
	})
}

// settle lets the followers read what there is.
func (w *world) settle() {
	w.t.Helper()
	if err := w.l.Settle(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	for _, f := range w.s.Followers() {
		for {
			n, err := w.l.Step(w.t.Context(), f)
			if err != nil {
				w.t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
}

func (w *world) explain(name string, organization int64, asked measure.Asked) (a measure.Answer) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		a, err = w.s.Explain(ctx, tx, act.Root(), name, ledger.Ref{Kind: "organization", ID: organization}, asked)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *world) value(name string, organization int64, asked measure.Asked) any {
	w.t.Helper()
	a := w.explain(name, organization, asked)
	return a.Measure.Plain(a.Value)
}

func (w *world) expect(name string, organization int64, asked measure.Asked, want any) {
	w.t.Helper()
	if got := w.value(name, organization, asked); !reflect.DeepEqual(got, want) {
		w.t.Errorf("%s of %d as of %s known at %s: %v, want %v", name, organization, asked.At, asked.Known, got, want)
	}
}

func TestAValueHasTwoTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.now = hour(1)
		w.set(1, 1, true, hour(1))
		w.now = hour(3)
		w.set(2, 1, true, hour(3))
		w.settle()
		w.now = hour(5)
		w.set(3, 1, true, hour(2)) // learned three hours late
		w.settle()
		for _, c := range []struct {
			at, known float64
			want      int64
		}{{0.5, 6, 0}, {1, 6, 1}, {2.5, 6, 2}, {2.5, 4, 1}, {4, 4, 2}, {4, 6, 3}, {6, 6, 3}, {6, 2, 1}} {
			w.expect("test.running", 1, measure.Asked{At: hour(c.at), Known: hour(c.known)}, c.want)
		}
		w.now = hour(6)
		w.set(1, 2, true, hour(6)) // changes hands
		w.settle()
		w.expect("test.running", 1, measure.Asked{}, int64(2))
		w.expect("test.running", 2, measure.Asked{}, int64(1))
		w.expect("test.running", 1, measure.Asked{At: hour(5)}, int64(3))
	})
}

func TestMeasuresOfTimeAreWorkedOutWhenRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.expect("test.since", 1, measure.Asked{}, nil)
		w.expect("test.last_word", 1, measure.Asked{}, nil)
		w.set(1, 1, true, hour(1))
		w.set(1, 1, false, hour(4))
		w.set(2, 1, true, hour(2)) // late: the anchor stays
		w.settle()
		w.now = hour(10)
		w.expect("test.last_at", 1, measure.Asked{}, hour(4))
		w.expect("test.since", 1, measure.Asked{}, 6*time.Hour)
		w.expect("test.since", 1, measure.Asked{At: hour(3)}, time.Hour)
		w.expect("test.last_word", 1, measure.Asked{}, "off")
		w.expect("test.last_word", 1, measure.Asked{At: hour(3)}, "on")
		w.expect("test.changes_1d", 1, measure.Asked{}, int64(3))
		w.expect("test.changes_1d", 1, measure.Asked{At: hour(24 + 3)}, int64(1))
		w.expect("test.changes_1d", 1, measure.Asked{At: hour(24 + 5)}, int64(0))
		if a := w.explain("test.since", 1, measure.Asked{}); !a.Anchor.Equal(hour(4)) || len(a.Evidence) != 1 {
			t.Errorf("the anchor is %s with %d events", a.Anchor, len(a.Evidence))
		}
	})
}

func TestEvidenceAndHistoryNameTheEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for n := range 5 {
			w.set(int64(n+1), 1, true, hour(float64(n)))
		}
		w.set(2, 1, false, hour(7))
		w.settle()
		w.now = hour(8)
		var records []int64
		for _, r := range w.explain("test.running", 1, measure.Asked{}).Evidence {
			records = append(records, r.RecordID)
			if r.EventID == 0 || r.RecordKind != "machine" {
				t.Errorf("a row without its event: %+v", r)
			}
		}
		if want := []int64{5, 4, 3, 1}; !slices.Equal(records, want) {
			t.Errorf("the records behind it are %v, want %v", records, want)
		}
		var running []int64
		cursor := ""
		for {
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, rows, next, err := w.s.History(ctx, tx, act.Root(), "test.running", ledger.Ref{Kind: "organization", ID: 1}, db.Page{Limit: 2, Cursor: cursor})
				for _, r := range rows {
					running = append(running, r.Value.Amount)
				}
				cursor = next
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if cursor == "" {
				break
			}
		}
		if want := []int64{4, 5, 4, 3, 2, 1}; !slices.Equal(running, want) {
			t.Errorf("the history goes %v, want %v", running, want)
		}
	})
}

// rows is everything that is worked out, in an order of its own.
func (w *world) rows() (out []string) {
	for _, q := range []string{
		`SELECT n.name || ' ' || c.subject_id || ' ' || c.valid_from || ' ' || c.pos || ' ' || c.recorded || ' ' || c.amount || ' ' || c.word || ' ' || c.record_id || ' ' || c.event_id
			FROM measure_change c JOIN measure_name n ON n.id = c.measure_id`,
		`SELECT n.name || ' ' || c.subject_id || ' ' || c.amount FROM measure_now c JOIN measure_name n ON n.id = c.measure_id`,
		`SELECT c.record_id || ' ' || c.pos || ' ' || c.at || ' ' || c.facts FROM measure_record c`,
	} {
		err := w.db.Read(w.t.Context(), func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, q)
			all, err := db.Collect(rows, err, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) })
			out = append(out, all...)
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	slices.Sort(out)
	return out
}

func TestRebuildingGivesTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		rnd := rand.New(rand.NewPCG(1, 2))
		type fact struct {
			owner   int64
			running bool
		}
		truth := map[int64]fact{}
		for n := range 300 {
			w.now = hour(float64(n))
			late := 0.0
			if rnd.IntN(4) == 0 {
				late = float64(rnd.IntN(100))
			}
			id, f := int64(1+rnd.IntN(20)), fact{int64(rnd.IntN(3)), rnd.IntN(2) == 0}
			truth[id] = f
			w.set(id, f.owner, f.running, hour(float64(n)-late))
			if rnd.IntN(10) == 0 {
				w.settle()
			}
		}
		w.settle()
		before := w.rows()
		// The same events once more, as after a cursor that was put back: nothing changes.
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			events, err := w.l.After(ctx, tx, 0, 1000)
			for _, e := range events {
				if err := w.s.Followers()[0].Handle(ctx, tx, e); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if again := w.rows(); !slices.Equal(before, again) {
			t.Errorf("events handed over twice change something: %d rows, were %d", len(again), len(before))
		}
		w.write(func(ctx context.Context, tx db.Tx) error { return w.s.Rebuild(ctx, tx, "") })
		w.settle()
		if after := w.rows(); !slices.Equal(before, after) {
			t.Errorf("rebuilding gives %d rows, were %d, or others", len(after), len(before))
		}
		w.now = hour(1000)
		for owner := int64(1); owner <= 2; owner++ {
			n := int64(0)
			for _, f := range truth {
				if f.owner == owner && f.running {
					n++
				}
			}
			w.expect("test.running", owner, measure.Asked{}, n)
			for h := range 100 { // never less than nothing, whatever came late
				if v := w.value("test.running", owner, measure.Asked{At: hour(float64(h * 3))}).(int64); v < 0 || v > 20 {
					t.Errorf("%d running as of hour %d", v, h*3)
				}
			}
		}
	})
}

func TestAnEventThatCannotBeReadHoldsUpItsRecordOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.set(1, 1, true, hour(1))
		w.write(func(ctx context.Context, tx db.Tx) error {
			_, err := w.l.Append(ctx, tx, act.Root(), ledger.Entry{Verb: "machine.broken", Subject: ledger.Ref{Kind: "machine", ID: 1}})
			return err
		})
		w.set(1, 1, false, hour(2))
		w.set(2, 1, true, hour(2))
		w.settle()
		w.now = hour(3)
		w.expect("test.running", 1, measure.Asked{}, int64(2))
	})
}

func TestADefinitionThatChangesIsWorkedOutBesideTheOld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old := newWorld(t, d)
		old.set(1, 1, true, hour(1))
		old.settle()
		w := &world{t: t, db: d, l: old.l, now: hour(2)}
		w.s = measure.New(registry(1), func() time.Time { return w.now })
		w.settle()
		old.now = hour(2)
		w.expect("test.running", 1, measure.Asked{}, int64(1))
		old.expect("test.running", 1, measure.Asked{}, int64(1))
		sweep := func(at time.Time) {
			w.write(func(ctx context.Context, tx db.Tx) error { return w.s.Sweep(ctx, tx, at) })
		}
		sweep(time.Now())
		old.expect("test.running", 1, measure.Asked{}, int64(1))
		sweep(time.Now().AddDate(0, 0, 8))
		old.expect("test.running", 1, measure.Asked{}, int64(0))
		w.expect("test.running", 1, measure.Asked{}, int64(1))
	})
}

func TestRulesReadMeasures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.set(1, 1, true, hour(1))
		w.set(2, 1, true, hour(1))
		w.settle()
		w.now = hour(2)
		reg := blueprint.NewRegistry()
		directory.Register(reg)
		measure.Register(reg, registry(0))
		env, err := rule.New("organization", registry(0).Fields("organization")...)
		if err != nil {
			t.Fatal(err)
		}
		p, err := rule.Compile(env, `measure.test.running >= 2 && measure.test.since < duration("2h")`)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rule.Compile(env, `measure.test.runing > 1`); err == nil {
			t.Error("a measure that is not there was accepted")
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			vars, err := w.s.Vars(ctx, tx, "organization", []int64{1, 2}, measure.Asked{}, p)
			for id, want := range map[int64]bool{1: true, 2: false} {
				if got, err := p.Eval(rule.Vars{"measure": vars[id]}); err != nil || got != want {
					t.Errorf("organization %d: %v %v, want %v", id, got, err, want)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhoMayReadTheSubjectMayReadItsMeasures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		own := act.Actor{Kind: act.Person, PersonID: 7, OrganizationID: 1, Grants: []act.Grant{{Action: "read", Kind: "organization", Scope: act.Organization}}}
		ask := func(by act.Actor, id int64) (err error) {
			return d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err = w.s.Explain(ctx, tx, by, "test.running", ledger.Ref{Kind: "organization", ID: id}, measure.Asked{})
				return err
			})
		}
		if err := ask(own, 1); err != nil {
			t.Errorf("their own: %v", err)
		}
		if err := ask(own, 2); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's: %v", err)
		}
		if err := ask(act.Actor{Kind: act.Person, PersonID: 8}, 1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without the right: %v", err)
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			found, err := w.s.Values(ctx, tx, own, []string{"test.running", "test.since"}, []ledger.Ref{{Kind: "organization", ID: 1}, {Kind: "organization", ID: 2}}, measure.Asked{})
			if len(found) != 1 || len(found[ledger.Ref{Kind: "organization", ID: 1}]) != 2 {
				t.Errorf("together: %v", found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
