package app_test

import (
	"context"
	"testing"

	"steward/internal/app/apptest"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

func TestSomebodyEndsTheirOwnSessionsOnly(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria, tom := i.Person("maria@company.example", "Maria", "agent"), i.Person("tom@company.example", "Tom", "agent")
		var here string
		doing(i, func(ctx context.Context, tx db.Tx) (err error) {
			if here, err = i.Auth.OpenSession(ctx, tx, maria, "Desk"); err == nil {
				_, err = i.Auth.OpenSession(ctx, tx, maria, "Phone")
			}
			return err
		})
		list := func() (out []auth.Session) {
			i.Read(func(ctx context.Context, tx db.Tx) (err error) {
				out, err = i.Auth.Sessions(ctx, tx, maria, here)
				return err
			})
			return out
		}
		var phone auth.Session
		current := 0
		for _, n := range list() {
			if n.Device == "Phone" {
				phone = n
			}
			if n.Current {
				current++
			}
		}
		if len(list()) != 3 || current != 1 || phone.ID == "" || phone.Current {
			t.Fatalf("sessions are %+v", list())
		}
		if err := inTx(i, func(ctx context.Context, tx db.Tx) error { return i.Auth.EndSession(ctx, tx, tom, phone.ID) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else ended it: %v", err)
		}
		doing(i, func(ctx context.Context, tx db.Tx) error { return i.Auth.EndSession(ctx, tx, maria, phone.ID) })
		if left := list(); len(left) != 2 || left[0].Device == "Phone" || left[1].Device == "Phone" {
			t.Errorf("left are %+v", left)
		}
		if _, err := i.Auth.BySession(t.Context(), here); err != nil {
			t.Errorf("the other session ended too: %v", err)
		}
	})
}

func TestChoicesStayWithWhoMadeThem(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		maria, tom := i.Person("maria@company.example", "Maria", "agent"), i.Person("tom@company.example", "Tom", "agent")
		choose := func(c map[string]string) error {
			return inTx(i, func(ctx context.Context, tx db.Tx) error { _, err := i.Auth.Choose(ctx, tx, maria, c); return err })
		}
		must(t, choose(map[string]string{"theme": "dark", "zone": "Asia/Tokyo"}))
		must(t, choose(map[string]string{"theme": "", "density": "compact"}))
		for name, v := range map[string]string{"zone": "Nowhere/Town", "colour": "red"} {
			if err := choose(map[string]string{name: v}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s %s: %v", name, v, err)
			}
		}
		i.Read(func(ctx context.Context, tx db.Tx) error {
			mine, err := i.Auth.Choices(ctx, tx, maria)
			if err == nil && (len(mine) != 2 || mine["zone"] != "Asia/Tokyo" || mine["density"] != "compact") {
				t.Errorf("choices are %v", mine)
			}
			if theirs, err := i.Auth.Choices(ctx, tx, tom); err != nil || len(theirs) != 0 {
				t.Errorf("a colleague has %v, %v", theirs, err)
			}
			return err
		})
	})
}
