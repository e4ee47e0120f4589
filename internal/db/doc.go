// Package db is the one door to the database: the same SQL, `$n` parameters and all, on
// the embedded engine (SQLite) and on PostgreSQL.
//
// Start at Open. Write runs a change; on SQLite many changes share one durable commit
// (group commit), on PostgreSQL each is a transaction retried when it collides. Read runs
// queries on committed data; Snapshot runs them on one moment. Where builds predicates,
// Keyset pages. Values: times are UTC microseconds in a BIGINT (Micros, Time), JSON is text.
//
// A function given to Write may run twice: it must have no effect outside its Tx.
package db
