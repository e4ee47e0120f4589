package desk

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/explain"
	"steward/internal/lang"
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
	Playbook int64            `json:"playbook_id"`
	Guard    int64            `json:"guard_id"`
	Waited   *waitedData      `json:"waited"`
	Webhook  string           `json:"webhook"`
	Reason   string           `json:"reason"`
	Score    int              `json:"score"`
	Files    int              `json:"files"`
	Docs     int              `json:"docs"`
	Stage    []any            `json:"stage"` // old and new
	Pipeline int64            `json:"pipeline_id"`
	Changed  bool             `json:"changed"`
	Imported bool             `json:"imported"` // it happened elsewhere
	Told     bool             `json:"told"`     // with everything that happened there

	Attention int64  `json:"attention"`
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
	metric := lang.Term(metricWords[d.Metric])
	switch e.Verb {
	case TicketCreated:
		if d.Submitter != 0 && d.Submitter == e.ActorID {
			return n.say.Say("Ticket opened for %s", n.people[d.Requester].Name)
		}
		return n.say.Word("Ticket opened")
	case TicketPeople, FollowerTold, ReplyPlanned, ReplyMoved, ReplyUndone, ReplyHeld, TicketNamed:
		return peopleSentence(e, d, n)
	case TicketSideBegun, TicketSideSaid, TicketSideAnswered, TicketSideUndone, TicketSideClosed, TicketSideReopened, TicketSideMoved:
		return s.sideSentence(e, d, n)
	case TicketReplied:
		return n.say.Word("Replied to the requester")
	case TicketCommented:
		return n.say.Word("Wrote")
	case TicketNoted:
		return n.say.Word("Added an internal note")
	case work.WorkSnoozed:
		return n.say.Word("Put off")
	case work.WorkWoken:
		return n.say.Word("Came back to the list")
	case ReviewAsked:
		return n.say.Word("Wrote a reply that waits to be read")
	case ReviewApproved:
		if d.Changed {
			return n.say.Word("Approved the reply, with changes")
		}
		return n.say.Word("Approved the reply")
	case ReviewReturned:
		return n.say.Word("Gave the reply back with a remark")
	case UploadLinked:
		return n.say.Word("Link for large files made")
	case UploadRevoked:
		return n.say.Word("Link for large files revoked")
	case UploadArrived:
		return n.say.Word("Large file arrived")
	case UploadRemoved:
		if d.Reason == "closed" {
			return n.say.Word("Large file removed, as the ticket was closed long enough")
		}
		return n.say.Word("Large file removed")
	case TraceReported:
		return traceSentence(d.State, n.say)
	case TicketStaged:
		return s.stagedSentence(d, n.say)
	case StageOverdue:
		return n.say.Word("Longer in this stage than its objective")
	case TicketFollowed:
		return n.say.Say("Follow-up ticket %d opened", d.FollowUp)
	case TicketNotified:
		to := make([]string, len(d.To))
		for i, id := range d.To {
			to[i] = n.people[id].Name
		}
		return n.say.Say("Mail to %s", strings.Join(to, ", "))
	case TicketRouted:
		return s.routedSentence(e, n)
	case TicketHandedOn:
		return s.handedSentence(e, n.say)
	case TicketGivenOut:
		return n.say.Word("Wants it to be given to whoever carries least")
	case HandoverTaken:
		return n.say.Word("Took what was handed over")
	case AttentionAsked:
		return n.say.Say("Asked for attention: %s", lang.Term(urgencyWords[d.Urgency]))
	case AttentionTaken:
		return n.say.Word("Sees to the request for attention")
	case AttentionLate:
		return n.say.Word("The request for attention is overdue")
	case AttentionClosed:
		return n.say.Word("Closed the request for attention")
	case TicketHooked:
		return n.say.Say("Told the webhook %s", d.Webhook)
	case TicketJudged:
		return s.judgedWords(e, n.say)
	case TicketAdmitted:
		return n.say.Word("Let in although not entitled")
	case TicketRunStarted:
		return n.say.Say("Starts the playbook %s", s.playbookTitle(d.Playbook, n.say))
	case TicketRunRefused:
		return n.say.Say("The playbook %s did not start", s.playbookTitle(d.Playbook, n.say))
	case TriggerStopped:
		return n.say.Word(haltWords[d.Reason])
	case MacroUsed:
		return n.say.Say("Used the macro %s", s.macroTitle(d.Macro, n.say))
	case GuardPassed:
		return n.say.Say("Went on although asked: %s", s.guardTitle(d.Guard, n.say))
	case TicketLinked, TicketUnlinked, TicketWaiting, TicketIssueEnded, TicketReported, TicketReportFailed, TicketKnown:
		return engineeringSentence(e.Verb, d, n.say)
	case ClockStarted:
		return n.say.Say("%s clock started: %s, %s", metric, s.policyTitle(d.PolicyID, n.say), words(time.Duration(d.Target)*time.Microsecond))
	case ClockPaused:
		return n.say.Say("%s clock paused", metric)
	case ClockResumed:
		return n.say.Say("%s clock goes on", metric)
	case ClockReopened:
		return n.say.Say("%s clock goes on: the ticket is open again", metric)
	case ClockMet:
		switch {
		case d.Late && d.Metric.whole():
			return n.say.Say("%s ended, past the promise", metric)
		case d.Late:
			return n.say.Say("%s given, past the promise", metric)
		}
		return n.say.Say("%s promise kept", metric)
	case ClockBreached:
		return n.say.Say("%s past due", metric)
	case ClockMoved:
		return n.say.Say("%s promise is now %s, %s", metric, s.policyTitle(d.PolicyID, n.say), words(time.Duration(d.Target)*time.Microsecond))
	case ClockCancelled:
		return n.say.Say("%s clock stopped: the ticket was merged", metric)
	case TicketMerged:
		return n.say.Say("Merged %s into this ticket", numbers(d.Tickets))
	case TicketUnmerged:
		return n.say.Say("The merge of %s was undone", numbers(d.Tickets))
	case TicketSplit:
		return n.say.Say("Split off ticket #%d", d.Ticket)
	case TicketPurged:
		return n.say.Word("Deleted for good")
	case CommentPrivate:
		return n.say.Word("Made a message an internal note")
	case TicketRedacted:
		return redactedSentence(d, n.say)
	case TicketChanged:
		if text, ok := hiddenSentence(d.Changes["hidden"], n.say); ok {
			return text
		}
		var parts []string
		for _, c := range s.fieldChanges(e, n) {
			switch {
			case c.Field == "subject":
				parts = append(parts, n.say.Word("subject changed"))
			case c.New == "":
				parts = append(parts, n.say.Say("%s cleared", n.say.Small(n.say.Word(c.Field))))
			default:
				parts = append(parts, n.say.Small(n.say.Word(c.Field))+" "+c.New)
			}
		}
		if len(parts) == 0 {
			return n.say.Word("Changed")
		}
		text := strings.Join(parts, ", ")
		return capital(text)
	case "survey.offered":
		return n.say.Word("Asked the requester how it went")
	case "survey.answered":
		return n.say.Say("The requester answered the survey: %d of 7", d.Score)
	case "mail.queued":
		return n.say.Word("Mail queued")
	case "mail.sent":
		return n.say.Word("Mail sent")
	case "mail.failed":
		return n.say.Word("Mail could not be sent")
	case mail.MailBounced:
		return bounced(d, n.people[d.PersonID].Name, n.say)
	case mail.MailWithheld:
		return n.say.Word("Not sent: the address is on the suppression list")
	case mail.MailSuppressed:
		return n.say.Word("The address gets no more mail until somebody takes it off the suppression list")
	case mail.MailCopied:
		if box := s.config().Mailbox(d.MailboxID); box != nil {
			return n.say.Say("The same mail came to %s, too", box.Spec.Address)
		}
		return n.say.Word("The same mail came to another mailbox, too")
	default:
		return explain.Words(n.say, e.Verb)
	}
}

