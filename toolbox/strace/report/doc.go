// Package report writes what an analysis of an strace log found as one HTML page: totals,
// a timeline of the processes, waiting beside working, the tables that matter, and
// distributions.
//
// The page stands alone: one file without script and without anything to fetch, in light
// and dark, readable on a telephone and printable. Every string out of the log is escaped,
// and secrets are masked unless [Options.ShowSecrets] says otherwise. [Policy] is the
// Content-Security-Policy under which a server may give it out: nothing but its own style.
//
// Analyze the log with [Need] and [Limits] so that there is something to show:
//
//	t, err := strace.Analyze(ctx, inputs, strace.Options{Need: report.Need, Limits: report.Limits})
//	err = report.Write(w, t, report.Options{})
package report
