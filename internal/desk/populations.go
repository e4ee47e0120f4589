package desk

import (
	"time"

	"steward/internal/ledger"
	"steward/internal/population"
	"steward/internal/rule"
)

// ticketFields are what every fact about a ticket can be split, filtered and measured by.
func ticketValues() []population.Field {
	text := func(path, title, doc string, values ...string) population.Field {
		t := rule.Text
		if len(values) > 0 {
			t = rule.Enum(values...)
		}
		return population.Field{Field: rule.Field{Path: path, Type: t, Title: title, Doc: doc}, Dimension: true}
	}
	named := func(path, kind, title, doc string) population.Field {
		return population.Field{Field: rule.Field{Path: path, Type: rule.Int, Title: title, Doc: doc}, Dimension: true, Kind: kind}
	}
	plain := func(path string, t rule.Type, title, doc string) population.Field {
		return population.Field{Field: rule.Field{Path: path, Type: t, Title: title, Doc: doc}}
	}
	var states []string
	for _, s := range Statuses {
		states = append(states, string(s))
	}
	aside := func(f population.Field) population.Field {
		f.Dimension, f.Aside = true, true
		return f
	}
	return []population.Field{
		text("ticket.priority", "Priority", "Priority.", "low", "normal", "high", "urgent"),
		named("ticket.team", "team", "Team", "The team it is with."),
		named("ticket.assignee", "person", "Assignee", "The colleague it is assigned to."),
		named("ticket.organization", "organization", "Organization", "The organization of its requester."),
		aside(named("ticket.requester", "person", "Requester", "Who asked.")),
		aside(text("ticket.status", "Status", "Status.", states...)),
		text("ticket.channel", "Channel", "How it came."),
		named("ticket.brand", "brand", "Brand", "The brand it was written to."),
		aside(named("ticket.mailbox", "mailbox", "Mailbox", "The mailbox it came through.")),
		named("ticket.form", "form", "Form", "The form it was opened with."),
		text("ticket.type", "Type", "What it is: a question, an incident, a problem or a task."),
		aside(plain("ticket.merged", rule.Bool, "Merged", "Whether it was merged into another ticket.")),
		aside(text("ticket.refused", "Refused", "Why its requester may not ask for help; missing when they may.")),
		aside(text("ticket.hidden", "Hidden", "Whether it is deleted or spam; missing when it is neither.")),
		plain("ticket.imported", rule.Bool, "Imported", "Whether it was worked on elsewhere before."),
		plain("ticket.tags", rule.Texts, "Tags", "Tags."),
		{Field: rule.Field{Path: "ticket.attributes", Type: rule.Attributes, Title: "Attributes", Doc: "Custom fields by name."}},
		plain("ticket.opened", rule.Time, "Opened", "When it was opened."),
		plain("ticket.first_reply", rule.Time, "First reply", "When a colleague first replied to the customer."),
		plain("ticket.first_solved", rule.Time, "First solved", "When it was solved for the first time."),
		plain("ticket.solved", rule.Time, "Solved", "When it was last solved; missing while it is open."),
		plain("ticket.closed", rule.Time, "Closed", "When it was closed for good."),
		plain("ticket.replies", rule.Int, "Replies", "Public replies of colleagues."),
		plain("ticket.asked_again", rule.Int, "Asked again", "Messages of the customer after the first."),
		plain("ticket.reopens", rule.Int, "Reopened", "How often it was reopened."),
		plain("ticket.in_new", rule.Duration, "Time new", "Time in the state new, nights and weekends included."),
		plain("ticket.in_open", rule.Duration, "Time open", "Time in the state open."),
		plain("ticket.in_pending", rule.Duration, "Time pending", "Time in the state pending."),
		plain("ticket.in_hold", rule.Duration, "Time on hold", "Time in the state hold."),
		plain("ticket.resolution", rule.Duration, "Resolution", "From opening to solving, in every state."),
	}
}

