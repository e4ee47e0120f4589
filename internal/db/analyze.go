package db

import "context"

// Analyze lets PostgreSQL look at a table anew, after work that changed most of it: until its own
// round comes, statements are planned by what the table was before. SQLite needs no such look.
func Analyze(ctx context.Context, tx Tx, table string) error {
	if tx.Engine() != Postgres {
		return nil
	}
	_, err := tx.Exec(ctx, `ANALYZE `+table)
	return err
}
