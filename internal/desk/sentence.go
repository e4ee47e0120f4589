package desk

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/explain"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/work"
)

// FieldChange is one field before and after, in words.
type FieldChange struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// eventData is what the desk's events carry.
type eventData struct {
	Changes  map[string][]any `json:"changes"`
	Metric   Metric           `json:"metric"`
	Clock    int64            `json:"clock"`
	PolicyID int64            `json:"policy_id"`
	Target   int64            `json:"target"`
	Due      int64            `json:"due"`
	DueWas   int64            `json:"due_was"`
	Late     bool             `json:"late"`
	FollowUp int64            `json:"followup"`
	To       []int64          `json:"to"`
	Teams    []int64          `json:"teams"`
	Sides    []int64          `json:"sides"`
	Side     int64            `json:"side"`
	Trigger  int64            `json:"trigger_id"`
	Macro    int64            `json:"macro_id"`
	Guard    int64            `json:"guard_id"`
	Waited   *waitedData      `json:"waited"`
	Webhook  string           `json:"webhook"`
	Reason   string           `json:"reason"`
	Score    int              `json:"score"`
	Files    int              `json:"files"`
	Stage    []any            `json:"stage"` // old and new
	Pipeline int64            `json:"pipeline_id"`
	Changed  bool             `json:"changed"`

	Urgency   string `json:"urgency"`
	ToRegion  int64  `json:"to_region"`
	PersonID  int64  `json:"person_id"`
	MailboxID int64  `json:"mailbox_id"`
	Kind      string `json:"kind"`
	Status    string `json:"status"`
	Automatic bool   `json:"automatic"`

	Requester int64    `json:"requester_id"`
	Submitter int64    `json:"submitter_id"`
	Copies    []int64  `json:"copies"`
	Outsider  bool     `json:"outsider"`
	Role      Part     `json:"role"`
	Left      any      `json:"left"` // whether people left, or how many issues are
	Comments  any      `json:"comments"`
	Added     []string `json:"added"`
	Gone      []string `json:"removed"`

	Ticket     int64   `json:"ticket"`
	Tickets    []int64 `json:"tickets"`
	CommentIDs []int64 `json:"comment_ids"`
	Characters int     `json:"characters"`
	Covered    int     `json:"covered"`

	// Of issues.
	State    any  `json:"state"`
	Waiting  bool `json:"waiting"`
	Attached bool `json:"attached"`
}

// waitedData is what a time rule waited out.
type waitedData struct {
	Since  int64  `json:"since"`
	Due    int64  `json:"due"`
	Metric Metric `json:"metric"`
}

func decode(e ledger.Event) (d eventData) {
	_ = json.Unmarshal(e.Data, &d) // an event of another shape has none of these
	return d
}

// people are the ids an event mentions, for looking their names up.
func mentioned(events []Entry) (ids []int64) {
	for _, e := range events {
		d := decode(e.Event)
		ids = append(append(append(ids, e.Event.ActorID, d.Requester), d.To...), d.Copies...)
		ids = append(ids, routedPeople(e.Event)...)
		if e.Event.Verb == mail.MailBounced {
			ids = append(ids, d.PersonID)
		}
		for _, field := range []string{"assignee_id", "requester_id", "submitter_id"} {
			for _, v := range d.Changes[field] {
				if f, ok := v.(float64); ok {
					ids = append(ids, int64(f))
				}
			}
		}
	}
	return ids
}

