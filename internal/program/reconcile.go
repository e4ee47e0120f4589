package program

import (
	"context"
	"database/sql"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// compared notes that another system was asked whether it has what was granted. differed is the status that it answered
// with when it had not, 0 when all was as it should be: then it was told again.
func (s *Service) compared(ctx context.Context, tx db.Tx, by act.Actor, a *Application, g Grant, differed int) error {
	now := db.Micros(by.Now())
	if differed == 0 {
		_, err := tx.Exec(ctx, `UPDATE application_grant SET compared = $1 WHERE id = $2`, now, g.ID)
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE application_grant SET compared = $1, differed = $1, differed_status = $2 WHERE id = $3`, now, differed, g.ID); err != nil {
		return err
	}
	_, err := s.Ledger.Append(ctx, tx, by, ledger.Entry{Verb: Differed, Subject: a.Ref(), Data: map[string]any{"grant": g.ID, "benefit": g.Name, "status": differed}})
	return err
}

// Difference is a benefit that another system was found not to have, the last time that it was.
type Difference struct {
	GrantID       int64     `json:"id"`
	ApplicationID int64     `json:"application_id"`
	Who           string    `json:"who"`
	Benefit       string    `json:"benefit" doc:"By name."`
	At            time.Time `json:"at" doc:"When it was found."`
	Status        int       `json:"status" doc:"What the other system answered with."`
	Compared      time.Time `json:"compared" doc:"When it was last compared; later than at: it was as granted since."`
}

// Differences lists what other systems were found not to have, the latest first. Whoever may read applications may, as
// far as their right goes.
func (s *Service) Differences(ctx context.Context, tx db.Tx, by act.Actor, page db.Page) (list []Difference, next string, err error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "application").Where(w, auth.Columns{Owners: []string{"a.assignee_id"}, Team: "a.team_id", Organization: "a.organization_id"}); err != nil {
		return nil, "", err
	}
	w.And("g.differed IS NOT NULL")
	at, id, after, err := page.After()
	if err != nil {
		return nil, "", err
	}
	if after {
		w.And("(g.differed, g.id) < (?, ?)", at, id)
	}
	n := page.Size()
	predicate := w.SQL()
	rows, err := tx.Query(ctx, `SELECT g.id, a.id, COALESCE(NULLIF(a.organization, ''), a.name), g.name, g.differed, g.differed_status, g.compared
		FROM application_grant g JOIN application a ON a.id = g.application_id WHERE `+predicate+` ORDER BY g.differed DESC, g.id DESC LIMIT `+w.Arg(n+1), w.Args()...)
	list, err = db.Collect(rows, err, func(r db.Scanner) (d Difference, err error) {
		var at, compared int64
		err = r.Scan(&d.GrantID, &d.ApplicationID, &d.Who, &d.Benefit, &at, &d.Status, &compared)
		d.At, d.Compared = db.Time(at), db.Time(compared)
		return d, err
	})
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(db.Micros(list[n-1].At), list[n-1].GrantID)
	}
	return list, next, err
}

// comparison is when a grant was last compared, and last found to differ; zero for never.
type comparison struct{ compared, differed time.Time }

// comparisons are those of an application's grants, by the benefit's name.
func (s *Service) comparisons(ctx context.Context, tx db.Tx, id int64) (map[string]comparison, error) {
	out := map[string]comparison{}
	rows, err := tx.Query(ctx, `SELECT name, compared, differed FROM application_grant WHERE application_id = $1 LIMIT 50`, id)
	_, err = db.Collect(rows, err, func(r db.Scanner) (name string, err error) {
		var compared, differed sql.NullInt64
		err = r.Scan(&name, &compared, &differed)
		out[name] = comparison{db.NullTime(compared), db.NullTime(differed)}
		return name, err
	})
	return out, err
}

// Reserved lists the applications that were approved and not claimed yet and may need a code of a pool, the newest first.
// Whoever may supply codes may, as far as they may read applications.
func (s *Service) Reserved(ctx context.Context, tx db.Tx, by act.Actor, name string, page db.Page) ([]*Application, string, error) {
	pool, err := s.pool(by, name)
	if err != nil {
		return nil, "", err
	}
	w := (&db.Where{}).And("state = 'approved'").And("program_id IN (" + s.handing(pool.ID) + ")")
	if err := auth.Scope(by, "read", "application").Where(w, reach); err != nil {
		return nil, "", err
	}
	return db.Newest(ctx, tx, `id, `+columns+` FROM application`, "id", w, page, func(r db.Scanner) (*Application, error) { return scan(r) }, func(a *Application) int64 { return a.ID })
}

func (s *Service) getDifferences(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[Difference], error) {
	list, next, err := s.Differences(ctx, tx, by, in.Page())
	return rest.NewList(list, next), err
}

type reservedInput struct {
	Name string `path:"name" maxLength:"200"`
	rest.Paging
}

func (s *Service) getReserved(ctx context.Context, tx db.Tx, by act.Actor, in *reservedInput) (rest.List[ApplicationView], error) {
	list, next, err := s.Reserved(ctx, tx, by, in.Name, in.Page())
	if err != nil {
		return rest.List[ApplicationView]{}, err
	}
	views, err := s.views(ctx, tx, by, list)
	return rest.NewList(views, next), err
}
