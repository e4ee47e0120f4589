package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/rest"
)

// fate adds to a ticket what became of it: merged, split, hidden; and what may be done about it.
func (s *Service) fate(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, f *Full) error {
	may := func(action string) bool { return auth.Scope(by, action, "ticket").Covers(t.Record()) }
	f.Can.Delete, f.Can.Restore, f.Can.Redact = t.Hidden == "" && may("delete"), t.Hidden != "" && may("restore"), t.Hidden == "" && may("redact")
	if t.Hidden != "" { // nothing about it changes while it is away
		f.Can.Reply, f.Can.Note, f.Can.Edit = false, false, false
		at, err := hiddenAt(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		f.HiddenAt, f.PurgeAt = rest.Time(at), rest.Time(at.Add(HiddenFor))
	}
	if known(tx, t.ID).made || !Agent(by, t) {
		return nil // a new ticket has no past, and the others are colleagues' business
	}
	parts, err := s.splitsOf(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	f.SplitFrom, f.Splits = rest.ID(parts.from), parts.all
	if t.MergedInto == 0 {
		return nil
	}
	merges, err := s.Merges(ctx, tx, by, t.ID)
	if err != nil {
		return err
	}
	for _, m := range merges { // the newest first
		if m.WinnerID == t.MergedInto && m.UndoneAt.IsZero() {
			views, err := s.mergeViews(ctx, tx, []Merge{m})
			if err == nil {
				f.Merge = &views[0]
			}
			return err
		}
	}
	return nil
}
