package main

import (
	"os"

	"steward/internal/bizcal"
)

type calendarCmd struct {
	Eval calendarEvalCmd `cmd:"" help:"Answer questions about working time: JSON in on standard input, JSON out."`
}

type calendarEvalCmd struct{}

// Help is shown by steward calendar eval --help.
func (calendarEvalCmd) Help() string {
	return `Reads {"schedules": {NAME: {"time_zone": "Europe/Amsterdam", "hours": {"mon": [["09:00", "17:00"]]},
"holidays": ["2026-12-25"]}}, "queries": [...]} and writes {"answers": [...]} in the order of the queries.

  {"op": "within", "schedule": NAME, "from": TIME, "to": TIME}      whole minutes of working time, rounded down
  {"op": "after", "schedule": NAME, "from": TIME, "minutes": N}     the time by which N minutes have passed, in UTC
  {"op": "active", "schedule": NAME, "from": TIME}                  whether that is working time

Times are RFC 3339. A day that is missing is closed; "24:00" is the end of a day.`
}

// Run implements the command.
func (calendarEvalCmd) Run() error { return bizcal.Eval(os.Stdin, os.Stdout) }