// sentence says in plain words what an event tells.
func (s *Service) sentence(e ledger.Event, n names) string {
	d := decode(e)
	metric := metricWords[d.Metric]
	switch e.Verb {
	case TicketCreated:
		if d.Submitter != 0 && d.Submitter == e.ActorID {
			return "Ticket opened for " + n.people[d.Requester].Name
		}
		return "Ticket opened"
	case TicketPeople, FollowerTold, ReplyPlanned, ReplyMoved, ReplyUndone, ReplyHeld, TicketNamed:
		return peopleSentence(e, d, n)
	case TicketSideBegun, TicketSideSaid, TicketSideAnswered, TicketSideUndone, TicketSideClosed, TicketSideReopened, TicketSideMoved:
		return s.sideSentence(e, d, n)
	case TicketReplied:
		return "Replied to the requester"
	case TicketCommented:
		return "Wrote"
	case TicketNoted:
		return "Added an internal note"
	case work.WorkSnoozed:
		return "Put off"
	case work.WorkWoken:
		return "Came back to the list"
	case ReviewAsked:
		return "Wrote a reply that waits to be read"
	case ReviewApproved:
		if d.Changed {
			return "Approved the reply, with changes"
		}
		return "Approved the reply"
	case ReviewReturned:
		return "Gave the reply back with a remark"
	case UploadLinked:
		return "Link for large files made"
	case UploadRevoked:
		return "Link for large files revoked"
	case UploadArrived:
		return "Large file arrived"
	case UploadRemoved:
		if d.Reason == "closed" {
			return "Large file removed, as the ticket was closed long enough"
		}
		return "Large file removed"
	case TraceReported:
		return traceSentence(d.State)
	case TicketStaged:
		return s.stagedSentence(d)
	case StageOverdue:
		return "Longer in this stage than its objective"
	case TicketFollowed:
		return fmt.Sprintf("Follow-up ticket %d opened", d.FollowUp)
	case TicketNotified:
		to := make([]string, len(d.To))
		for i, id := range d.To {
			to[i] = n.people[id].Name
		}
		return "Mail to " + strings.Join(to, ", ")
	case TicketRouted:
		return s.routedSentence(e, n)
	case TicketHandedOn:
		return s.handedSentence(e)
	case HandoverTaken:
		return "Took what was handed over"
	case AttentionAsked:
		return "Asked for attention: " + urgencyWords[d.Urgency]
	case AttentionTaken:
		return "Sees to the request for attention"
	case AttentionLate:
		return "The request for attention is overdue"
	case AttentionClosed:
		return "Closed the request for attention"
	case TicketHooked:
		return "Told the webhook " + d.Webhook
	case TicketJudged:
		return s.judgedWords(e)
	case TicketAdmitted:
		return "Let in although not entitled"
	case TriggerStopped:
		return haltWords[d.Reason]
	case MacroUsed:
		return "Used the macro " + s.macroTitle(d.Macro)
	case GuardPassed:
		return "Went on although asked: " + s.guardTitle(d.Guard)
	case TicketLinked, TicketUnlinked, TicketWaiting, TicketIssueEnded, TicketReported, TicketReportFailed, TicketKnown:
		return engineeringSentence(e.Verb, d)
	case ClockStarted:
		return fmt.Sprintf("%s clock started: %s, %s", metric, s.policyTitle(d.PolicyID), words(time.Duration(d.Target)*time.Microsecond))
	case ClockPaused:
		return metric + " clock paused"
	case ClockResumed:
		return metric + " clock goes on"
	case ClockReopened:
		return metric + " clock goes on: the ticket is open again"
	case ClockMet:
		switch {
		case d.Late && d.Metric.whole():
			return metric + " ended, past the promise"
		case d.Late:
			return metric + " given, past the promise"
		}
		return metric + " promise kept"
	case ClockBreached:
		return metric + " past due"
	case ClockMoved:
		return fmt.Sprintf("%s promise is now %s, %s", metric, s.policyTitle(d.PolicyID), words(time.Duration(d.Target)*time.Microsecond))
	case ClockCancelled:
		return metric + " clock stopped: the ticket was merged"
	case TicketMerged:
		return "Merged " + numbers(d.Tickets) + " into this ticket"
	case TicketUnmerged:
		return "The merge of " + numbers(d.Tickets) + " was undone"
	case TicketSplit:
		return fmt.Sprintf("Split off ticket #%d", d.Ticket)
	case TicketPurged:
		return "Deleted for good"
	case CommentPrivate:
		return "Made a message an internal note"
	case TicketRedacted:
		return redactedSentence(d)
	case TicketChanged:
		if text, ok := hiddenSentence(d.Changes["hidden"]); ok {
			return text
		}
		var parts []string
		for _, c := range s.fieldChanges(e, n) {
			switch {
			case c.Field == "subject":
				parts = append(parts, "subject changed")
			case c.New == "":
				parts = append(parts, strings.ToLower(c.Field)+" cleared")
			default:
				parts = append(parts, strings.ToLower(c.Field)+" "+c.New)
			}
		}
		if len(parts) == 0 {
			return "Changed"
		}
		text := strings.Join(parts, ", ")
		return strings.ToUpper(text[:1]) + text[1:]
	case "survey.offered":
		return "Asked the requester how it went"
	case "survey.answered":
		return fmt.Sprintf("The requester answered the survey: %d of 7", d.Score)
	case "mail.queued":
		return "Mail queued"
	case "mail.sent":
		return "Mail sent"
	case "mail.failed":
		return "Mail could not be sent"
	case mail.MailBounced:
		return bounced(d, n.people[d.PersonID].Name)
	case mail.MailWithheld:
		return "Not sent: the address is on the suppression list"
	case mail.MailSuppressed:
		return "The address gets no more mail until somebody takes it off the suppression list"
	case mail.MailCopied:
		if box := s.config().Mailbox(d.MailboxID); box != nil {
			return "The same mail came to " + box.Spec.Address + ", too"
		}
		return "The same mail came to another mailbox, too"
	default:
		return explain.Words(e.Verb)
	}
}

