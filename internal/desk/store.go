package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/field"
)

var timeZero time.Time

const ticketFields = `t.id, t.subject, t.status, t.priority, t.requester_id, t.organization_id, t.assignee_id, t.team_id, t.brand_id, t.mailbox_id,
	t.channel, t.tags, t.followup_of, t.created, t.updated, t.solved_at, t.due, t.due_metric, t.due_state, t.attributes, t.form_id, t.version,
	t.type, t.task_due, t.submitter_id, t.problem_id, t.merged_into, t.hidden, t.state_since, t.assigned_at, t.asked_at, t.replied_at, t.replies, t.bounces,
	t.people, t.rule_due, t.entitlement_id, t.refused, t.beside`

func scanTicket(row interface{ Scan(...any) error }) (*Ticket, error) {
	t := &Ticket{}
	var org, assignee, team, brand, mailbox, followup, solved, form, taskDue, submitter, problem, merged, assigned, asked, replied, ruleDue, entitlement sql.NullInt64
	var created, updated, due, since int64
	var tags, attributes, people string
	err := row.Scan(&t.ID, &t.Subject, &t.Status, &t.Priority, &t.RequesterID, &org, &assignee, &team, &brand, &mailbox, &t.Channel, &tags,
		&followup, &created, &updated, &solved, &due, &t.DueMetric, &t.DueState, &attributes, &form, &t.Version,
		&t.Type, &taskDue, &submitter, &problem, &merged, &t.Hidden, &since, &assigned, &asked, &replied, &t.Replies, &t.Bounces, &people, &ruleDue, &entitlement, &t.Refused, &t.beside)
	if err != nil {
		return nil, err
	}
	if t.Attributes, err = field.Decode(attributes); err != nil {
		return nil, err
	}
	if t.People, err = readPeople(people); err != nil {
		return nil, err
	}
	t.EntitlementID = entitlement.Int64
	t.FormID, t.SubmitterID, t.ProblemID, t.MergedInto = form.Int64, submitter.Int64, problem.Int64, merged.Int64
	t.TaskDue, t.StateSince, t.AssignedAt, t.AskedAt, t.RepliedAt = db.NullTime(taskDue), db.Time(since), db.NullTime(assigned), db.NullTime(asked), db.NullTime(replied)
	t.RuleDue = db.NullTime(ruleDue)
	t.OrganizationID, t.AssigneeID, t.TeamID, t.BrandID = org.Int64, assignee.Int64, team.Int64, brand.Int64
	t.MailboxID, t.FollowupOf = mailbox.Int64, followup.Int64
	t.Created, t.Updated, t.SolvedAt = db.Time(created), db.Time(updated), db.NullTime(solved)
	if due != never {
		t.Due = db.Time(due)
	}
	return t, json.Unmarshal([]byte(tags), &t.Tags)
}

