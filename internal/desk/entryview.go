package desk

import (
	"strings"
	"time"

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

	Verb     string        `json:"verb"`
	Actor    *ActorView    `json:"actor"`
	Machine  bool          `json:"machine"`
	Sentence string        `json:"sentence"`
	Changes  []FieldChange `json:"changes" nullable:"false"`
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
	State     string     `json:"state"`
	At        *time.Time `json:"at"`
	Error     string     `json:"error"`
	Uncertain bool       `json:"uncertain"`
	NotBefore time.Time  `json:"not_before"`
}

// entryView presents one line of the timeline.
func (s *Service) entryView(e Entry, n names) EntryView {
	if e.Comment == nil {
		a := s.actorView(e.Event, n)
		return EntryView{Type: "event", ID: e.Event.ID, At: e.Event.At, Verb: e.Event.Verb, Actor: &a, Machine: machine(e.Event),
			Sentence: s.sentence(e.Event, n), Changes: s.fieldChanges(e.Event, n), Attachments: []FileView{}, Why: true}
	}
	c := e.Comment
	html := shown(c.HTML, c.Files)
	quoted := shown(c.QuotedHTML, c.Files)
	v := EntryView{Type: "comment", ID: c.ID, At: c.At, EventID: &c.EventID, Author: &AuthorView{PersonRef{ID: c.AuthorID, Name: n.people[c.AuthorID].Name}, c.Agent},
		Public: &c.Public, Channel: c.Channel, HTML: &html, Text: &c.Text, QuotedHTML: &quoted, Attachments: []FileView{}, Changes: []FieldChange{}}
	if c.AuthorID == 0 {
		v.Author.Name = s.actorView(e.Event, n).Name
	}
	for _, f := range c.Files {
		v.Attachments = append(v.Attachments, FileView{f.ID, f.Filename, f.ContentType, f.Size, f.Inline && strings.Contains(html, inlineURL(f.ID))})
	}
	if e.Delivery != nil {
		v.Delivery = deliveryView(*e.Delivery)
	}
	return v
}

func deliveryView(o mail.Out) *DeliveryView {
	return &DeliveryView{State: string(o.State), At: rest.Time(o.SentAt), Error: o.Error, Uncertain: o.Uncertain, NotBefore: o.NotBefore}
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
