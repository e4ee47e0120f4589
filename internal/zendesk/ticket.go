package zendesk

import (
	"context"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/outreach"
)

// external is the source of the ids that callers give tickets as external_id: the one of the native
// API when it names none, so that both surfaces mean the same.
const external = "api"

// ticket is a ticket as Zendesk tells it. Ids of groups, brands, forms and fields are those of their
// blueprints.
type ticket struct {
	URL                  string       `json:"url"`
	ID                   int64        `json:"id"`
	ExternalID           *string      `json:"external_id"`
	Via                  via          `json:"via"`
	CreatedAt            stamp        `json:"created_at"`
	UpdatedAt            stamp        `json:"updated_at"`
	GeneratedTimestamp   int64        `json:"generated_timestamp"`
	Type                 desk.Type    `json:"type"`
	Subject              string       `json:"subject"`
	RawSubject           string       `json:"raw_subject"`
	Description          string       `json:"description"`
	Priority             string       `json:"priority"`
	Status               string       `json:"status"`
	CustomStatusID       int64        `json:"custom_status_id"`
	Recipient            *string      `json:"recipient"`
	RequesterID          int64        `json:"requester_id"`
	SubmitterID          int64        `json:"submitter_id"`
	AssigneeID           number       `json:"assignee_id"`
	OrganizationID       number       `json:"organization_id"`
	GroupID              number       `json:"group_id"`
	CollaboratorIDs      []int64      `json:"collaborator_ids"`
	FollowerIDs          []int64      `json:"follower_ids"`
	EmailCCIDs           []int64      `json:"email_cc_ids"`
	ForumTopicID         number       `json:"forum_topic_id"`
	ProblemID            number       `json:"problem_id"`
	HasIncidents         bool         `json:"has_incidents"`
	IsPublic             bool         `json:"is_public"`
	DueAt                stamp        `json:"due_at"`
	Tags                 []string     `json:"tags"`
	CustomFields         []fieldValue `json:"custom_fields"`
	Fields               []fieldValue `json:"fields"`
	SatisfactionRating   any          `json:"satisfaction_rating"`
	SharingAgreementIDs  []int64      `json:"sharing_agreement_ids"`
	FollowupIDs          []int64      `json:"followup_ids"`
	BrandID              number       `json:"brand_id"`
	AllowChannelback     bool         `json:"allow_channelback"`
	AllowAttachments     bool         `json:"allow_attachments"`
	FromMessagingChannel bool         `json:"from_messaging_channel"`
	TicketFormID         number       `json:"ticket_form_id"`
	CommentCount         *int64       `json:"comment_count,omitempty"` // with include=comment_count

	MetricSet *ticketMetric  `json:"metric_set,omitempty"` // with include=metric_sets
	Dates     *ticketDates   `json:"dates,omitempty"`      // with include=dates
	SLAs      *ticketPromise `json:"slas,omitempty"`       // with include=slas
}

// fieldValue is the value of a custom attribute, null when it has none.
type fieldValue struct {
	ID    int64 `json:"id"`
	Value any   `json:"value"`
}

// via says how something came about.
type via struct {
	Channel string    `json:"channel"`
	Source  viaSource `json:"source"`
}

type viaSource struct {
	From map[string]any `json:"from"`
	To   map[string]any `json:"to"`
	Rel  *string        `json:"rel"`
}

// viaChannels are our channels as Zendesk names them.
var viaChannels = map[string]string{"mail": "email", "api": "api", "web": "web", "rule": "rule"}

func viaOf(channel string) via {
	name := viaChannels[channel]
	if name == "" {
		name = channel
	}
	return via{Channel: name, Source: viaSource{From: map[string]any{}, To: map[string]any{}}}
}

// viaRule is what a rule did.
func viaRule(id int64, title, kind string) via {
	return via{Channel: "rule", Source: viaSource{From: map[string]any{"id": id, "title": title, "deleted": false}, To: map[string]any{}, Rel: &kind}}
}