// values are the story's as ticketValues declares them.
func (s *ticketStory) values() map[string]any {
	out := s.Now.values()
	out["replies"], out["asked_again"], out["reopens"] = s.Replies, s.Asked, s.Reopens
	for name, at := range map[string]int64{"opened": s.Opened, "first_reply": s.First, "first_solved": s.Before, "solved": s.Solved, "closed": s.Closed} {
		if at != 0 {
			out[name] = population.Moment(at)
		}
	}
	for name, status := range map[string]Status{"in_new": StatusNew, "in_open": StatusOpen, "in_pending": StatusPending, "in_hold": StatusHold} {
		out[name] = time.Duration(s.Spent[status]) * time.Microsecond
	}
	if s.Solved != 0 {
		out["resolution"] = time.Duration(s.Solved-s.Opened) * time.Microsecond
	}
	return out
}

// values are those that split: what has none is left out.
func (t toldTicket) values() map[string]any {
	out := map[string]any{"merged": t.MergedInto != 0, "imported": t.Imported}
	for name, id := range map[string]int64{"team": t.Team, "assignee": t.Assignee, "organization": t.Organization, "requester": t.Requester, "brand": t.Brand, "mailbox": t.Mailbox, "form": t.Form} {
		if id != 0 {
			out[name] = id
		}
	}
	for name, word := range map[string]string{"priority": string(t.Priority), "status": string(t.Status), "channel": t.Channel, "type": string(t.Type), "refused": t.Refused, "hidden": string(t.Hidden)} {
		if word != "" {
			out[name] = word
		}
	}
	if len(t.Tags) > 0 {
		out["tags"] = t.Tags
	}
	if len(t.Attributes) > 0 {
		out["attributes"] = t.Attributes
	}
	return out
}

// Populations declares what of the desk can be counted.
func Populations(reg *population.Registry) {
	records := population.Follow(reg, population.Module{Name: "desk", Kind: "ticket", Version: 1, Verbs: storyVerbs}, (*ticketStory).fold)
	records.Say(ticketValues(), (*ticketStory).values)
	of := population.Population{Person: "ticket.assignee", Team: "ticket.team", Organization: "ticket.organization"}

	tickets := of
	tickets.Name, tickets.Title, tickets.When = "tickets", "Tickets", "ticket.opened"
	tickets.Doc = "Each ticket once, as it is now. Deleted ones and spam do not count."
	records.Each(tickets, func(s *ticketStory) []population.Fact {
		return []population.Fact{{Gone: s.Opened == 0 || s.Now.Hidden != "" || s.Now.Purged}}
	})

	waiting := of
	waiting.Name, waiting.Title, waiting.When, waiting.Until = "waiting", "Waiting tickets", "stretch.began", "stretch.ended"
	waiting.Doc = "Stretches of time in which a ticket was neither solved nor closed, cut where its team or anything else changes that figures are split by."
	waiting.Fields = stretchFields
	records.Each(waiting, (*ticketStory).stretches)

	promises := of
	promises.Name, promises.Title, promises.When = "promises", "Promises", "promise.decided"
	promises.Doc = "Each promise of a service level once: a clock that was started on a ticket. Those of tickets merged unanswered do not count."
	promises.Fields = promiseFields
	records.Each(promises, (*ticketStory).promises)

	replies := of
	replies.Name, replies.Title, replies.When = "replies", "Replies", "reply.at"
	replies.Doc = "Each public reply of a colleague once, with the ticket as it was then. What machines wrote does not count."
	replies.Person, replies.Fields = "reply.author", replyFields
	records.On(replies, (*ticketStory).replied)
}

var stretchFields = []population.Field{
	{Field: rule.Field{Path: "stretch.began", Type: rule.Time, Title: "Began", Doc: "When it began."}},
	{Field: rule.Field{Path: "stretch.ended", Type: rule.Time, Title: "Ended", Doc: "When it ended; missing while it lasts."}},
	{Field: rule.Field{Path: "stretch.opened", Type: rule.Time, Title: "Opened", Doc: "When its ticket was opened."}},
}

