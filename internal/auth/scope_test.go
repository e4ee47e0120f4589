package auth_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/db/dbtest"
	"steward/internal/fault"
)

// The predicate of a list and the check of one record come from the same grants; whatever
// an actor is given, both must say the same about every record.
func TestListAndRecordChecksAgree(t *testing.T) {
	columns := auth.Columns{Owners: []string{"r.a", "r.b"}, Team: "r.team", Organization: "r.org"}
	scopes := []act.Scope{act.Own, act.Team, act.Organization, act.All}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		random := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			by := act.Actor{Kind: act.Person, PersonID: random.Int64N(4), OrganizationID: random.Int64N(3), TeamIDs: []int64{1 + random.Int64N(2)}}
			if random.IntN(3) == 0 {
				by.Shared = []act.Shared{{OrganizationID: 1 + random.Int64N(2), Write: random.IntN(2) == 0}}
			}
			for _, s := range scopes {
				if random.IntN(3) == 0 {
					by.Grants = append(by.Grants, act.Grant{Action: []string{"read", "*", "write"}[random.IntN(3)], Kind: "ticket", Scope: s})
				}
			}
			a, b, team, org := random.Int64N(4), random.Int64N(4), random.Int64N(3), random.Int64N(3)
			reach := auth.Scope(by, "read", "ticket")
			want := reach.Covers(auth.Record{Owners: []int64{a, b}, Team: team, Organization: org})
			w := &db.Where{}
			err := reach.Where(w, columns)
			if reach.None() {
				if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.SignedOut) {
					t.Fatalf("no right at all: got %v, want a refusal", err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			var n int
			row := fmt.Sprintf("(SELECT %d AS a, %d AS b, %d AS team, %d AS org) r", a, b, team, org)
			err = d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
				return tx.QueryRow(ctx, `SELECT count(*) FROM `+row+` WHERE `+w.SQL(), w.Args()...).Scan(&n)
			})
			if err != nil {
				t.Fatal(err)
			}
			if (n == 1) != want {
				t.Fatalf("actor %+v, record %d %d team %d org %d: the list says %v, the check %v", by, a, b, team, org, n == 1, want)
			}
		}
	})
}
