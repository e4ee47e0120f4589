package zendesk

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
)

// comment is a message as Zendesk tells it.
type comment struct {
	ID          int64        `json:"id"`
	Type        string       `json:"type"`
	AuthorID    int64        `json:"author_id"`
	RequestID   int64        `json:"request_id,omitempty"` // of requests only
	URL         string       `json:"url,omitempty"`        // of requests only
	Body        string       `json:"body"`
	HTMLBody    string       `json:"html_body"`
	PlainBody   string       `json:"plain_body"`
	Public      bool         `json:"public"`
	Attachments []attachment `json:"attachments"`
	AuditID     int64        `json:"audit_id,omitempty"`
	Via         via          `json:"via"`
	CreatedAt   stamp        `json:"created_at"`
	Metadata    any          `json:"metadata,omitempty"`
}

// What stands around the HTML of a message, as in Zendesk; a message that comes with it is taken without.
const (
	commentStart = `<div class="zd-comment" dir="auto">`
	commentEnd   = `</div>`
)

func (s *Server) commentEndpoints() []endpoint {
	return []endpoint{
		get("/tickets/{id}/comments", listComments),
		get("/tickets/{id}/comments/count", countComments),
		put("/tickets/{id}/comments/{comment}/make_private", privateComment).partly("mails that left with it stay with those who got them"),
		put("/tickets/{id}/comments/{comment}/redact", redactComment),
		put("/comment_redactions/{comment}", redactIn).partly("takes text between redact tags, and attachments by external_attachment_urls; no text between other tags"),
		del("/tickets/{id}/comments/{comment}/attachments/{file}/redact", redactFile).answers(200),
		put("/tickets/{id}/comments/{comment}/attachments/{file}/redact", redactFile),
	}
}

// tellComment tells a message of a ticket; inline says whether pictures within its text are listed, too.
func (c *call) tellComment(m *desk.Comment, inline bool) comment {
	v := comment{ID: m.ID, Type: "Comment", AuthorID: m.AuthorID, Body: m.Text, PlainBody: m.Text, HTMLBody: commentStart + c.withPictures(m) + commentEnd, Public: m.Public,
		Attachments: []attachment{}, AuditID: m.EventID, Via: viaOf(m.Channel), CreatedAt: stamp(m.At), Metadata: map[string]any{"system": map[string]any{}, "custom": map[string]any{}}}
	for _, f := range m.Files {
		if inline || !f.Inline {
			v.Attachments = append(v.Attachments, c.tellFile(f))
		}
	}
	return v
}

// withPictures is a message's HTML with the addresses of its pictures here.
func (c *call) withPictures(m *desk.Comment) string {
	html := m.HTML
	for _, f := range m.Files {
		if f.Inline && f.ContentID != "" {
			html = strings.ReplaceAll(html, "cid:"+url.PathEscape(f.ContentID), c.tellFile(f).ContentURL)
		}
	}
	return html
}

func listComments(c *call) (any, error) {
	if err := c.staff(); err != nil {
		return nil, err
	}
	return c.commentsOf(false, func(m comment) comment { return m })
}

// commentsOf answers with a page of a ticket's messages.
func (c *call) commentsOf(public bool, as func(comment) comment) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	p.Down = c.query("sort_order") == "desc" || strings.HasPrefix(c.query("sort"), "-")
	inline := c.query("include_inline_images") == "true"
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		t, comments, more, err := c.Desk.Comments(ctx, tx, c.by, id, public, p.Window)
		if err != nil {
			return err
		}
		told, authors := make([]comment, len(comments)), make([]int64, len(comments))
		for i, m := range comments {
			told[i], authors[i] = as(c.tellComment(m, inline)), m.AuthorID
		}
		out, err = list(c, p, "comments", told, func(m comment) int64 { return m.ID }, more, func() (int64, error) {
			counts, err := c.Desk.CommentsCounted(ctx, tx, c.by, public, []*desk.Ticket{t})
			return counts[t.ID], err
		})
		if err != nil || !c.included("users") {
			return err
		}
		return c.besideUsers(ctx, tx, out, authors)
	})
	return out, err
}