// load reads a ticket without a permission check.
func (s *Service) load(ctx context.Context, tx db.Tx, id int64) (*Ticket, error) {
	return found(scanTicket(tx.QueryRow(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE t.id = $1 AND t.deleted_at IS NULL`, id)))(id)
}

// loadAny is load for tickets that may be hidden, too; one that went for good is not there.
func (s *Service) loadAny(ctx context.Context, tx db.Tx, id int64) (*Ticket, error) {
	return found(scanTicket(tx.QueryRow(ctx, `SELECT `+ticketFields+` FROM ticket t WHERE t.id = $1 AND t.hidden <> 'purged'`, id)))(id)
}

// lock is load for a change: on PostgreSQL others who change it wait.
func (s *Service) lock(ctx context.Context, tx db.Tx, id int64) (*Ticket, error) {
	q := `SELECT ` + ticketFields + ` FROM ticket t WHERE t.id = $1 AND t.deleted_at IS NULL`
	if tx.Engine() == db.Postgres {
		q += ` FOR UPDATE`
	}
	return found(scanTicket(tx.QueryRow(ctx, q, id)))(id)
}

func found(t *Ticket, err error) func(id int64) (*Ticket, error) {
	return func(id int64) (*Ticket, error) {
		if errors.Is(err, sql.ErrNoRows) {
			return nil, fault.Missing("ticket", id)
		}
		return t, err
	}
}

func (t *Ticket) dueColumn() int64 {
	if t.Due.IsZero() {
		return never
	}
	return db.Micros(t.Due)
}

func (s *Service) insertTicket(ctx context.Context, tx db.Tx, t *Ticket) error {
	row, err := t.row()
	if err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, insertTicketSQL, row...).Scan(&t.ID); err != nil {
		return err
	}
	if err := s.config().Fields.Index(ctx, tx, "ticket", t.ID, nil, t.Attributes); err != nil {
		return err
	}
	return storeTags(ctx, tx, t.ID, nil, t.Tags)
}

const ticketColumns = `subject, status, done, priority, requester_id, organization_id, assignee_id, team_id, brand_id, mailbox_id,
	channel, tags, followup_of, created, updated, solved_at, due, due_metric, due_state, waits_for, attributes, form_id, version,
	type, task_due, submitter_id, problem_id, merged_into, hidden, state_since, assigned_at, asked_at, replied_at, replies, bounces,
	people, entitlement_id, refused, beside`

var insertTicketSQL = `INSERT INTO ticket (` + ticketColumns + `) VALUES ` + db.Values(39, 1) + ` RETURNING id`

// row are the values of ticketColumns.
func (t *Ticket) row() ([]any, error) {
	tags, err := json.Marshal(t.Tags)
	if err != nil {
		return nil, err
	}
	attributes, err := t.Attributes.Encode()
	return []any{t.Subject, string(t.Status), t.Status.Done(), string(t.Priority), t.RequesterID, db.NullID(t.OrganizationID), db.NullID(t.AssigneeID),
		db.NullID(t.TeamID), db.NullID(t.BrandID), db.NullID(t.MailboxID), t.Channel, string(tags), db.NullID(t.FollowupOf), db.Micros(t.Created),
		db.Micros(t.Updated), db.NullMicros(t.SolvedAt), t.dueColumn(), string(t.DueMetric), string(t.DueState), t.Status.WaitsFor(),
		attributes, db.NullID(t.FormID), t.Version,
		string(t.Type), db.NullMicros(t.TaskDue), db.NullID(t.SubmitterID), db.NullID(t.ProblemID), db.NullID(t.MergedInto), string(t.Hidden), db.Micros(t.StateSince),
		db.NullMicros(t.AssignedAt), db.NullMicros(t.AskedAt), db.NullMicros(t.RepliedAt), t.Replies, t.Bounces,
		t.People.column(), db.NullID(t.EntitlementID), string(t.Refused), int64(t.beside)}, err
}

// storeTags makes a ticket found by other tags than before.
func storeTags(ctx context.Context, tx db.Tx, ticket int64, before, tags []string) error {
	for _, tag := range before {
		if slices.Contains(tags, tag) {
			continue
		}
		if err := tx.Later(ctx, nil, `DELETE FROM ticket_tag WHERE tag = $1 AND ticket_id = $2`, tag, ticket); err != nil {
			return err
		}
	}
	for _, tag := range tags {
		if slices.Contains(before, tag) {
			continue
		}
		if err := tx.Later(ctx, nil, `INSERT INTO ticket_tag (tag, ticket_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, tag, ticket); err != nil {
			return err
		}
	}
	return nil
}

// The columns that a change stores: always, because no index has them or every change sets them, or
// only when they changed. SQLite writes an index anew when one of its columns is set, to whatever value.
var (
	storedAlways = []string{"subject", "tags", "updated", "solved_at", "due_metric", "due_state", "waits_for", "attributes", "form_id", "task_due",
		"state_since", "assigned_at", "asked_at", "replied_at", "replies", "bounces", "entitlement_id", "beside", "brand_id", "mailbox_id"}
	storedChanged = []string{"status", "done", "priority", "assignee_id", "team_id", "due", "requester_id", "organization_id", "type", "problem_id", "merged_into", "refused"}
)

// changing are the values of storedChanged.
func (t *Ticket) changing() []any {
	return []any{string(t.Status), t.Status.Done(), string(t.Priority), db.NullID(t.AssigneeID), db.NullID(t.TeamID), t.dueColumn(), t.RequesterID,
		db.NullID(t.OrganizationID), string(t.Type), db.NullID(t.ProblemID), db.NullID(t.MergedInto), string(t.Refused)}
}

// always are the values of storedAlways.
func (t *Ticket) always() ([]any, error) {
	tags, err := json.Marshal(t.Tags)
	if err != nil {
		return nil, err
	}
	attributes, err := t.Attributes.Encode()
	return []any{t.Subject, string(tags), db.Micros(t.Updated), db.NullMicros(t.SolvedAt), string(t.DueMetric), string(t.DueState), t.Status.WaitsFor(), attributes,
		db.NullID(t.FormID), db.NullMicros(t.TaskDue), db.Micros(t.StateSince), db.NullMicros(t.AssignedAt), db.NullMicros(t.AskedAt), db.NullMicros(t.RepliedAt),
		t.Replies, t.Bounces, db.NullID(t.EntitlementID), int64(t.beside), db.NullID(t.BrandID), db.NullID(t.MailboxID)}, err
}

// storeTicket writes t over before; somebody else's change in between conflicts.
func (s *Service) storeTicket(ctx context.Context, tx db.Tx, t, before *Ticket) error {
	values, err := t.always()
	if err != nil {
		return err
	}
	w, sets := &db.Where{}, "version = version + 1"
	for i, v := range values {
		sets += ", " + storedAlways[i] + " = " + w.Arg(v)
	}
	was := before.changing()
	for i, v := range t.changing() {
		if v != was[i] {
			sets += ", " + storedChanged[i] + " = " + w.Arg(v)
		}
	}
	w.And("id = ? AND version = ?", t.ID, before.Version)
	if err := tx.Must(ctx, fault.Stale("This ticket", t), `UPDATE ticket SET `+sets+` WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	t.Version = before.Version + 1
	if err := s.config().Fields.Index(ctx, tx, "ticket", t.ID, before.Attributes, t.Attributes); err != nil {
		return err
	}
	return storeTags(ctx, tx, t.ID, before.Tags, t.Tags)
}

// storeDue writes only what clocks change. It leaves the version alone: nobody edited.
func (s *Service) storeDue(ctx context.Context, tx db.Tx, t *Ticket) error {
	return tx.Later(ctx, nil, `UPDATE ticket SET due = $1, due_metric = $2, due_state = $3 WHERE id = $4`, t.dueColumn(), string(t.DueMetric), string(t.DueState), t.ID)
}
