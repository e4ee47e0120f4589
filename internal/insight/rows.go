package insight

import "steward/internal/db"

// table is one that many rows are written to at once.
type table struct{ name, columns, conflict string }

var (
	factTable = table{name: "insight_fact",
		columns: "sheet_id, record_kind, record_id, key, pos, at, until, recorded, gone, counts, good, amounts, person_id, team_id, organization_id, d1, d2, d3, d4, d5, d6, d7, d8, event_id"}
	rollTable = table{name: "insight_roll", columns: "sheet_id, dim, bucket, part, data",
		conflict: "(sheet_id, dim, bucket, part) DO UPDATE SET data = excluded.data"}
	recordTable = table{name: "insight_record", columns: "source_id, record_kind, record_id, pos, state",
		conflict: "(source_id, record_kind, record_id) DO UPDATE SET pos = excluded.pos, state = excluded.state"}
)

// add adds a row of the table to those that are written.
func (t table) add(rows *db.Bulk, values ...any) {
	rows.Merge(t.name, t.columns, t.conflict, values...)
}
