package desk

import (
	"maps"

	"steward/internal/db"
)

// The verbs of the desk's events. Their subject is the ticket; values are ids and plain
// values, never what people wrote.
const (
	TicketCreated   = "ticket.created"      // every rule-visible field; attributes as [null, value]
	TicketReplied   = "ticket.replied"      // public message of an agent
	TicketCommented = "ticket.commented"    // public message of the customer
	TicketNoted     = "ticket.noted"        // internal note
	TicketChanged   = "ticket.changed"      // changes: field or attributes.NAME → [old, new]
	TicketFollowed  = "ticket.followed"     // a follow-up was opened: followup
	TicketRedacted  = "ticket.redacted"     // a person's words were removed: comments, subject
	TicketNotified  = "ticket.notified"     // a trigger queued a mail: template_id, to: person ids
	TicketHooked    = "ticket.webhook_told" // a trigger told a webhook of the change: webhook
	TriggerStopped  = "trigger.stopped"     // reason: cycle, depth, actions, cost or storm; trigger_id, trigger_version
	TicketStaged    = "ticket.staged"       // stage: [old, new]; pipeline with its version, due
	StageOverdue    = "stage.overdue"       // stage, pipeline, due
	BatchStarted    = "batch.started"       // one change to many tickets: total, done, failed, undone
	BatchEnded      = "batch.ended"         // the same
	BatchUndoBegun  = "batch.undo_started"  // the same
	ClockStarted    = "clock.started"       // clock, metric, policy and calendar with versions, target, due
	ClockPaused     = "clock.paused"
	ClockResumed    = "clock.resumed" // due
	ClockMet        = "clock.met"     // late: whether after the promise
	ClockBreached   = "clock.breached"
	ClockMoved      = "clock.moved" // matched again: policy, target and due, [old, new]
)

// fields are the rule-visible fields of a ticket, as events carry them.
func (t *Ticket) fields() map[string]any {
	return map[string]any{
		"status": t.Status, "priority": t.Priority, "requester_id": t.RequesterID, "organization_id": t.OrganizationID,
		"assignee_id": t.AssigneeID, "team_id": t.TeamID, "brand_id": t.BrandID, "mailbox_id": t.MailboxID,
		"channel": t.Channel, "tags": t.Tags, "followup_of": t.FollowupOf, "form_id": t.FormID,
		"type": t.Type, "task_due": db.Micros(t.TaskDue), "submitter_id": t.SubmitterID, "problem_id": t.ProblemID, "merged_into": t.MergedInto,
	}
}

// changes is what differs, with the attributes; written is what people wrote among it.
func (cfg *Config) changes(before, after *Ticket) (fields, written map[string]any) {
	fields = changes(before, after)
	open, written := cfg.Fields.Diff("ticket", before.Attributes, after.Attributes)
	maps.Copy(fields, open)
	return fields, written
}

// allChanges is what differs, with the attributes, for conditions.
func (cfg *Config) allChanges(before, after *Ticket) map[string]any {
	fields, _ := cfg.changes(before, after)
	return fields
}

// changes lists the fields that differ, old and new. The subject is what somebody wrote, so
// only the fact that it changed is told.
func changes(before, after *Ticket) map[string]any {
	out := map[string]any{}
	old := before.fields()
	for name, now := range after.fields() {
		if name == "tags" {
			if !equalTags(before.Tags, after.Tags) {
				out[name] = []any{before.Tags, after.Tags}
			}
		} else if old[name] != now {
			out[name] = []any{old[name], now}
		}
	}
	if before.Subject != after.Subject {
		out["subject"] = []any{nil, nil}
	}
	return out
}

func equalTags(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
