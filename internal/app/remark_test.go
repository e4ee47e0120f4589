package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

func TestAuthorsAndApproversTalkAboutAChangeRequest(t *testing.T) {
	eachEngine(t, func(t *testing.T, o db.Options) {
		f := newOffice(t, o)
		out, err := f.propose(f.author, supportTeam, 0)
		if err != nil {
			t.Fatal(err)
		}
		id := out.Request.ID
		say := func(by act.Actor, text string, named ...int64) error {
			return f.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return f.Blueprint.Discuss(ctx, tx, by, id, text, named) })
		}
		told := func(by act.Actor) (paths []string) {
			f.Settle()
			f.Read(func(ctx context.Context, tx db.Tx) error {
				list, _, err := f.Notify.List(ctx, tx, by, db.Page{})
				for _, n := range list {
					paths = append(paths, n.Kind+":"+n.Subject.Kind)
				}
				return err
			})
			return paths
		}
		if err := say(f.lead, "Why *now*?"); err != nil {
			t.Fatal(err)
		}
		if got := told(f.author); !slices.Equal(got, []string{"discussed:change_request"}) {
			t.Errorf("the author was told %v", got)
		}
		if err := say(f.author, "Because the name changed.", f.agent.PersonID); err != nil {
			t.Fatal(err)
		}
		if got := told(f.lead); !slices.Equal(got, []string{"discussed:change_request", "approval:change_request"}) {
			t.Errorf("who spoke before, and may approve, was told %v", got)
		}
		if got := told(f.agent); len(got) != 1 {
			t.Errorf("who was named was told %v", got)
		}
		if got := told(f.author); len(got) != 1 {
			t.Errorf("who spoke was told %v", got)
		}
		if err := say(f.agent, "Me too"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody who has no part in it spoke: %v", err)
		}
		for _, text := range []string{"", "  \n", strings.Repeat("ä", 5001)} {
			if err := say(f.author, text); !fault.Is(err, fault.Invalid) {
				t.Errorf("%d characters were taken: %v", len(text), err)
			}
		}
		f.Read(func(ctx context.Context, tx db.Tx) error {
			list, err := f.Blueprint.Remarks(ctx, tx, f.agent, id)
			if err != nil || len(list) != 2 || list[0].Text != "Why *now*?" || list[0].AuthorID != f.lead.PersonID || list[1].Revision != 1 {
				t.Errorf("said was %+v %v", list, err)
			}
			if _, err := f.Blueprint.Remarks(ctx, tx, f.Person("outside@acme.example", "Outside"), id); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a customer reads along: %v", err)
			}
			return nil
		})
		if n := f.Count(`SELECT count(*) FROM events WHERE verb = 'config.request_discussed' AND CAST(data AS TEXT) LIKE '%name changed%'`); n != 0 {
			t.Errorf("%d events hold what people said", n)
		}
	})
}
