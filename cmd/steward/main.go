// Command steward runs customer operations: `steward --help` lists what it can do.
//
// Results go to standard output, progress and logs to standard error. The exit code
// is 0, 1 for a failure (or tampering, or drift), 2 for bad input.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones work on machines without a zone database

	"github.com/alecthomas/kong"

	"steward/internal/fault"
)

// cli is the whole command line; each command lives in a file of its own name.
type cli struct {
	Init     initCmd     `cmd:"" help:"Make a new instance."`
	Serve    serveCmd    `cmd:"" help:"Serve the workspace, the API and mail."`
	Demo     demoCmd     `cmd:"" help:"Make a company to try Steward with, and serve it."`
	Backup   backupCmd   `cmd:"" help:"Write a backup while the instance is served, or check one."`
	Restore  restoreCmd  `cmd:"" help:"Make an instance from a backup."`
	Ready    readyCmd    `cmd:"" help:"Ask a server whether it can serve, for health checks."`
	Doctor   doctorCmd   `cmd:"" help:"Say what is wrong and what to do."`
	Move     moveCmd     `cmd:"" help:"Move an embedded instance to PostgreSQL."`
	Plan     planCmd     `cmd:"" help:"Say what applying a folder of blueprints would change."`
	Apply    applyCmd    `cmd:"" help:"Apply a folder of blueprints, whole or not at all."`
	Health   healthCmd   `cmd:"" help:"Score accounts, and say how well scores told renewals from losses."`
	Drift    driftCmd    `cmd:"" help:"Say how the installation differs from a folder of blueprints."`
	Requests requestsCmd `cmd:"" help:"List changes that wait for approval."`
	Approve  approveCmd  `cmd:"" help:"Approve a change request."`
	Reject   rejectCmd   `cmd:"" help:"Reject a change request, or withdraw your own."`
	Review   reviewCmd   `cmd:"" help:"Note that you looked at a change made in an emergency."`
	Rollback rollbackCmd `cmd:"" help:"Undo an applied change."`
	Export   exportCmd   `cmd:"" help:"Write the configuration as files."`
	Schema   schemaCmd   `cmd:"" help:"Print the JSON Schema of a kind of blueprint."`
	Import   importCmd   `cmd:"" help:"Import people or organizations from a CSV file."`
	Contacts contactsCmd `cmd:"" help:"Look after the contacts of an organization."`
	Erase    eraseCmd    `cmd:"" help:"Erase people for good, and keep the list of those erased."`
	Audit    auditCmd    `cmd:"" help:"Check the ledger."`
	Search   searchCmd   `cmd:"" help:"Look after the search index."`
	Calendar calendarCmd `cmd:"" help:"Business calendar arithmetic."`
	Playbook playbookCmd `cmd:"" help:"Try playbooks."`
	Mail     mailCmd     `cmd:"" help:"Look at mail as Steward reads it."`
	HTML     htmlCmd     `cmd:"" name:"html" help:"Sanitise HTML as Steward does."`
	Strace   straceCmd   `cmd:"" help:"Read what strace wrote."`

	StraceChild straceChildCmd `cmd:"" name:"strace-report" hidden:"" help:"Make the report of one log, for a server."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	os.Exit(run(ctx, os.Args[1:]))
}

// run parses the arguments, runs the command and returns the exit code.
func run(ctx context.Context, args []string) int {
	var c cli
	parser := kong.Must(&c, kong.Name("steward"),
		kong.Description("Customer operations on one record."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	k, err := parser.Parse(straceArgs(args))
	if err != nil {
		fmt.Fprintln(os.Stderr, "steward:", err)
		return 2
	}
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "steward:", err)
		return fault.Exit(err)
	}
	return 0
}