// stagedSentence says to which stage a ticket came.
func (s *Service) stagedSentence(d eventData) string {
	for _, p := range s.config().Pipelines {
		if p.ID != d.Pipeline || len(d.Stage) != 2 {
			continue
		}
		if st := p.stage(fmt.Sprint(d.Stage[1])); st != nil {
			return "Stage " + st.Title
		}
	}
	return "Stage changed"
}

// bounced says what a report about a mail told: "Ada never got this: mailbox unknown, 5.1.1".
func bounced(d eventData, name string) string {
	if name == "" {
		name = "The requester"
	}
	why := mail.StatusWords(d.Status)
	if d.Status != "" {
		why += ", " + d.Status
	}
	switch mail.BounceKind(d.Kind) {
	case mail.Delayed:
		return name + " has not got this yet, the server goes on trying: " + why
	case mail.Unclear:
		return "A server reports trouble with the mail to " + name + ", in a form that cannot be read"
	}
	return name + " never got this: " + why
}

// haltWords say why triggers were stopped.
var haltWords = map[string]string{
	"cycle":   "Stopped: a later trigger undid what it did, so both would go on for ever",
	"depth":   "Stopped: one trigger led to the next more than 10 times",
	"actions": "Stopped: the triggers of one change wanted to do more than 100 things",
	"cost":    "Not looked at: its condition takes too long on this ticket",
	"loop":    "Stopped: this time rule fired on this ticket 10 times within a day",
	"storm":   "Mail not sent: 30 notices about this ticket within an hour are the most",
}

// triggerTitle names a trigger or time rule.
func (s *Service) triggerTitle(id int64) string {
	for _, tr := range s.config().Triggers {
		if tr.ID == id {
			return tr.Title
		}
	}
	if r := s.config().timeRule(id); r != nil {
		return r.Title
	}
	return "A retired rule"
}

func (s *Service) macroTitle(id int64) string {
	for _, m := range s.config().Macros {
		if m.ID == id {
			return m.Title
		}
	}
	return "a retired macro"
}

func (s *Service) guardTitle(id int64) string {
	for _, g := range s.config().Guards {
		if g.ID == id {
			return lowerFirst(g.Title)
		}
	}
	return "a retired guard"
}

func (s *Service) policyTitle(id int64) string {
	if p := s.config().Policy(id); p != nil {
		return p.Title
	}
	return "a retired policy"
}

// words says a duration: "4 h", "1 h 30 min".
func words(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	default:
		return fmt.Sprintf("%d h %d min", h, m)
	}
}

// fieldNames are the words for fields of an event, in the order they are told.
var fieldNames = []struct{ field, title string }{
	{"status", "status"}, {"priority", "priority"}, {"assignee_id", "assignee"}, {"team_id", "team"}, {"tags", "tags"},
	{"subject", "subject"}, {"form_id", "form"}, {"entitlement_id", "entitlement"}, {"refused", "entitled"}, {"organization_id", "organization"}, {"requester_id", "requester"}, {"type", "type"}, {"task_due", "task due"},
	{"problem_id", "problem"}, {"merged_into", "merged into"}, {"submitter_id", "submitter"},
}

// actorView is who did it, in words.
func (s *Service) actorView(e ledger.Event, n names) ActorView {
	v := ActorView{Kind: string(e.ActorKind)}
	switch {
	case e.ActorID != 0:
		v.ID, v.Name = &e.ActorID, n.people[e.ActorID].Name
	case e.ActorKind == act.Clock:
		v.Name = "Clock"
	case e.ActorKind == act.Rule && s.config().Queue(e.Cause.Blueprint) != nil:
		v.Name = s.queueTitle(e.Cause.Blueprint)
	case e.ActorKind == act.Rule:
		v.Name = s.triggerTitle(e.Cause.Blueprint)
	default:
		v.Name = "Steward"
	}
	if strings.HasPrefix(e.Verb, "clock.") {
		v.ID, v.Name, v.Kind = nil, "Service levels", "rule"
	}
	return v
}