func (s *ticketStory) stretches() (out []population.Fact) {
	for _, p := range []*waitStretch{s.Past, s.Stretch} {
		if p != nil {
			out = append(out, population.Fact{Key: p.Number, About: p.As.values(),
				Values: map[string]any{"began": population.Moment(p.From), "ended": population.Moment(p.To), "opened": population.Moment(s.Opened)}})
		}
	}
	return out
}

var promiseFields = []population.Field{
	{Field: rule.Field{Path: "promise.metric", Type: rule.Text, Title: "Metric", Doc: "What was promised, such as first_reply."}, Dimension: true},
	{Field: rule.Field{Path: "promise.policy", Type: rule.Int, Title: "Policy", Doc: "The service level."}, Dimension: true, Kind: "sla"},
	{Field: rule.Field{Path: "promise.kept", Type: rule.Bool, Title: "Kept", Doc: "Whether it was kept; missing until that is known."}, Dimension: true, Aside: true},
	{Field: rule.Field{Path: "promise.started", Type: rule.Time, Title: "Started", Doc: "When it was given."}},
	{Field: rule.Field{Path: "promise.due", Type: rule.Time, Title: "Due", Doc: "When it was or is due, as last worked out."}},
	{Field: rule.Field{Path: "promise.ended", Type: rule.Time, Title: "Ended", Doc: "When what was promised was done, late or not."}},
	{Field: rule.Field{Path: "promise.breached", Type: rule.Time, Title: "Breached", Doc: "When it was missed."}},
	{Field: rule.Field{Path: "promise.decided", Type: rule.Time, Title: "Decided", Doc: "When it was missed, else when it was kept."}},
	{Field: rule.Field{Path: "promise.target", Type: rule.Duration, Title: "Target", Doc: "The working time promised."}},
}

func (s *ticketStory) promises() (out []population.Fact) {
	for id, p := range s.Promises {
		decided := p.Ended
		if p.Breached != 0 {
			decided = p.Breached
		}
		values := map[string]any{"metric": string(p.Metric), "policy": p.Policy, "target": time.Duration(p.Target) * time.Microsecond}
		for name, at := range map[string]int64{"started": p.Started, "due": p.WasDue, "ended": p.Ended, "breached": p.Breached, "decided": decided} {
			if at != 0 {
				values[name] = population.Moment(at)
			}
		}
		if decided != 0 {
			values["kept"] = p.Breached == 0
		}
		out = append(out, population.Fact{Key: id, Values: values, Gone: p.Cancelled || s.Now.Hidden != "" || s.Now.Purged})
	}
	return out
}

var replyFields = []population.Field{
	{Field: rule.Field{Path: "reply.at", Type: rule.Time, Title: "Sent", Doc: "When it was written."}},
	{Field: rule.Field{Path: "reply.author", Type: rule.Int, Title: "Author", Doc: "The colleague who wrote it."}, Dimension: true, Kind: "person"},
	{Field: rule.Field{Path: "reply.number", Type: rule.Int, Title: "Number", Doc: "The how manieth of its ticket."}, Dimension: true, Aside: true},
	{Field: rule.Field{Path: "reply.docs", Type: rule.Int, Title: "Pages linked", Doc: "Links to pages of the documentation."}},
}

func (s *ticketStory) replied(e ledger.Event) []population.Fact {
	if e.Verb != TicketReplied {
		return nil
	}
	var d struct {
		Automatic bool   `json:"automatic"`
		Channel   string `json:"channel"`
		Docs      int64  `json:"docs"`
	}
	if e.Decode(&d) != nil || d.Automatic || d.Channel == "rule" {
		return nil
	}
	values := map[string]any{"at": e.At, "number": s.Replies, "docs": d.Docs}
	if e.ActorID != 0 {
		values["author"] = e.ActorID
	}
	return []population.Fact{{Key: e.ID, Values: values}}
}
