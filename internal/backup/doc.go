// Package backup copies whole databases: into a file (Create), out of one (Restore), and from
// one engine to the other (Move). There is one mechanism: the tables of a source, read at one
// moment in the order of their keys, fill a fresh database in one transaction; then every table
// of it is read again and must have the same number of rows and the same digest, and the ledger
// must verify seal by seal.
//
// A backup file is a zip archive: a file of JSON lines for each table, and manifest.json, which
// says what there must be. Rows are the same text whichever engine they came from, so a backup
// of one engine restores into the other.
package backup
