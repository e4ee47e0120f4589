package main

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// shownStatements is how many statements are told.
const shownStatements = 25

// statementsTold writes which statements took PostgreSQL's time since this was asked last, when the
// flag asks for it: milliseconds together, calls, rows and pages touched of one call, and the text.
func (e *engine) statementsTold(ctx context.Context, to io.Writer) error {
	if e.cluster == nil || !e.settings.statements {
		return nil
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.ExecContext(ctx, `CREATE EXTENSION IF NOT EXISTS pg_stat_statements`); err != nil {
		return err
	}
	rows, err := d.QueryContext(ctx, `SELECT total_exec_time, calls, rows / calls, (shared_blks_hit + shared_blks_read) / calls, query FROM pg_stat_statements WHERE calls > 0 ORDER BY total_exec_time DESC LIMIT $1`, shownStatements)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var took float64
		var calls, each, pages int64
		var text string
		if err := rows.Scan(&took, &calls, &each, &pages, &text); err != nil {
			return err
		}
		text = strings.Join(strings.Fields(text), " ")
		fmt.Fprintf(to, "  %9.0f ms %8d × %6d rows %7d pages  %.200s\n", took, calls, each, pages, text)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = d.ExecContext(ctx, `SELECT pg_stat_statements_reset()`)
	return err
}