// tellTickets tells tickets as Zendesk does, with as many statements for a hundred as for one.
func (c *call) tellTickets(ctx context.Context, tx db.Tx, tickets []*desk.Ticket) ([]ticket, error) {
	beside, err := c.Desk.BesideOf(ctx, tx, c.by, tickets)
	if err != nil {
		return nil, err
	}
	ids := make([]any, len(tickets))
	for i, t := range tickets {
		ids[i] = t.ID
	}
	offers, err := c.Outreach.OfTickets(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var counts map[int64]int64
	if c.included("comment_count") && len(tickets) > 0 {
		if counts, err = c.Desk.CommentsCounted(ctx, tx, c.by, false, tickets); err != nil {
			return nil, err
		}
	}
	within, err := c.within(ctx, tx, tickets)
	if err != nil {
		return nil, err
	}
	out := make([]ticket, len(tickets))
	for i, t := range tickets {
		offer, offered := offers[t.ID]
		var o *outreach.Offer
		if offered {
			o = &offer
		}
		out[i] = c.tellTicket(t, beside[t.ID], o)
		if counts != nil {
			n := counts[t.ID]
			out[i].CommentCount = &n
		}
		more := within(t.ID)
		out[i].MetricSet, out[i].Dates, out[i].SLAs = more.MetricSet, more.Dates, more.SLAs
	}
	return out, nil
}

// tellTicket tells one ticket with what was read beside it.
func (c *call) tellTicket(t *desk.Ticket, b desk.Beside, offer *outreach.Offer) ticket {
	cfg, agent := c.DeskSet(), desk.Agent(c.by, t)
	v := ticket{ID: t.ID, URL: c.url("/tickets/%d.json", t.ID), Via: viaOf(t.Channel), CreatedAt: stamp(t.Created), UpdatedAt: stamp(t.Updated), GeneratedTimestamp: t.Updated.Unix(),
		Type: t.Type, Subject: t.Subject, RawSubject: t.Subject, Description: b.First, Priority: string(t.Priority), Status: string(t.Status), CustomStatusID: customStatus(t.Status),
		RequesterID: t.RequesterID, SubmitterID: t.SubmitterID, AssigneeID: number(t.AssigneeID), OrganizationID: number(t.OrganizationID), GroupID: number(t.TeamID),
		CollaboratorIDs: inOne(t.People.Copies, t.People.Followers), FollowerIDs: inOne(t.People.Followers), EmailCCIDs: inOne(t.People.Copies),
		ProblemID: number(t.ProblemID), HasIncidents: b.Incidents, IsPublic: !t.AskedAt.IsZero() || !t.RepliedAt.IsZero(), DueAt: stamp(t.TaskDue),
		Tags: inOne(t.Tags), SharingAgreementIDs: []int64{}, FollowupIDs: inOne(b.Followups), BrandID: number(t.BrandID), AllowAttachments: true,
		TicketFormID: number(t.FormID), SatisfactionRating: scoreOf(offer)}
	if v.SubmitterID == 0 {
		v.SubmitterID = t.RequesterID
	}
	if t.FormID == 0 && len(cfg.Forms) > 0 {
		v.TicketFormID = number(cfg.Forms[0].ID)
	}
	if box := cfg.Mailbox(t.MailboxID); box != nil {
		v.Recipient = &box.Spec.Address
	}
	if t.FollowupOf != 0 {
		rel := "follow_up"
		v.Via.Source.Rel, v.Via.Source.From["ticket_id"] = &rel, t.FollowupOf
	}
	for _, e := range b.External {
		if e.Source == external {
			v.ExternalID = &e.ID
			break
		}
	}
	v.CustomFields = []fieldValue{}
	for _, f := range cfg.Fields.On("ticket") {
		if agent || f.Everyone() {
			v.CustomFields = append(v.CustomFields, fieldValue{f.ID, t.Attributes.Of(f)})
		}
	}
	v.Fields = v.CustomFields
	return v
}

// customStatus is the id of a state: its place in the order of a ticket's life.
func customStatus(s desk.Status) int64 { return int64(slices.Index(desk.Statuses, s) + 1) }

// scoreOf is how a requester was asked and what they answered.
func scoreOf(o *outreach.Offer) any {
	switch {
	case o == nil:
		return map[string]any{"score": "unoffered"}
	case o.State != outreach.Answered:
		return map[string]any{"score": "offered", "id": o.ID}
	}
	return map[string]any{"score": score(o.Score), "id": o.ID, "comment": o.Remark}
}

// score is a point between 1 and 7 in Zendesk's words, and one of ours for the middle, which is neither.
func score(n int) string {
	switch {
	case n == 0:
		return "offered"
	case n < 4:
		return "bad"
	case n == 4:
		return "neutral"
	}
	return "good"
}

// tagsIn is tags as callers send them: a list, or one text with blanks or commas between. What cannot stand
// in a tag is left out of it.
type tagsIn []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *tagsIn) UnmarshalJSON(b []byte) error {
	var list []string
	if err := decodeEither(b, &list, func(text string) { list = strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == ',' }) }); err != nil {
		return err
	}
	*l = tagsIn{}
	for _, tag := range list {
		tag = strings.ToLower(strings.Join(strings.Fields(tag), "_"))
		tag = strings.Map(func(r rune) rune {
			if r <= ' ' || strings.ContainsRune(`,;"'<>&`, r) {
				return -1
			}
			return r
		}, tag)
		if tag != "" && !slices.Contains(*l, tag) {
			*l = append(*l, tag)
		}
	}
	return nil
}
