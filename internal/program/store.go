package program

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
)

const columns = `program_id, program_version, state, open, nonce, link, email, name, organization, website, person_id, organization_id, person_key, org_key, attributes,
	assignee_id, team_id, ticket_id, renewal_of, held, hold, touched, dialogue, place, promised, spent, running_since, due, question, reasons, reason,
	submitted_at, confirmed_at, decided_at, decided_by, term_from, term_until, life, created, updated, version`

const columnCount = 41

func scan(row db.Scanner) (*Application, error) {
	a := &Application{}
	var open bool
	var personKey, orgKey, attributes, reasons, life string
	var person, organization, assignee, team, ticket, renewal, decidedBy sql.NullInt64
	var promised, running, due, submitted, confirmed, decided, termFrom, termUntil sql.NullInt64
	var spent, created, updated int64
	err := row.Scan(&a.ID, &a.ProgramID, &a.ProgramVersion, &a.State, &open, &a.Nonce, &a.Link, &a.Email, &a.Name, &a.Organization, &a.Website, &person, &organization, &personKey, &orgKey, &attributes,
		&assignee, &team, &ticket, &renewal, &a.Held, &a.Hold, &a.Touched, &a.Dialogue, &a.Place, &promised, &spent, &running, &due, &a.Question, &reasons, &a.Reason,
		&submitted, &confirmed, &decided, &decidedBy, &termFrom, &termUntil, &life, &created, &updated, &a.Version)
	if err != nil {
		return nil, err
	}
	a.PersonID, a.OrganizationID, a.AssigneeID, a.TeamID, a.TicketID, a.RenewalOf, a.DecidedBy = person.Int64, organization.Int64, assignee.Int64, team.Int64, ticket.Int64, renewal.Int64, decidedBy.Int64
	a.Promised, a.RunningSince, a.Due, a.Submitted, a.Confirmed, a.Decided = db.NullTime(promised), db.NullTime(running), db.NullTime(due), db.NullTime(submitted), db.NullTime(confirmed), db.NullTime(decided)
	a.TermFrom, a.TermUntil, a.Created, a.Updated, a.Spent = db.NullTime(termFrom), db.NullTime(termUntil), db.Time(created), db.Time(updated), time.Duration(spent)*time.Microsecond
	if a.Attributes, err = field.Decode(attributes); err != nil {
		return nil, err
	}
	return a, errors.Join(json.Unmarshal([]byte(reasons), &a.Reasons), json.Unmarshal([]byte(life), &a.Life))
}

// row is the application's columns in their order.
func (a *Application) row() ([]any, error) {
	attributes, err := a.Attributes.Encode()
	if err != nil {
		return nil, err
	}
	if a.Reasons == nil {
		a.Reasons = []Reason{}
	}
	reasons, err := json.Marshal(a.Reasons)
	if err != nil {
		return nil, err
	}
	life, err := json.Marshal(a.Life)
	if err != nil {
		return nil, err
	}
	a.Place = a.place()
	return []any{a.ProgramID, a.ProgramVersion, string(a.State), a.State.Open(), a.Nonce, a.Link, a.Email, a.Name, a.Organization, a.Website, db.NullID(a.PersonID), db.NullID(a.OrganizationID), a.personKey(), a.orgKey(), attributes,
		db.NullID(a.AssigneeID), db.NullID(a.TeamID), db.NullID(a.TicketID), db.NullID(a.RenewalOf), a.Held, a.Hold, a.Touched, a.Dialogue, a.Place, db.NullMicros(a.Promised), a.Spent.Microseconds(), db.NullMicros(a.RunningSince), db.NullMicros(a.Due), a.Question, string(reasons), a.Reason,
		db.NullMicros(a.Submitted), db.NullMicros(a.Confirmed), db.NullMicros(a.Decided), db.NullID(a.DecidedBy), db.NullMicros(a.TermFrom), db.NullMicros(a.TermUntil), string(life), db.Micros(a.Created), db.Micros(a.Updated), a.Version}, nil
}

func (s *Service) insert(ctx context.Context, tx db.Tx, a *Application) error {
	a.Version = 1
	row, err := a.row()
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `INSERT INTO application (`+columns+`) VALUES `+db.Values(columnCount, 1)+` RETURNING id`, row...).Scan(&a.ID)
}

// store stores an application, new or not.
func (s *Service) store(ctx context.Context, tx db.Tx, a *Application) error {
	if a.ID == 0 {
		return s.insert(ctx, tx, a)
	}
	return s.update(ctx, tx, a)
}

// update stores the application as it is now; somebody's change meanwhile is a Conflict.
func (s *Service) update(ctx context.Context, tx db.Tx, a *Application) error {
	a.Version++
	row, err := a.row()
	if err != nil {
		return err
	}
	w := &db.Where{}
	values := ""
	for i, v := range row {
		if i > 0 {
			values += ","
		}
		values += w.Arg(v)
	}
	n, err := tx.Exec(ctx, `UPDATE application SET (`+columns+`) = (`+values+`) WHERE id = `+w.Arg(a.ID)+` AND version = `+w.Arg(a.Version-1), w.Args()...)
	if err == nil && n == 0 {
		err = errStale
	}
	return err
}

var errStale = fault.New(fault.Conflict, "Somebody changed this application meanwhile. Look at it again.")

// load returns an application by its id, without asking who wants it.
func (s *Service) load(ctx context.Context, tx db.Tx, id int64) (*Application, error) {
	a, err := scan(tx.QueryRow(ctx, `SELECT id, `+columns+` FROM application WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Missing("application", id)
	}
	return a, err
}

// one returns the application that a condition finds; nil when there is none.
func (s *Service) one(ctx context.Context, tx db.Tx, where string, args ...any) (*Application, error) {
	a, err := scan(tx.QueryRow(ctx, `SELECT id, `+columns+` FROM application WHERE `+where+` LIMIT 1`, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return a, err
}

// some returns applications that a condition finds, at most limit.
func (s *Service) some(ctx context.Context, tx db.Tx, w *db.Where, order string, limit int) ([]*Application, error) {
	predicate := w.SQL()
	rows, err := tx.Query(ctx, `SELECT id, `+columns+` FROM application WHERE `+predicate+` ORDER BY `+order+` LIMIT `+w.Arg(limit), w.Args()...)
	return db.Collect(rows, err, func(r db.Scanner) (*Application, error) { return scan(r) })
}
