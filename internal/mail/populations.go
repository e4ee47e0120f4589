package mail

import (
	"steward/internal/ledger"
	"steward/internal/population"
	"steward/internal/rule"
)

// mailed are the mails about one ticket that may still change, by their place in the outbox. Times
// are microseconds.
type mailed struct {
	Mails map[int64]*mailedOnce `json:"mails,omitempty"`
}

type mailedOnce struct {
	Mailbox int64  `json:"mailbox_id,omitempty"`
	State   string `json:"state"`
	Queued  int64  `json:"queued,omitempty"`
	Sent    int64  `json:"sent,omitempty"`
	Bounce  string `json:"bounce,omitempty"`
}

func (m *mailed) fold(e ledger.Event) error {
	var d struct {
		Outbox  int64  `json:"outbox"`
		Mailbox int64  `json:"mailbox_id"`
		Kind    string `json:"kind"`
	}
	if err := e.Decode(&d); err != nil || d.Outbox == 0 {
		return err
	}
	if m.Mails == nil {
		m.Mails = map[int64]*mailedOnce{}
	}
	o := m.Mails[d.Outbox]
	if o == nil {
		o = &mailedOnce{}
		m.Mails[d.Outbox] = o
	}
	switch at := e.At.UnixMicro(); e.Verb {
	case MailQueued:
		o.State, o.Queued, o.Mailbox = "queued", at, d.Mailbox
	case MailSent:
		o.State, o.Sent = "sent", at
	case MailFailed:
		o.State = "failed"
	case MailWithheld:
		o.State = "withheld"
	case MailBounced:
		o.Bounce = d.Kind
	}
	return nil
}

func (m *mailed) facts() (out []population.Fact) {
	for id, o := range m.Mails {
		v := map[string]any{"state": o.State, "bounced": o.Bounce != "" && o.Bounce != string(Delayed)}
		for name, at := range map[string]int64{"queued": o.Queued, "sent": o.Sent} {
			if at != 0 {
				v[name] = population.Moment(at)
			}
		}
		if o.Bounce != "" {
			v["bounce"] = o.Bounce
		}
		if o.Mailbox != 0 {
			v["mailbox"] = o.Mailbox
		}
		out = append(out, population.Fact{Key: id, Values: v})
	}
	return out
}

// Populations declares what of mail can be counted.
func Populations(reg *population.Registry) {
	field := func(path string, t rule.Type, title, doc, kind string, splits bool) population.Field {
		return population.Field{Field: rule.Field{Path: path, Type: t, Title: title, Doc: doc}, Dimension: splits, Kind: kind}
	}
	records := population.Follow(reg, population.Module{Name: "mail", Kind: "ticket", Version: 1,
		Verbs: []string{MailQueued, MailSent, MailFailed, MailWithheld, MailBounced}}, (*mailed).fold)
	records.Each(population.Population{Name: "mails", Title: "Mails", When: "mail.queued", Team: "ticket.team", Organization: "ticket.organization",
		Doc: "Each mail about a ticket that was to be sent once. It goes with the ticket: by its team and priority as they are now.",
		Fields: []population.Field{
			field("mail.state", rule.Text, "State", "queued, sent, failed or withheld (its address does not work).", "", true),
			field("mail.bounced", rule.Bool, "Bounced", "Whether it came back.", "", true),
			field("mail.bounce", rule.Text, "Bounce", "How it came back: hard, soft, delayed or unclear.", "", true),
			field("mail.mailbox", rule.Int, "Mailbox", "The mailbox it is sent from.", "mailbox", true),
			field("mail.queued", rule.Time, "Queued", "When it was to be sent.", "", false),
			field("mail.sent", rule.Time, "Sent", "When the next server took it.", "", false),
		}}, (*mailed).facts)
}