func countComments(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var n int64
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		t, err := c.Desk.Get(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		counts, err := c.Desk.CommentsCounted(ctx, tx, c.by, false, []*desk.Ticket{t})
		n = counts[id]
		return err
	})
	return c.count(n), err
}

// commentInPath is the ticket and the message that a path names.
func (c *call) commentInPath() (ticketID, id int64, err error) {
	if ticketID, err = c.id("id"); err != nil {
		return 0, 0, err
	}
	id, err = c.id("comment")
	return ticketID, id, err
}

func privateComment(c *call) (any, error) {
	ticketID, id, err := c.commentInPath()
	if err != nil {
		return nil, err
	}
	return map[string]any{}, c.write(func(ctx context.Context, tx db.Tx) error { return c.Desk.MakePrivate(ctx, tx, c.by, ticketID, id) })
}

// redactComment takes one text out of a message.
func redactComment(c *call) (any, error) {
	ticketID, id, err := c.commentInPath()
	if err != nil {
		return nil, err
	}
	var in struct {
		Text string `json:"text"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Text) == "" {
		return nil, fault.Field("text", "", "the words to redact", "Text: cannot be blank")
	}
	return c.redact(desk.NewRedaction{TicketID: ticketID, CommentID: id, Words: []string{in.Text}})
}

// redactIn takes out what stands between redact tags of a message's HTML as the caller sends it back.
func redactIn(c *call) (any, error) {
	id, err := c.id("comment")
	if err != nil {
		return nil, err
	}
	var in struct {
		TicketID number   `json:"ticket_id"`
		HTML     string   `json:"html_body"`
		Files    []string `json:"external_attachment_urls"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	r := desk.NewRedaction{TicketID: int64(in.TicketID), CommentID: id}
	for _, part := range strings.Split(in.HTML, "<redact>")[1:] {
		if words, _, ok := strings.Cut(part, "</redact>"); ok && strings.TrimSpace(words) != "" && !slices.Contains(r.Words, words) {
			r.Words = append(r.Words, words)
		}
	}
	for _, address := range in.Files {
		if file := fileInURL(address); file != 0 {
			r.Files = append(r.Files, file)
		}
	}
	return c.redact(r)
}

func redactFile(c *call) (any, error) {
	ticketID, _, err := c.commentInPath()
	if err != nil {
		return nil, err
	}
	file, err := c.id("file")
	if err != nil {
		return nil, err
	}
	var before desk.CommentFile
	if err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
		before, err = c.Desk.FileOf(ctx, tx, c.by, file)
		return err
	}); err != nil {
		return nil, err
	}
	if _, err := c.redact(desk.NewRedaction{TicketID: ticketID, Files: []int64{file}}); err != nil {
		return nil, err
	}
	told := c.tellFile(before)
	told.FileName, told.Deleted, told.Size = "redacted.txt", true, 0
	return map[string]any{"attachment": told}, nil
}

// redact takes words or files out of a ticket and answers with the message as it is now.
func (c *call) redact(in desk.NewRedaction) (any, error) {
	err := c.read(func(ctx context.Context, tx db.Tx) error { // before anything is looked through
		t, err := c.Desk.Get(ctx, tx, c.by, in.TicketID)
		if err == nil && !c.by.May("redact", "ticket") {
			err = c.by.Denied("redact", "ticket")
		}
		if err == nil && in.CommentID != 0 {
			_, _, err = c.Desk.CommentOf(ctx, tx, c.by, t.ID, in.CommentID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	prepared, err := c.Desk.PrepareRedaction(c.ctx, in)
	if err != nil {
		return nil, err
	}
	var m *desk.Comment
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		if _, err := c.Desk.Redact(ctx, tx, c.by, prepared, false); err != nil || in.CommentID == 0 {
			return err
		}
		_, m, err = c.Desk.CommentOf(ctx, tx, c.by, in.TicketID, in.CommentID)
		return err
	})
	if err != nil || m == nil {
		return nil, err
	}
	return map[string]any{"comment": c.tellComment(m, true)}, nil
}
