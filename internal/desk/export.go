package desk

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/field"
)

// Exporting says which part of all tickets an export takes: those changed behind a place in the order of
// their last change (ties by id).
type Exporting struct {
	After   time.Time // the place: behind this time and id …
	AfterID int64
	From    time.Time // … or, when After is zero, from this time on
	Until   time.Time // up to and with this time
	Limit   int       // at most so many
	Live    bool      // leave out what was deleted
	Source  string    // of ExportedTicket.ExternalID
}

// ExportedTicket is a ticket as an export tells it: Tags as stored, a JSON list.
type ExportedTicket struct {
	Ticket
	TagList    string
	First      string // the text of its first message
	ExternalID string
	Followups  []int64
	Incidents  bool // it is a problem with incidents
}

// Export returns tickets in the order of their last change, deleted ones too, with one statement. Whoever may edit every ticket may.
func (s *Service) Export(ctx context.Context, tx db.Tx, by act.Actor, in Exporting) ([]ExportedTicket, error) {
	if !auth.Scope(by, "edit", "ticket").All() || !auth.Scope(by, "read", "ticket").All() {
		return nil, by.Denied("edit", "ticket")
	}
	w := &db.Where{}
	external := w.Arg(in.Source)
	if !in.After.IsZero() {
		w.And("(t.updated, t.id) > (?, ?)", db.Micros(in.After), in.AfterID)
	} else {
		w.And("t.updated >= ?", db.Micros(in.From))
	}
	w.And("t.updated <= ?", db.Micros(in.Until))
	if in.Live {
		w.And("t.deleted_at IS NULL")
	} else {
		w.And("t.hidden <> 'purged'")
	}
	rows, err := tx.Query(ctx, `SELECT `+exportFields(external)+` FROM ticket t WHERE `+w.SQL()+` ORDER BY t.updated, t.id LIMIT `+w.Arg(in.Limit), w.Args()...)
	if err != nil {
		return nil, err
	}
	return scanExport(rows, make([]ExportedTicket, 0, in.Limit))
}

func scanExport(rows *db.Rows, out []ExportedTicket) ([]ExportedTicket, error) {
	defer rows.Close()
	for rows.Next() {
		var t ExportedTicket
		var org, assignee, team, brand, mailbox, followup, form, taskDue, submitter, problem, asked, replied, solved, assigned sql.NullInt64
		var created, updated, since int64
		var attributes, people string
		var first, external, followups sql.NullString
		if err := rows.Scan(&t.ID, &t.Subject, &t.Status, &t.Priority, &t.RequesterID, &org, &assignee, &team, &brand, &mailbox, &t.Channel, &t.TagList,
			&followup, &created, &updated, &attributes, &form, &t.Type, &taskDue, &submitter, &problem, &t.Hidden, &asked, &replied, &solved, &since, &assigned, &t.Replies, &t.Bounces, &people, &first, &external, &followups, &t.Incidents); err != nil {
			return nil, err
		}
		var err error
		if t.Attributes, err = field.Decode(attributes); err != nil {
			return nil, err
		}
		if t.People, err = readPeople(people); err != nil {
			return nil, err
		}
		t.OrganizationID, t.AssigneeID, t.TeamID, t.BrandID, t.MailboxID = org.Int64, assignee.Int64, team.Int64, brand.Int64, mailbox.Int64
		t.FollowupOf, t.FormID, t.SubmitterID, t.ProblemID = followup.Int64, form.Int64, submitter.Int64, problem.Int64
		t.Created, t.Updated, t.TaskDue, t.AskedAt, t.RepliedAt = db.Time(created), db.Time(updated), db.NullTime(taskDue), db.NullTime(asked), db.NullTime(replied)
		t.SolvedAt, t.StateSince, t.AssignedAt = db.NullTime(solved), db.Time(since), db.NullTime(assigned)
		t.First, t.ExternalID = first.String, external.String
		if followups.Valid {
			for _, one := range strings.Split(followups.String, ",") {
				id, err := strconv.ParseInt(one, 10, 64)
				if err != nil {
					return nil, err
				}
				t.Followups = append(t.Followups, id)
			}
			slices.Sort(t.Followups)
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// exportFields are what scanExport reads; source is the parameter that names the source of foreign ids.
func exportFields(source string) string {
	return `t.id, t.subject, t.status, t.priority, t.requester_id, t.organization_id, t.assignee_id, t.team_id, t.brand_id, t.mailbox_id, t.channel, t.tags,
		t.followup_of, t.created, t.updated, t.attributes, t.form_id, t.type, t.task_due, t.submitter_id, t.problem_id, t.hidden, t.asked_at, t.replied_at, t.solved_at, t.state_since, t.assigned_at, t.replies, t.bounces, t.people,
		(SELECT c.body_text FROM comment c WHERE c.ticket_id = t.id ORDER BY c.id LIMIT 1), (SELECT e.id FROM external_id e WHERE e.kind = 'ticket' AND e.record_id = t.id AND e.source = ` + source + ` ORDER BY e.id LIMIT 1),
		(SELECT string_agg(CAST(f.id AS TEXT), ',') FROM ticket f WHERE f.followup_of = t.id AND f.deleted_at IS NULL),
		CASE WHEN t.type = 'problem' THEN EXISTS (SELECT 1 FROM ticket i WHERE i.problem_id = t.id AND i.deleted_at IS NULL) ELSE FALSE END`
}

// AsExported tells tickets that the actor has been given as an export does, in their order. It checks no
// permission, and tells first messages that are internal too: it is for colleagues.
func (s *Service) AsExported(ctx context.Context, tx db.Tx, tickets []*Ticket, source string) ([]ExportedTicket, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	w, list, at := &db.Where{}, make([]any, len(tickets)), map[int64]int{}
	for i, t := range tickets {
		list[i], at[t.ID] = t.ID, i
	}
	external := w.Arg(source)
	w.In("t.id", list)
	rows, err := tx.Query(ctx, `SELECT `+exportFields(external)+` FROM ticket t WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	out, err := scanExport(rows, make([]ExportedTicket, 0, len(tickets)))
	slices.SortFunc(out, func(a, b ExportedTicket) int { return at[a.ID] - at[b.ID] })
	return out, err
}