// stagedSentence says to which stage a ticket came.
func (s *Service) stagedSentence(d eventData, l *lang.Language) string {
	for _, p := range s.config().Pipelines {
		if p.ID != d.Pipeline || len(d.Stage) != 2 {
			continue
		}
		if st := p.stage(fmt.Sprint(d.Stage[1])); st != nil {
			return l.Say("Stage %s", st.Title)
		}
	}
	return l.Word("Stage changed")
}

// bounced says what a report about a mail told: "Ada never got this: mailbox unknown, 5.1.1".
func bounced(d eventData, name string, l *lang.Language) string {
	if name == "" {
		name = l.Word("The requester")
	}
	why := l.Word(mail.StatusWords(d.Status))
	if d.Status != "" {
		why += ", " + d.Status
	}
	switch mail.BounceKind(d.Kind) {
	case mail.Delayed:
		return l.Say("%s has not got this yet, the server goes on trying: %s", name, why)
	case mail.Unclear:
		return l.Say("A server reports trouble with the mail to %s, in a form that cannot be read", name)
	}
	return l.Say("%s never got this: %s", name, why)
}

// haltWords say why triggers were stopped.
//
//lang:texts
var haltWords = map[string]string{
	"cycle":   "Stopped: a later trigger undid what it did, so both would go on for ever",
	"depth":   "Stopped: one trigger led to the next more than 10 times",
	"actions": "Stopped: the triggers of one change wanted to do more than 100 things",
	"cost":    "Not looked at: its condition takes too long on this ticket",
	"loop":    "Stopped: this time rule fired on this ticket 10 times within a day",
	keptBack:  "Kept a colleague from a change",
	"runs":    "Playbook not started: 10 runs started by rules about this ticket within an hour are the most",
	"storm":   "Mail not sent: 30 notices about this ticket within an hour are the most",
}

// words says a duration: "4 h", "1 h 30 min".
func words(d time.Duration) lang.Span { return lang.Span(d.Truncate(time.Minute)) }

// fieldNames are the words for fields of an event, in the order they are told.
//
//lang:texts
var fieldNames = []struct{ field, title string }{
	{"status", "status"}, {"priority", "priority"}, {"assignee_id", "assignee"}, {"team_id", "team"}, {"tags", "tags"},
	{"subject", "subject"}, {"form_id", "form"}, {"entitlement_id", "entitlement"}, {"refused", "entitled"}, {"organization_id", "organization"}, {"requester_id", "requester"}, {"type", "type"}, {"task_due", "task due"},
	{"problem_id", "problem"}, {"merged_into", "merged into"}, {"submitter_id", "submitter"}}

// actorView is who did it, in words.
func (s *Service) actorView(e ledger.Event, n names) ActorView {
	v := ActorView{Kind: string(e.ActorKind)}
	switch {
	case e.ActorID != 0:
		v.ID, v.Name = &e.ActorID, n.people[e.ActorID].Name
	case e.ActorKind == act.Clock:
		v.Name = n.say.Word("Clock")
	case e.ActorKind == act.Rule && s.config().Queue(e.Cause.Blueprint) != nil:
		v.Name = s.queueTitle(e.Cause.Blueprint, n.say)
	case e.ActorKind == act.Rule:
		v.Name = s.triggerTitle(e.Cause.Blueprint)
	default:
		v.Name = "Steward"
	}
	if strings.HasPrefix(e.Verb, "clock.") {
		v.ID, v.Name, v.Kind = nil, n.say.Word("Service levels"), "rule"
	}
	return v
}
