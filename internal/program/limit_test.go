package program_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/program"
)

const limited = `kind: program
name: limited
title: Limited
team: programs
decision: { calendar: office-hours, per_day: 2, per_year: 3 }
`

func TestAnApplicantIsToldWhenTheNextApplicationMayCome(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Apply(limited)
		sent := 0
		send := func() error {
			sent++
			in := sentBy(sent)
			in.Email = "ada@people.example"
			return w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := w.Programs.Send(ctx, tx, w.Programs.Config().Named("limited"), 0, in, false)
				return err
			})
		}
		must := func() {
			t.Helper()
			if err := send(); err != nil {
				t.Fatal(err)
			}
		}
		refused := func(until time.Time) {
			t.Helper()
			if err := send(); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), until.UTC().Format("2 January 2006, 15:04")) {
				t.Fatalf("got %v, want it refused until %v", err, until)
			}
		}
		first := w.Clock.Now()
		must()
		w.Clock.Advance(time.Hour)
		must()
		refused(first.Add(24 * time.Hour))
		w.Clock.Advance(24 * time.Hour)
		must()
		w.Clock.Advance(48 * time.Hour)
		refused(first.Add(365 * 24 * time.Hour))
		w.Clock.Set(first.Add(365*24*time.Hour + time.Minute))
		must()
	})
}

func TestADocumentSaysHowOldItIs(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	c := program.Check{MaxAge: 60}
	for dated, want := range map[string]string{"2026-03-11": "20 days old", "2026-01-30": "60 days old", "2026-01-29": "at most 60 days", "2026-04-03": "lies ahead", "31.3.2026": "not a date", "": "did not say"} {
		found, err := c.Age(dated, now)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = found.Seen[0].What
		}
		if !strings.Contains(got, want) {
			t.Errorf("a document of %q: %s, want %q", dated, got, want)
		}
	}
	if found, err := (program.Check{}).Age("nonsense", now); err != nil || len(found.Seen) > 0 {
		t.Errorf("without a limit nobody asks: %+v, %v", found, err)
	}
}
