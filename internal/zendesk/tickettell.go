package zendesk

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"steward/internal/desk"
	"steward/internal/field"
	"steward/internal/outreach"
)

// teller writes tickets of an export as JSON, in the shape in which single tickets are told and without
// looking at types while it runs: exports are as fast as this is.
type teller struct {
	base    string // of addresses of tickets
	fields  []*field.Field
	form    int64            // of tickets that name none
	mailbox map[int64]string // addresses by blueprint id, quoted
	b       []byte
}

// newTeller is a teller for the configuration in force.
func (c *call) newTeller() *teller {
	cfg := c.DeskSet()
	t := &teller{base: c.url("/tickets/"), fields: cfg.Fields.On("ticket"), mailbox: map[int64]string{}, b: make([]byte, 0, 2<<20)}
	if len(cfg.Forms) > 0 {
		t.form = cfg.Forms[0].ID
	}
	for _, e := range c.entries("mailbox") {
		if box := cfg.Mailbox(e.ID); box != nil {
			t.mailbox[e.ID] = string(quote(nil, box.Spec.Address))
		}
	}
	return t
}

// told are our channels as Zendesk names them.
var told = map[string]string{"mail": "email"}

// ticket appends one ticket.
func (w *teller) ticket(t *desk.ExportedTicket, offer *outreach.Offer) error {
	b := w.b
	text := func(name, value string) { b = quote(append(b, name...), value) }
	id := func(name string, n int64) {
		if b = append(b, name...); n == 0 {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendInt(b, n, 10)
		}
	}
	at := func(name string, t time.Time) {
		if b = append(b, name...); t.IsZero() {
			b = append(b, "null"...)
		} else {
			b = t.UTC().AppendFormat(b, `"2006-01-02T15:04:05Z"`)
		}
	}
	yes := func(name string, v bool) { b = strconv.AppendBool(append(b, name...), v) }
	list := func(name string, lists ...[]int64) {
		b = append(append(b, name...), '[')
		first := true
		for _, ids := range lists {
			for _, n := range ids {
				if !first {
					b = append(b, ',')
				}
				b, first = strconv.AppendInt(b, n, 10), false
			}
		}
		b = append(b, ']')
	}
	b = append(b, `{"url":"`...)
	b = append(b, w.base...)
	b = strconv.AppendInt(b, t.ID, 10)
	id(`.json","id":`, t.ID)
	if b = append(b, `,"external_id":`...); t.ExternalID == "" {
		b = append(b, "null"...)
	} else {
		b = quote(b, t.ExternalID)
	}
	channel := t.Channel
	if name := told[channel]; name != "" {
		channel = name
	}
	text(`,"via":{"channel":`, channel)
	if t.FollowupOf != 0 {
		id(`,"source":{"from":{"ticket_id":`, t.FollowupOf)
		b = append(b, `},"to":{},"rel":"follow_up"}}`...)
	} else {
		b = append(b, `,"source":{"from":{},"to":{},"rel":null}}`...)
	}
	at(`,"created_at":`, t.Created)
	at(`,"updated_at":`, t.Updated)
	id(`,"generated_timestamp":`, t.Updated.Unix())
	text(`,"type":`, string(t.Type))
	text(`,"subject":`, t.Subject)
	text(`,"raw_subject":`, t.Subject)
	text(`,"description":`, t.First)
	text(`,"priority":`, string(t.Priority))
	status := string(t.Status)
	if t.Hidden != "" {
		status = "deleted"
	}
	text(`,"status":`, status)
	id(`,"custom_status_id":`, int64(slices.Index(desk.Statuses, t.Status)+1))
	b = append(b, `,"recipient":`...)
	if address := w.mailbox[t.MailboxID]; address != "" {
		b = append(b, address...)
	} else {
		b = append(b, "null"...)
	}
	submitter, form := t.SubmitterID, t.FormID
	if submitter == 0 {
		submitter = t.RequesterID
	}
	if form == 0 {
		form = w.form
	}
	id(`,"requester_id":`, t.RequesterID)
	id(`,"submitter_id":`, submitter)
	id(`,"assignee_id":`, t.AssigneeID)
	id(`,"organization_id":`, t.OrganizationID)
	id(`,"group_id":`, t.TeamID)
	list(`,"collaborator_ids":`, t.People.Copies, t.People.Followers)
	list(`,"follower_ids":`, t.People.Followers)
	list(`,"email_cc_ids":`, t.People.Copies)
	b = append(b, `,"forum_topic_id":null`...)
	id(`,"problem_id":`, t.ProblemID)
	yes(`,"has_incidents":`, t.Incidents)
	yes(`,"is_public":`, !t.AskedAt.IsZero() || !t.RepliedAt.IsZero())
	at(`,"due_at":`, t.TaskDue)
	b = append(append(b, `,"tags":`...), t.TagList...)
	b = append(b, `,"custom_fields":`...)
	from := len(b)
	b = append(b, '[')
	for i, f := range w.fields {
		if i > 0 {
			b = append(b, ',')
		}
		id(`{"id":`, f.ID)
		b = append(b, `,"value":`...)
		switch v := t.Attributes.Of(f).(type) {
		case nil:
			b = append(b, "null"...)
		case string:
			b = quote(b, v)
		case bool:
			b = strconv.AppendBool(b, v)
		default:
			raw, err := json.Marshal(v)
			if err != nil {
				return err
			}
			b = append(b, raw...)
		}
		b = append(b, '}')
	}
	b = append(b, ']')
	to := len(b)
	b = append(b, `,"fields":`...)
	b = append(b, b[from:to]...)
	switch {
	case offer == nil:
		b = append(b, `,"satisfaction_rating":{"score":"unoffered"}`...)
	case offer.State != outreach.Answered:
		id(`,"satisfaction_rating":{"score":"offered","id":`, offer.ID)
		b = append(b, '}')
	default:
		word := "good"
		if offer.Score < 4 {
			word = "bad"
		} else if offer.Score == 4 {
			word = "neutral"
		}
		text(`,"satisfaction_rating":{"score":`, word)
		id(`,"id":`, offer.ID)
		text(`,"comment":`, offer.Remark)
		b = append(b, '}')
	}
	list(`,"sharing_agreement_ids":`)
	list(`,"followup_ids":`, t.Followups)
	id(`,"brand_id":`, t.BrandID)
	b = append(b, `,"allow_channelback":false,"allow_attachments":true,"from_messaging_channel":false`...)
	id(`,"ticket_form_id":`, form)
	w.b = append(b, '}')
	return nil
}

const hexDigits = "0123456789abcdef"

// quote appends a text as JSON. Bytes that are no text become the sign for that.
func quote(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[start:i]...), `\ufffd`...)
				i++
				start = i
				continue
			}
			i += size
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
