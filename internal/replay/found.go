package replay

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/sheet"
)

// pageSize is how many records of a group stand in one row.
const pageSize = 100

// number gives the groups of a report their numbers.
func (r *Report) number() {
	n := 0
	for _, s := range r.Sections {
		for i := range s.Groups {
			s.Groups[i].Part, n = n, n+1
		}
	}
}

// group finds a group by its number; nil when there is none.
func (r *Report) group(part int) *Group {
	for s := range r.Sections {
		for g := range r.Sections[s].Groups {
			if r.Sections[s].Groups[g].Part == part {
				return &r.Sections[s].Groups[g]
			}
		}
	}
	return nil
}

// pages are the rows of the records that a report found, which never change.
func (r *Report) pages(id int64) (*db.Bulk, error) {
	rows := &db.Bulk{}
	for _, s := range r.Sections {
		for _, g := range s.Groups {
			for n := 0; n*pageSize < len(g.found); n++ {
				body, err := json.Marshal(g.found[n*pageSize : min((n+1)*pageSize, len(g.found))])
				if err != nil {
					return nil, err
				}
				rows.Add("replay_found", "replay_id, part, n, body", id, g.Part, n, string(body))
			}
		}
	}
	return rows, nil
}

// Found lists the records of one group of a replay, the newest first, a hundred at once; cursor is what the call before
// answered, "" for the first. Whoever may read blueprints may.
func (s *Service) Found(ctx context.Context, tx db.Tx, by act.Actor, id int64, part int, cursor string) (list []Example, next string, err error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, "", err
	}
	n := 0
	if cursor != "" {
		if n, err = strconv.Atoi(cursor); err != nil || n < 1 || n > MaxFound/pageSize {
			return nil, "", fault.Field("cursor", cursor, "the next of an answer", "This cursor is of no list.")
		}
	}
	var body string
	err = tx.QueryRow(ctx, `SELECT body FROM replay_found WHERE replay_id = $1 AND part = $2 AND n = $3`, id, part, n).Scan(&body)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, "", fault.Missing("list of records", part)
	case err != nil:
		return nil, "", err
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		return nil, "", err
	}
	var more bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM replay_found WHERE replay_id = $1 AND part = $2 AND n = $3)`, id, part, n+1).Scan(&more); err != nil || !more {
		return list, "", err
	}
	return list, strconv.Itoa(n + 1), nil
}

// columns are those of a table of records.
var columns = []sheet.Column{{Title: "Record"}, {Title: "Kind"}, {Title: "Rule"}, {Title: "About"}, {Title: "Change"}, {Title: "What would differ"}, {Title: "Link"}}

// cells are a record as a row of the table.
func (e Example) cells(g *Group) []any {
	return []any{strconv.FormatInt(e.Record.ID, 10), e.Record.Kind, g.Kind + "/" + g.Name, g.Aspect, g.Change, e.Sentence, e.Link}
}

// Export prepares a table of the records of one group of a replay: write reads it page by page. Whoever may read
// blueprints may.
func (s *Service) Export(ctx context.Context, by act.Actor, id int64, part int, format string) (title string, write func(io.Writer) error, err error) {
	var g *Group
	var page []Example
	next := ""
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := s.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if r.Report != nil {
			g = r.Report.group(part)
		}
		if g == nil {
			return fault.Missing("list of records", part)
		}
		page, next, err = s.Found(ctx, tx, by, id, part, "")
		return err
	})
	if err != nil {
		return "", nil, err
	}
	rows := func() (cells []any, err error) {
		if len(page) == 0 && next != "" {
			err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
				page, next, err = s.Found(ctx, tx, by, id, part, next)
				return err
			})
		}
		if err != nil || len(page) == 0 {
			return nil, err
		}
		cells, page = page[0].cells(g), page[1:]
		return cells, nil
	}
	title = "replay " + strconv.FormatInt(id, 10) + " " + g.Name + " " + g.Change
	return title, func(w io.Writer) error { return sheet.Write(w, format, title, columns, rows) }, nil
}

// WriteFound writes all records that a report found, which has just been made, as CSV.
func WriteFound(w io.Writer, r Report) error {
	var left [][]any
	for _, s := range r.Sections {
		for _, g := range s.Groups {
			for _, e := range g.found {
				left = append(left, e.cells(&g))
			}
		}
	}
	return sheet.Write(w, "csv", "replay", columns, func() (cells []any, err error) {
		if len(left) == 0 {
			return nil, nil
		}
		cells, left = left[0], left[1:]
		return cells, nil
	})
}
