// Command bench measures the real program on both engines and prints the figures side by
// side, with their targets and what the nearest peer reaches:
//
//	go run ./bench            everything; about a quarter of an hour
//	go run ./bench -quick     small sizes, short runs
//	go run ./bench -only list,mail
//	go run ./bench -quiet 5m  on a machine with other work: waits for quiet moments
//
// It starts bin/steward on a temporary folder, and on a PostgreSQL cluster of its own that
// waits for the disk at every commit (fsync and synchronous_commit on), and talks to it over
// HTTP and SMTP on loopback. A figure that misses its target is marked and never fails the
// run: machines differ. Start reading at main.go; each measure is a file of its own.
package main
