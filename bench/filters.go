package main

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"time"
)

// The filled tickets have two custom fields of the starter kit: a severity (5 % s1, 15 % s2, 30 % s3,
// the rest s4) and one of 200 versions, independent of each other.
const (
	filledSeverity = `CASE WHEN i * 7919 % 100 < 5 THEN 's1' WHEN i * 7919 % 100 < 20 THEN 's2' WHEN i * 7919 % 100 < 50 THEN 's3' ELSE 's4' END`
	filledVersion  = `'18.' || (i * 104729 / 100 % 200)`
)

// fillAttributes gives tickets their values and the rows of the index.
func fillAttributes(ctx context.Context, tx *sql.Tx, fill *strings.Replacer, series string) error {
	ids := map[string]string{}
	for _, name := range []string{"severity", "product-version"} {
		var id string
		if err := tx.QueryRowContext(ctx, `SELECT id FROM blueprint WHERE kind = 'field' AND name = '`+name+`'`).Scan(&id); err != nil {
			return err
		}
		ids[name] = id
	}
	severity, version := ids["severity"], ids["product-version"]
	for _, q := range []string{
		`INSERT INTO attr_index (field_id, record_id, text) ` + series + `SELECT ` + severity + `, {base} + i, ` + filledSeverity + ` FROM n`,
		`INSERT INTO attr_index (field_id, record_id, text) ` + series + `SELECT ` + version + `, {base} + i, ` + filledVersion + ` FROM n`,
		`UPDATE ticket SET attributes = '{"` + severity + `":"' || (SELECT text FROM attr_index WHERE field_id = ` + severity + ` AND record_id = ticket.id) || '","` + version + `":"' ||
			(SELECT text FROM attr_index WHERE field_id = ` + version + ` AND record_id = ticket.id) || '"}' WHERE id >= {base} + {from} AND id <= {base} + {to}`,
	} {
		if _, err := tx.ExecContext(ctx, fill.Replace(q)); err != nil {
			return err
		}
	}
	return nil
}

// filters measures the first page of tickets of every state that match two custom fields.
func filters(ctx context.Context, s settings, e *engine, r *report) error {
	size := s.sizes[len(s.sizes)-1]
	if err := e.fill(ctx, size); err != nil {
		return err
	}
	if err := e.ready(ctx); err != nil {
		return err
	}
	for _, f := range []struct{ name, condition string }{
		{"a common and a rare value", `ticket.attributes.severity == "s2" && ticket.attributes.version == "18.7"`},
		{"two rare values", `ticket.attributes.severity == "s1" && ticket.attributes.version == "18.7"`},
		{"two common values", `ticket.attributes.severity in ["s2", "s3"] && ticket.attributes.version.startsWith("18.1")`},
		{"no such pair", `ticket.attributes.severity == "s1" && ticket.attributes.version == "19.0"`},
	} {
		path := "/tickets?limit=30&filter=" + url.QueryEscape(f.condition)
		page := func(c *client, _ int64) error {
			_, err := c.do("GET", path, "", 200)
			return err
		}
		if _, err := load(ctx, e, 1, time.Second, page); err != nil { // warm
			return err
		}
		res, err := load(ctx, e, 1, s.each/2, page)
		if err != nil {
			return err
		}
		name := "filter by two fields, " + f.name + ", first 30 of " + number(float64(size))
		r.add(e, name+": p50", res.at(.5), " ms", target{}, "")
		r.add(e, name+": p99", res.at(.99), " ms", target{max: 50}, "")
	}
	return nil
}
