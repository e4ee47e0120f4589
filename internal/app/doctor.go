package app

import (
	"context"

	"steward/internal/doctor"
)

// Examine looks the instance over; full also does what takes long. baseURL is the public
// address, when the caller knows it.
func (a *App) Examine(ctx context.Context, baseURL string, full bool) doctor.Report {
	return doctor.Examine(ctx, doctor.Parts{DB: a.DB, Ledger: a.Ledger, Jobs: a.Jobs, Blueprint: a.Blueprint, BaseURL: baseURL, Sandbox: a.Sandbox != nil,
		Version: Version, Clock: a.clock, Full: full})
}
