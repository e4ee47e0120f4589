package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"steward/internal/fault"
)

// IsUnique reports whether err says that a unique index already holds the value.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) &&
		(lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// explain turns trouble of the database itself into an error for people: nothing was
// saved, and trying again later makes sense. Other errors pass unchanged.
func explain(err error) error {
	if err == nil || fault.As(err) != nil || errors.Is(err, context.Canceled) || errors.Is(err, errNested) {
		return err
	}
	unavailable := func(msg string) error {
		return &fault.Error{Code: fault.Unavailable, Message: msg, RetryAfter: 2 * time.Second, Err: err}
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return unavailable("The disk is full, so nothing was saved. Free some space and try again.")
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return unavailable("The database is busy, so nothing was saved. Try again in a moment.")
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
			return unavailable("The database file cannot be used just now, so nothing was saved. Check the disk and its permissions.")
		}
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "53100":
			return unavailable("The database server's disk is full, so nothing was saved.")
		case strings.HasPrefix(pg.Code, "57P"), strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "53"),
			pg.Code == "40001", pg.Code == "40P01", pg.Code == "25006":
			return unavailable("The database cannot take this just now. Try again in a moment.")
		}
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return unavailable("The database took too long. Try again in a moment.")
	}
	if errors.Is(err, sql.ErrConnDone) || strings.Contains(err.Error(), "sql: database is closed") || strings.Contains(err.Error(), "closed pool") {
		return closing()
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || strings.Contains(err.Error(), "conn closed") {
		return unavailable("The database cannot be reached just now. Try again in a moment.")
	}
	return err
}
