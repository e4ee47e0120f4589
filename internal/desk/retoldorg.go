package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"strings"

	"steward/internal/db"
	"steward/internal/directory"
)

// organizations are the attributes that organizations have had, by id, oldest first.
type organizations map[int64][]attributesThen

// attributesThen are attributes from an event on; nil values mean that they are not known.
type attributesThen struct {
	recorded, event int64
	values          map[string]any
}

// maxOrganizations bounds what a worker remembers.
const maxOrganizations = 20_000

// at are an organization's attributes in the moment of an event.
func (o organizations) at(id int64, e lived) (values map[string]any, known bool) {
	for _, v := range o[id] {
		if v.recorded > e.recorded || v.recorded == e.recorded && v.event > e.id {
			break
		}
		values = v.values
	}
	return values, values != nil
}

// readOrganizations reads the history of the organizations of the batch's tickets that are
// not remembered yet.
func (b *batch) readOrganizations(ctx context.Context, tx db.Tx) error {
	if !b.attributes {
		return nil
	}
	if len(b.organizations) > maxOrganizations {
		clear(b.organizations)
	}
	var ids []any
	for _, r := range b.tickets {
		for _, id := range r.mentioned() {
			if _, have := b.organizations[id]; !have {
				b.organizations[id] = nil
				ids = append(ids, id)
			}
		}
	}
	for len(ids) > 0 {
		n := min(len(ids), 500)
		if err := b.organizations.read(ctx, tx, ids[:n]); err != nil {
			for _, id := range ids { // read anew when the transaction is tried again
				delete(b.organizations, id.(int64))
			}
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// mentioned are the organizations that a ticket's history speaks of.
func (r *recorded) mentioned() (ids []int64) {
	for _, e := range r.events {
		var d struct {
			OrganizationID int64 `json:"organization_id"`
			Changes        struct {
				OrganizationID []int64 `json:"organization_id"`
			} `json:"changes"`
		}
		if e.verb != TicketCreated && e.verb != TicketChanged || !bytes.Contains(e.data, []byte(`"organization_id":`)) || json.Unmarshal(e.data, &d) != nil {
			continue // what cannot be read is said when the life is told
		}
		for _, id := range append(d.Changes.OrganizationID, d.OrganizationID) {
			if id != 0 {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func (o organizations) read(ctx context.Context, tx db.Tx, ids []any) error {
	w := (&db.Where{}).And("subject_kind = 'organization'").In("subject_id", ids).And("verb IN (?, ?)", directory.OrganizationCreated, directory.OrganizationUpdated)
	rows, err := tx.Query(ctx, `SELECT subject_id, id, recorded, verb, data FROM events WHERE `+w.SQL()+` ORDER BY subject_id, recorded, id`, w.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var v attributesThen
		var verb, data string
		if err := rows.Scan(&id, &v.event, &v.recorded, &verb, &data); err != nil {
			return err
		}
		told := true
		if verb == directory.OrganizationCreated {
			var d struct{ Attributes map[string]any }
			if json.Unmarshal([]byte(data), &d) == nil {
				v.values = d.Attributes
			}
		} else {
			v.values, told = o.changed(id, []byte(data))
		}
		if told {
			o[id] = append(o[id], v)
		}
	}
	return rows.Err()
}

// changed are the attributes after an event that changed some. told is false when it speaks of
// something else. Where the beginning is not recorded they are not known.
func (o organizations) changed(id int64, data []byte) (values map[string]any, told bool) {
	var d map[string]json.RawMessage
	if json.Unmarshal(data, &d) != nil {
		return nil, false
	}
	if n := len(o[id]); n > 0 && o[id][n-1].values != nil {
		values = maps.Clone(o[id][n-1].values)
	}
	for key, raw := range d {
		name, is := strings.CutPrefix(key, "attributes.")
		var pair [2]any
		if !is || json.Unmarshal(raw, &pair) != nil {
			continue
		}
		told = true
		if values == nil {
			continue
		}
		delete(values, name)
		if pair[1] != nil {
			values[name] = pair[1]
		}
	}
	return values, told
}

// put adds to a set that is made when there is something to put in.
func put[K comparable](set map[K]bool, key K) map[K]bool {
	if set == nil {
		set = map[K]bool{}
	}
	set[key] = true
	return set
}
