package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
)

// Beside is what stands beside a ticket in other tables.
type Beside struct {
	External  []ExternalID
	First     string // the text of its first message, when the actor may see it
	Followups []int64
	Incidents bool // whether it is a problem with incidents
}

// BesideOf reads what stands beside tickets that the actor has been given, by ticket: a handful of
// statements, however many they are.
func (s *Service) BesideOf(ctx context.Context, tx db.Tx, by act.Actor, tickets []*Ticket) (map[int64]Beside, error) {
	out := make(map[int64]Beside, len(tickets))
	if len(tickets) == 0 {
		return out, nil
	}
	var ids, problems []any
	inside := map[int64]bool{}
	for _, t := range tickets {
		ids, inside[t.ID] = append(ids, t.ID), Agent(by, t)
		if t.Type == TypeProblem {
			problems = append(problems, t.ID)
		}
	}
	named, err := externalIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for id, list := range named {
		out[id] = Beside{External: list}
	}
	w := (&db.Where{}).In("ticket_id", ids)
	rows, err := tx.Query(ctx, `SELECT ticket_id, public, body_text FROM comment WHERE id IN (SELECT min(id) FROM comment WHERE `+w.SQL()+` GROUP BY ticket_id)`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (b Beside, err error) {
		var id int64
		var public bool
		var text string
		err = r.Scan(&id, &public, &text)
		if b = out[id]; public || inside[id] {
			b.First = text
		}
		out[id] = b
		return b, err
	})
	if err != nil {
		return nil, err
	}
	w = (&db.Where{}).And("followup_of IS NOT NULL").In("followup_of", ids)
	rows, err = tx.Query(ctx, `SELECT followup_of, id FROM ticket WHERE `+w.SQL()+` AND deleted_at IS NULL ORDER BY id LIMIT `+w.Arg(1000), w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (b Beside, err error) {
		var id, next int64
		err = r.Scan(&id, &next)
		b = out[id]
		b.Followups = append(b.Followups, next)
		out[id] = b
		return b, err
	})
	if err != nil || len(problems) == 0 {
		return out, err
	}
	w = (&db.Where{}).In("p.id", problems)
	rows, err = tx.Query(ctx, `SELECT p.id FROM ticket p WHERE `+w.SQL()+` AND EXISTS (SELECT 1 FROM ticket t WHERE t.problem_id = p.id AND t.deleted_at IS NULL)`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
		err = r.Scan(&id)
		b := out[id]
		b.Incidents = true
		out[id] = b
		return id, err
	})
	return out, err
}
