// Package trace makes reports of strace logs that were attached to tickets.
//
// Attached is told of every file that a message takes up; a job then looks at the first
// bytes of those that may be logs (plain, gzip or zstd, whatever their name) and analyses
// what is one, with the limits of Limits, one at a time on a node. The report is a row that
// refers to the file and goes with it, however the file goes. Who may see it is decided by
// whoever knows the ticket; nothing here checks permission.
package trace
