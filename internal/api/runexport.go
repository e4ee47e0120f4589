package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/lang"
	"steward/internal/playbook"
	"steward/internal/rest"
	"steward/internal/sheet"
)

// Playbooks add routes, and tell what happened to runs.
type Playbooks interface {
	Routes
	TakesFile(ctx context.Context, tx db.Tx, by act.Actor, to playbook.FileFor) error
	AddFile(ctx context.Context, tx db.Tx, by act.Actor, to playbook.FileFor, f file.File) error
	FileOf(ctx context.Context, tx db.Tx, by act.Actor, id int64) (file.File, error)
	History(ctx context.Context, tx db.Tx, by act.Actor, id int64, page db.Page) (list []playbook.Line, next string, err error)
}

// perRunPage is how many lines of a run's history are read at once.
const perRunPage = 100

// getRunExport sends the history of a run as a file, the newest first.
func (s *Server) getRunExport(w http.ResponseWriter, r *http.Request) {
	by, _, format, err := exportAsked(r)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		rest.Fail(w, fault.Field("id", r.PathValue("id"), "the number of a run", "This is no number of a run."))
		return
	}
	l := lang.In(r.Context())
	table := tablePage{Title: l.Say("History of run %s", fmt.Sprint(id)), Columns: []sheet.Column{{Title: l.Word("When"), Kind: sheet.Time}, {Title: l.Word("Who")}, {Title: l.Word("Step")}, {Title: l.Word("What happened")}, {Title: l.Word("Because")}, {Title: l.Word("Event")}}}
	s.sendPages(w, r, format, func(ctx context.Context, tx db.Tx, cursor string) (tablePage, error) {
		list, next, err := s.Playbooks.History(ctx, tx, by, id, db.Page{Limit: perRunPage, Cursor: cursor})
		page := table
		page.Next = next
		for _, one := range list {
			page.Rows = append(page.Rows, []any{one.At, one.By, one.Title, one.Says, one.Because, fmt.Sprint(one.ID)})
		}
		return page, err
	})
}
