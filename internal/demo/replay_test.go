package demo

import (
	"testing"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/replay"
)

// An imported history tells what its time rules did like one that was lived, and is replayed so.
func TestImportedHistoryIsReplayedWithItsTimeRules(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			told, _, _ := world(t, e, 3)
			if err := told.d.tell(t.Context(), told.teller(t), told.author, few.tickets, few.tickets, func(string, int, int) {}); err != nil {
				t.Fatal(err)
			}
			if err := told.teller(t).done(t.Context(), told.d.App); err != nil {
				t.Fatal(err)
			}
			a := told.d.App
			run := func(text string) replay.Section {
				docs, findings := blueprint.ParseFile("proposal.yaml", text)
				r, err := a.Replay.Run(t.Context(), a.Root(), replay.Proposal{Documents: docs, Parsed: findings, Since: base.AddDate(-3, 0, 0), Until: base.Add(time.Second)}, nil)
				if err != nil || len(r.Sections) != 1 {
					t.Fatalf("%+v %v", r, err)
				}
				return r.Sections[0]
			}
			s := run("kind: time_rule\nname: never\ntitle: Never\nafter: 90000h\nsince: created\ndo: [{ priority: low }]\n")
			if s.Replayed < int64(few.tickets) || s.Different != 0 || s.Otherwise != 0 {
				t.Errorf("of %d tickets %d replayed, %d otherwise, %d different: %+v", s.Total, s.Replayed, s.Otherwise, s.Different, s.NotReplayable)
			}
			s = run("kind: time_rule\nname: soon\ntitle: Soon\nafter: 1h\nsince: state\nin: [solved]\ndo: [{ add_tags: [done] }]\n")
			if s.Different == 0 || len(s.Groups) == 0 || s.Groups[0].Kind != "time_rule" || s.Groups[0].Name != "soon" {
				t.Errorf("a rule that acts an hour after solving makes no difference: %+v", s)
			}
		})
	}
}
