package app

import (
	"context"
	"slices"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/directory/roster"
)

// wireDirectory tells the directory who holds references to people, who keeps what they
// wrote and who takes over their work. A module that does names itself here.
func (a *App) wireDirectory() {
	a.Imports = roster.New(roster.Importer{DB: a.DB, Directory: a.Directory, Ledger: a.Ledger, Account: a.Success.Import}, a.Files, a.Jobs, a.clock)
	a.Directory.Wire(directory.Wiring{DB: a.DB, Jobs: a.Jobs, Clock: a.clock, Access: a.Auth,
		Holders: slices.Concat(a.Desk.Holders(), a.Entitle.Holders(), a.People.Holders(), a.Success.Holders(), a.Programs.Holders(), a.Playbooks.Holders(), a.Boards.Holders(), a.Outreach.Holders()),
		Erasers: slices.Concat(a.Desk.Erasers(), a.Mail.Erasers(), a.Outreach.Erasers(), a.Imports.Erasers(), a.Entitle.Erasers(), a.People.Erasers(), a.Webhooks.Erasers(), a.Success.Erasers(), a.Programs.Erasers(), a.Playbooks.Erasers(), a.Notify.Erasers(), a.Boards.Erasers()),
		Work:    []directory.HandsOver{a.Desk, a.Success, a.Programs, a.Playbooks},
		Guard:   func(ctx context.Context, tx db.Tx) error { return keepSomebody(ctx, tx, a.Blueprint.Set()) },
	})
}
