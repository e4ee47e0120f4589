package desk

import (
	"maps"

	"steward/internal/db"
)

// The verbs of the desk's events. Their subject is the ticket; values are ids and plain
// values, never what people wrote.
const (
	TicketCreated   = "ticket.created"         // every rule-visible field; attributes as [null, value]
	TicketReplied   = "ticket.replied"         // public message of an agent
	TicketCommented = "ticket.commented"       // public message of the customer
	TicketNoted     = "ticket.noted"           // internal note
	TicketChanged   = "ticket.changed"         // changes: field or attributes.NAME → [old, new]
	TicketFollowed  = "ticket.followed"        // a follow-up was opened: followup
	TicketRedacted  = "ticket.redacted"        // a person's words were removed: comments, subject
	TicketNotified  = "ticket.notified"        // a trigger queued a mail: template_id, to: person ids
	TicketPeople    = "ticket.people_changed"  // people were copied or follow, or left: role, to: person ids, left
	FollowerTold    = "ticket.follower_told"   // a follower was written to: to: person ids, comments: how many
	ReplyPlanned    = "ticket.reply_planned"   // a reply was given a later time: send, due
	ReplyMoved      = "ticket.reply_moved"     // it was given another time: send, due, due_was
	ReplyUndone     = "ticket.reply_undone"    // a reply was taken back before it left: send, kind
	ReplyHeld       = "ticket.reply_held"      // it did not leave at its time: send, reason: changed, author or refused
	TicketNamed     = "ticket.external_ids"    // the ids that other systems know it by changed: added, removed
	TicketHooked    = "ticket.webhook_told"    // a trigger told a webhook of the change: webhook
	TriggerStopped  = "trigger.stopped"        // reason: cycle, depth, actions, cost, storm, runs or loop; trigger_id, trigger_version
	MacroUsed       = "macro.used"             // a colleague chose a macro: macro_id, macro_version
	GuardPassed     = "guard.passed"           // a colleague went on although a guard had asked: guard_id, guard_version, read
	TicketStaged    = "ticket.staged"          // stage: [old, new]; pipeline with its version, due
	StageOverdue    = "stage.overdue"          // stage, pipeline, due
	ReviewAsked     = "ticket.review_asked"    // a reply waits to be read: send, review with its version, due
	ReviewApproved  = "ticket.review_approved" // it may leave: send, changed (whether its reader changed the words)
	ReviewReturned  = "ticket.review_returned" // it went back to its author: send
	BatchStarted    = "batch.started"          // one change to many tickets: total, done, failed, undone
	BatchEnded      = "batch.ended"            // the same
	BatchUndoBegun  = "batch.undo_started"     // the same
	ClockStarted    = "clock.started"          // clock, metric, policy and calendar with versions, target, due
	TicketMerged    = "ticket.merged"          // told on the one that stays: merge, tickets, public, incidents: how many followed
	TicketUnmerged  = "ticket.unmerged"        // the merge was undone: merge, tickets
	TicketSplit     = "ticket.split"           // messages became a ticket of their own: ticket, comments
	CommentPrivate  = "ticket.made_private"    // a public message became a note: comment
	TicketPurged    = "ticket.purged"          // a hidden ticket went for good
	TicketJudged    = "ticket.judged"          // whether its requester may ask for help: entitlement_id, refused, read; by the entitlement
	TicketAdmitted  = "ticket.admitted"        // somebody let a refused request in: refused; why is kept in the record
	ClockPaused     = "clock.paused"
	ClockResumed    = "clock.resumed" // due
	ClockMet        = "clock.met"     // late: whether after the promise
	ClockBreached   = "clock.breached"
	ClockCancelled  = "clock.cancelled" // the ticket was merged unanswered
	ClockMoved      = "clock.moved"     // matched again: policy, target and due, [old, new]
	ClockReopened   = "clock.reopened"  // a solved ticket was reopened and the clock goes on: due
)

// The verbs of runs that rules and macros start about a ticket.
const (
	TicketRunStarted = "ticket.run_started" // playbook_id, playbook_version
	TicketRunRefused = "ticket.run_refused" // it could not start: the same; why is kept in the record
)

// The verbs of side conversations. Nobody outside the desk sees these events.
const (
	TicketSideBegun    = "ticket.side_begun"    // side, to: person ids, teams, tell: whom it concerns
	TicketSideSaid     = "ticket.side_said"     // a colleague went on: the same
	TicketSideAnswered = "ticket.side_answered" // one who was written to answered, or another whom it reached: side, tell, automatic, outsider
	TicketSideUndone   = "ticket.side_undone"   // a message was taken back before it left: side
	TicketSideClosed   = "ticket.side_closed"   // side
	TicketSideReopened = "ticket.side_reopened" // side
	TicketSideMoved    = "ticket.side_moved"    // came along with a merge, or went back: sides, ticket: where they had been
)

// ticketField is a rule-visible field of a ticket, as events carry it.
type ticketField struct {
	name  string
	value any
}

// toldFields is how many there are.
const toldFields = 19

// list are the rule-visible fields of a ticket, always in the same order.
func (t *Ticket) list() [toldFields]ticketField {
	return [...]ticketField{
		{"status", t.Status}, {"priority", t.Priority}, {"requester_id", t.RequesterID}, {"organization_id", t.OrganizationID},
		{"assignee_id", t.AssigneeID}, {"team_id", t.TeamID}, {"brand_id", t.BrandID}, {"mailbox_id", t.MailboxID},
		{"channel", t.Channel}, {"tags", t.Tags}, {"followup_of", t.FollowupOf}, {"form_id", t.FormID},
		{"type", t.Type}, {"task_due", db.Micros(t.TaskDue)}, {"submitter_id", t.SubmitterID}, {"problem_id", t.ProblemID}, {"merged_into", t.MergedInto},
		{"entitlement_id", t.EntitlementID}, {"refused", t.Refused},
	}
}

// fields are the rule-visible fields of a ticket, by name.
func (t *Ticket) fields() map[string]any {
	all := t.list()
	out := make(map[string]any, len(all))
	for _, f := range all {
		out[f.name] = f.value
	}
	return out
}

// changes is what differs, with the attributes; written is what people wrote among it.
func (cfg *Config) changes(before, after *Ticket) (fields, written map[string]any) {
	fields = changes(before, after)
	if len(before.Attributes) == 0 && len(after.Attributes) == 0 {
		return fields, nil
	}
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
	old, now := before.list(), after.list()
	for i, f := range now {
		if f.name == "tags" {
			if !equalTags(before.Tags, after.Tags) {
				out[f.name] = []any{before.Tags, after.Tags}
			}
		} else if old[i].value != f.value {
			out[f.name] = []any{old[i].value, f.value}
		}
	}
	if before.Hidden != after.Hidden {
		out["hidden"] = []any{before.Hidden, after.Hidden}
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
