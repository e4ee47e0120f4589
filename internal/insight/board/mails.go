package board

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// PageMail is what became of the mail of a page to one person.
type PageMail struct {
	ID     int64      `json:"id"`
	Person PageReader `json:"person"`
	Due    time.Time  `json:"due"`
	At     time.Time  `json:"at"`
	State  string     `json:"state" enum:"queued,refused"`
	Reason string     `json:"reason"`
}

// PageReader is who a page was mailed to.
type PageReader struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Mails lists the mails of a page, newest first. Whoever may read indicators may.
func (s *Service) Mails(ctx context.Context, tx db.Tx, by act.Actor, b InForce, page db.Page) (list []PageMail, next string, err error) {
	if err := by.Require("read", "indicator"); err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And("page_id = ?", b.ID)
	list, next, err = db.Newest(ctx, tx, `id, person_id, due, at, state, reason FROM page_mail`, "id", w, page, func(r db.Scanner) (m PageMail, err error) {
		var due, at int64
		err = r.Scan(&m.ID, &m.Person.ID, &due, &at, &m.State, &m.Reason)
		m.Due, m.At = db.Time(due), db.Time(at)
		return m, err
	}, func(m PageMail) int64 { return m.ID })
	if err != nil {
		return nil, "", err
	}
	ids := make([]int64, len(list))
	for i, m := range list {
		ids[i] = m.Person.ID
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	for i := range list {
		list[i].Person.Name = people[list[i].Person.ID].Name
	}
	return list, next, err
}

// kept is how long it is known what was mailed.
const kept = 400 * 24 * time.Hour

// Sweep forgets mails of more than 400 days ago, some at a time.
func Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM page_mail WHERE id IN (SELECT id FROM page_mail WHERE at < $1 ORDER BY at, id LIMIT 5000)`, db.Micros(now.Add(-kept)))
	return err
}
