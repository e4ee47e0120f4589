package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/playbook"
)

// RunSubject lets runs of playbooks be about tickets.
func (s *Service) RunSubject() playbook.Subject {
	return playbook.Subject{Kind: "ticket", Title: "Ticket",
		Load: func(ctx context.Context, tx db.Tx, id int64) (playbook.About, error) {
			t := known(tx, id).now
			if t == nil {
				var err error
				if t, err = s.load(ctx, tx, id); err != nil {
					return playbook.About{}, err
				}
			}
			return playbook.About{Title: t.Subject, PersonID: t.RequesterID, OrganizationID: t.OrganizationID, Vars: func() any {
				values, _ := s.config().vars(t, s.about(ctx, tx, t))["ticket"].(map[string]any)
				return values
			}}, nil
		},
		MayRead: func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
			_, err := s.working(ctx, tx, by, id)
			return err
		},
		Titles: func(ctx context.Context, tx db.Tx, ids []int64) (map[int64]string, error) {
			list := make([]any, len(ids))
			for i, id := range ids {
				list[i] = id
			}
			w := (&db.Where{}).In("id", list)
			out := map[int64]string{}
			rows, err := tx.Query(ctx, `SELECT id, subject FROM ticket WHERE `+w.SQL()+` AND hidden <> 'purged'`, w.Args()...)
			_, err = db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
				var subject string
				err = r.Scan(&id, &subject)
				out[id] = subject
				return id, err
			})
			return out, err
		}}
}
