// Package dbtest gives every test a fresh, migrated database on each engine.
//
//	dbtest.Each(t, func(t *testing.T, d *db.DB) { … })
//
// runs the test on SQLite and on PostgreSQL. PostgreSQL is a throwaway cluster started from
// the installed binaries on first use and gone with the test process; `make deps` installs it.
package dbtest
