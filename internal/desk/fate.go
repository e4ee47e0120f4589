package desk

import (
	"context"
	"net/http"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/rest"
)

func (s *Service) fateRoutes(a *rest.API) {
	rest.Write(a, rest.POST("/tickets/{id}/merge", "Merge other tickets into this one").Status(http.StatusOK), s.postMerge)
	rest.Read(a, rest.GET("/tickets/{id}/merge", "See what merging other tickets into this one would do"), s.getMergePlan)
	rest.Read(a, rest.GET("/tickets/{id}/merges", "List the merges that a ticket took part in"), s.getMerges)
	rest.Write(a, rest.POST("/tickets/{id}/merges/{merge}/undo", "Undo a merge of tickets").Status(http.StatusOK), s.postUndoMerge)
	rest.Write(a, rest.POST("/tickets/{id}/split", "Make a new ticket of messages"), s.postSplit)
	rest.Write(a, rest.PUT("/tickets/{id}/problem", "Make a ticket an incident of a problem"), s.putProblem)
	rest.Read(a, rest.GET("/tickets/{id}/incidents", "List the incidents of a problem"), s.getIncidents)
	rest.Read(a, rest.GET("/tickets/hidden", "List deleted tickets or spam"), s.getHidden)
	rest.Write(a, rest.DELETE("/tickets/{id}", "Delete a ticket").Status(http.StatusOK), s.deleteTicket)
	rest.Write(a, rest.POST("/tickets/{id}/spam", "Mark a ticket as spam").Status(http.StatusOK), s.postSpam)
	rest.Write(a, rest.POST("/tickets/{id}/restore", "Restore a deleted ticket or spam").Status(http.StatusOK), s.postRestore)
	rest.Write(a, rest.POST("/tickets/{id}/redact", "Take words or files out of a ticket for ever").Status(http.StatusOK), s.postRedact)
	rest.Write(a, rest.POST("/tickets/{id}/incidents/answer", "Answer or solve all incidents of a problem in the background"), s.postIncidents)
}

// fate adds to a ticket what became of it: merged, split, hidden; and what may be done about it.
func (s *Service) fate(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, f *Full) error {
	may := func(action string) bool { return auth.Scope(by, action, "ticket").Covers(t.Record()) }
	f.Can.Delete, f.Can.Restore, f.Can.Redact = t.Hidden == "" && may("delete"), t.Hidden != "" && may("restore"), t.Hidden == "" && may("redact")
	if t.Hidden != "" { // nothing about it changes while it is away
		f.Can.Reply, f.Can.Note, f.Can.Edit, f.Statuses = false, false, false, []Status{t.Status}
		at, err := hiddenAt(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		f.HiddenAt, f.PurgeAt = rest.Time(at), rest.Time(at.Add(HiddenFor))
	}
	if known(tx, t.ID).made || !Agent(by, t) {
		return nil // a new ticket has no past, and the others are colleagues' business
	}
	if t.beside.has(besideSplits) {
		parts, err := s.splitsOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		f.SplitFrom, f.Splits = rest.ID(parts.from), parts.all
	}
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
