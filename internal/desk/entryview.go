package desk

import (
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/rest"
)

// EntryView is one line of a timeline: a comment, or an event.
type EntryView struct {
	Type string    `json:"type" enum:"comment,event"`
	ID   int64     `json:"id" doc:"Id of the comment, or of the event."`
	At   time.Time `json:"at"`

	EventID     *int64        `json:"event_id"`
	Author      *AuthorView   `json:"author"`
	Public      *bool         `json:"public"`
	Channel     string        `json:"channel"`
	HTML        *string       `json:"html"`
	Text        *string       `json:"text"`
	QuotedHTML  *string       `json:"quoted_html"`
	Attachments []FileView    `json:"attachments" nullable:"false"`
	Delivery    *DeliveryView `json:"delivery"`
	Mail        *MailView     `json:"mail" doc:"The mail the message came in; for those who work on the ticket."`
	Copies      []PersonRef   `json:"copies" nullable:"false" doc:"Who got it beside the requester."`
	Outsider    bool          `json:"outsider" doc:"From somebody who was not on the ticket."`
	SplitOff    []int64       `json:"split_off" nullable:"false" doc:"Tickets that were made of this message."`
	Docs        []string      `json:"docs" nullable:"false" doc:"Pages of the documentation and articles that the reply leads to; for those who work on the ticket."`
	Automatic   bool          `json:"automatic" doc:"A machine wrote it, such as an absence notice."`

	Verb     string        `json:"verb"`
	Actor    *ActorView    `json:"actor"`
	Machine  bool          `json:"machine"`
	Sentence string        `json:"sentence"`
	Said     string        `json:"said" doc:"What whoever did it gave as a reason, in their own words."`
	Changes  []FieldChange `json:"changes" nullable:"false"`
	Tickets  []int64       `json:"tickets" nullable:"false" doc:"Other tickets that the event names."`
	Side     *int64        `json:"side_conversation" doc:"The side conversation that the event is about."`
	Why      bool          `json:"why" doc:"Whether /events/{id}/why has more to say."`
}

// AuthorView is who wrote a comment.
type AuthorView struct {
	PersonRef
	Agent bool `json:"agent"`
}

// ActorView is who or what did something.
type ActorView struct {
	Kind string `json:"kind"`
	ID   *int64 `json:"id"`
	Name string `json:"name"`
}

