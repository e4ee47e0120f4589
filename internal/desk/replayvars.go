package desk

import "time"

// someVars are the values of a ticket that about.only names, and no others; nil when all are
// asked for, or one that is not known here. Conditions are looked at millions of times in a replay.
func (cfg *Config) someVars(t *Ticket, about about) map[string]any {
	if about.only == nil {
		return nil
	}
	out := make(map[string]any, len(about.only))
	for _, name := range about.only {
		v, known := cfg.someVar(t, about, name)
		if !known {
			return nil
		}
		if v != nil {
			out[name] = v
		}
	}
	return out
}

func (cfg *Config) someVar(t *Ticket, about about, name string) (v any, known bool) {
	then := func(at time.Time) (any, bool) {
		if at.IsZero() {
			return nil, true
		}
		return at, true
	}
	switch name {
	case "status":
		return string(t.Status), true
	case "priority":
		return string(t.Priority), true
	case "channel":
		return t.Channel, true
	case "type":
		return string(t.Type), true
	case "subject":
		return t.Subject, true
	case "tags":
		return append([]string{}, t.Tags...), true
	case "organization":
		return about.organization, true
	case "requester":
		return about.requester, true
	case "assignee":
		return about.assignee, true
	case "waiting_on":
		return about.waitingOn, about.waitingOn != nil
	case "attributes":
		return cfg.Fields.Vars("ticket", t.Attributes), true
	case "entitled":
		return t.Refused == "", true
	case "replies":
		return t.Replies, true
	case "bounces":
		return t.Bounces, true
	case "created":
		return t.Created, true
	case "updated":
		return t.Updated, true
	case "state_since":
		return t.StateSince, true
	case "solved":
		return then(t.SolvedAt)
	case "due":
		return then(t.Due)
	case "task_due":
		return then(t.TaskDue)
	case "assigned_at":
		return then(t.AssignedAt)
	case "asked_at":
		return then(t.AskedAt)
	case "replied_at":
		return then(t.RepliedAt)
	case "team":
		if team := cfg.teams[t.TeamID]; team != nil {
			return team.Name, true
		}
		return nil, true
	case "brand":
		if b := cfg.brands[t.BrandID]; b != nil {
			return b.Name, true
		}
		return nil, true
	case "mailbox":
		if m := cfg.mailboxes[t.MailboxID]; m != nil {
			return m.Name, true
		}
		return nil, true
	case "form":
		if f := cfg.form(t.FormID); f != nil {
			return f.Name, true
		}
		return nil, true
	case "problem":
		if t.ProblemID != 0 {
			return t.ProblemID, true
		}
		return nil, true
	case "refused":
		if t.Refused != "" {
			return string(t.Refused), true
		}
		return nil, true
	case "entitlement":
		if e := cfg.Entitle.ByID(t.EntitlementID); e != nil {
			return e.Name, true
		}
		return nil, true
	case "assigned": // of before, which is no value of the ticket
		return nil, true
	}
	return nil, false
}