// FileView is a file on a comment.
type FileView struct {
	ID          int64  `json:"id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
	Inline      bool   `json:"inline"`
}

// DeliveryView says how a message left by mail.
type DeliveryView struct {
	State     string       `json:"state"`
	At        *time.Time   `json:"at"`
	Error     string       `json:"error"`
	Uncertain bool         `json:"uncertain"`
	NotBefore time.Time    `json:"not_before"`
	Bounces   []BounceView `json:"bounces" nullable:"false" doc:"What servers behind ours reported about it, oldest first."`
}

// BounceView is a report that a mail did not arrive.
type BounceView struct {
	At         time.Time `json:"at"`
	Address    string    `json:"address"`
	Kind       string    `json:"kind" enum:"hard,soft,delayed,unclear,lifted"`
	Status     string    `json:"status" doc:"Enhanced status code, such as 5.1.1; empty when there was none."`
	Reason     string    `json:"reason" doc:"The same in words."`
	Diagnostic string    `json:"diagnostic" doc:"What the last server said."`
	MailID     *int64    `json:"mail_id" doc:"The received report."`
}

// MailView is what a received mail says of itself.
type MailView struct {
	ID             int64     `json:"id"`
	At             time.Time `json:"at"`
	From           string    `json:"from"`
	To             []string  `json:"to" nullable:"false" doc:"Our mailboxes that it came to."`
	MessageID      string    `json:"message_id"`
	Size           int64     `json:"size"`
	Authentication string    `json:"authentication" enum:"verified,unverified," doc:"Whether the sender's address can be believed; empty when nothing is known."`
	Findings       string    `json:"findings" doc:"What was found, and by whom."`
	Warning        string    `json:"warning" doc:"What a reader must know before trusting the sender."`
}

// entryView presents one line of the timeline.
func (s *Service) entryView(e Entry, n names) EntryView {
	if e.Comment == nil {
		a := s.actorView(e.Event, n)
		return EntryView{Type: "event", ID: e.Event.ID, At: e.Event.At, Verb: e.Event.Verb, Actor: &a, Machine: machine(e.Event),
			Sentence: s.sentence(e.Event, n), Said: e.Said, Changes: s.fieldChanges(e.Event, n), Copies: []PersonRef{}, Attachments: []FileView{}, Why: true, SplitOff: []int64{}, Docs: []string{}, Tickets: otherTickets(e.Event), Side: rest.ID(decode(e.Event).Side)}
	}
	c := e.Comment
	html := shown(c.HTML, c.Files)
	quoted := shown(c.QuotedHTML, c.Files)
	v := EntryView{Type: "comment", ID: c.ID, At: c.At, EventID: &c.EventID, Author: &AuthorView{PersonRef{ID: c.AuthorID, Name: n.people[c.AuthorID].Name}, c.Agent},
		Public: &c.Public, Channel: c.Channel, HTML: &html, Text: &c.Text, QuotedHTML: &quoted, Attachments: []FileView{}, Changes: []FieldChange{}, Tickets: []int64{}, SplitOff: e.SplitOff, Docs: append([]string{}, e.Docs...)}
	if v.SplitOff == nil {
		v.SplitOff = []int64{}
	}
	if c.AuthorID == 0 {
		v.Author.Name = s.actorView(e.Event, n).Name
		if c.Public && c.Channel == ruleChannel { // customers read it, too
			v.Author.Name = n.say.Word("Automatic reply")
		}
	}
	for _, f := range c.Files {
		v.Attachments = append(v.Attachments, FileView{f.ID, f.Filename, f.ContentType, f.Size, f.Inline && strings.Contains(html, inlineURL(f.ID))})
	}
	if e.Delivery != nil {
		v.Delivery = deliveryView(*e.Delivery, e.Bounces...)
	}
	d := decode(e.Event)
	v.Automatic, v.Outsider, v.Copies = d.Automatic, d.Outsider, shownPeople(d.Copies, n.people)
	v.Mail = s.mailView(e.Received)
	return v
}

// otherTickets are those that an event names.
func otherTickets(e ledger.Event) []int64 {
	d := decode(e)
	out := append([]int64{}, d.Tickets...)
	for _, id := range []int64{d.Ticket, d.FollowUp} {
		if id != 0 {
			out = append(out, id)
		}
	}
	for _, field := range []string{"merged_into", "problem_id"} {
		if pair := d.Changes[field]; len(pair) == 2 {
			if id, ok := pair[1].(float64); ok && id != 0 {
				out = append(out, int64(id))
			}
		}
	}
	return out
}

// mailView presents the mail a message came in, which may have come several times.
func (s *Service) mailView(list []mail.Received) *MailView {
	if len(list) == 0 {
		return nil
	}
	first := list[0]
	v := &MailView{ID: first.ID, At: first.At, From: first.From, To: []string{}, MessageID: first.MessageID, Size: first.Size,
		Authentication: string(first.Auth.Verdict), Findings: first.Auth.Detail}
	if first.Auth.Verdict == mail.Unverified {
		v.Warning = "The sender could not be verified: somebody else may have written this."
	}
	for _, r := range list {
		if box := s.config().Mailbox(r.MailboxID); box != nil && !slices.Contains(v.To, box.Spec.Address) {
			v.To = append(v.To, box.Spec.Address)
		}
	}
	return v
}

func deliveryView(o mail.Out, bounces ...mail.Returned) *DeliveryView {
	v := &DeliveryView{State: string(o.State), At: rest.Time(o.SentAt), Error: o.Error, Uncertain: o.Uncertain, NotBefore: o.NotBefore, Bounces: []BounceView{}}
	for _, b := range bounces {
		v.Bounces = append(v.Bounces, NewBounceView(b))
	}
	return v
}

// NewBounceView presents a bounce.
func NewBounceView(b mail.Returned) BounceView {
	return BounceView{At: b.At, Address: b.Address, Kind: string(b.Kind), Status: b.Status, Reason: b.Reason(), Diagnostic: b.Diagnostic, MailID: rest.ID(b.MailID)}
}

// shown points the inline images of a message at their files.
func shown(html string, files []CommentFile) string {
	for _, f := range files {
		if f.Inline && f.ContentID != "" {
			html = strings.ReplaceAll(html, `src="`+cidURL(f.ContentID)+`"`, `src="`+inlineURL(f.ID)+`"`)
		}
	}
	return html
}

// machine reports whether nobody decided this at that moment: a clock, a rule, a
// customer's mail that reopened the ticket. What a colleague did with their message is theirs.
func machine(e ledger.Event) bool {
	return e.ActorKind == act.Clock || e.ActorKind == act.System || e.ActorKind == act.Rule || strings.HasPrefix(e.Verb, "clock.") || strings.HasPrefix(e.Verb, "mail.") ||
		e.Cause.Event != 0 && e.ActorKind != act.Person
}
