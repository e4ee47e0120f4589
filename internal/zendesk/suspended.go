package zendesk

import (
	"context"
	"strings"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/mail"
)

// suspendedTicket is a mail that was set aside and became no ticket.
type suspendedTicket struct {
	URL           string         `json:"url"`
	ID            int64          `json:"id"`
	Author        map[string]any `json:"author"`
	Subject       string         `json:"subject"`
	Content       *string        `json:"content"`
	Cause         string         `json:"cause"`
	CauseID       int            `json:"cause_id"`
	MessageID     string         `json:"message_id"`
	TicketID      number         `json:"ticket_id"`
	Recipient     string         `json:"recipient"`
	CreatedAt     stamp          `json:"created_at"`
	UpdatedAt     stamp          `json:"updated_at"`
	Via           via            `json:"via"`
	BrandID       number         `json:"brand_id"`
	Attachments   []attachment   `json:"attachments"`
	ErrorMessages []string       `json:"error_messages"`
}

func (s *Server) suspendedEndpoints() []endpoint {
	return []endpoint{
		get("/suspended_tickets", listSuspended).partly("content and attachments are told of single ones only"),
		get("/suspended_tickets/{id}", showSuspended),
		post("/suspended_tickets/{id}/attachments", copySuspended).answers(200),
		put("/suspended_tickets/{id}/recover", recoverOne).partly("the ticket is made a moment later, so the answer has no ticket yet"),
		put("/suspended_tickets/recover_many", reviewMany(mail.Recover)).partly("the tickets are made a moment later, so the answer has none yet"),
		del("/suspended_tickets/{id}", dropOne),
		del("/suspended_tickets/destroy_many", reviewMany(mail.Drop)).answers(204),
	}
}

// causeNumbers are the causes that Zendesk numbers.
var causeNumbers = map[mail.Cause]int{mail.CauseSpam: 0, mail.CauseBlocked: 5, mail.CauseForged: 26}

func (c *call) tellSuspended(r mail.Received) suspendedTicket {
	brand := int64(0)
	if box := c.DeskSet().Mailbox(r.MailboxID); box != nil {
		brand = box.BrandID
	}
	name, _, _ := strings.Cut(r.From, "@")
	return suspendedTicket{ID: r.ID, URL: c.url("/suspended_tickets/%d.json", r.ID), Author: map[string]any{"id": nil, "name": name, "email": r.From}, Subject: r.Subject, Cause: r.Reason,
		CauseID: causeNumbers[r.Cause], MessageID: r.MessageID, Recipient: r.EnvelopeTo, CreatedAt: stamp(r.At), UpdatedAt: stamp(r.At), Via: viaOf("mail"), BrandID: number(brand), Attachments: []attachment{}, ErrorMessages: []string{}}
}

func listSuspended(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	p.Down = c.query("sort_order") == "desc" || strings.HasPrefix(c.query("sort"), "-")
	var out map[string]any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		mails, more, err := c.Mail.SuspendedWindow(ctx, tx, c.by, p.Window)
		if err != nil {
			return err
		}
		told := make([]suspendedTicket, len(mails))
		for i, m := range mails {
			told[i] = c.tellSuspended(m)
		}
		out, err = list(c, p, "suspended_tickets", told, func(t suspendedTicket) int64 { return t.ID }, more, func() (int64, error) { return c.Mail.SuspendedCount(ctx, tx, c.by) })
		return err
	})
	return out, err
}

// suspendedOne is a mail that is set aside, with what was written in it.
func (c *call) suspendedOne(ctx context.Context, tx db.Tx, id int64) (suspendedTicket, error) {
	r, bytes, err := c.Mail.ReadRaw(ctx, tx, c.by, id)
	if err != nil {
		return suspendedTicket{}, err
	}
	if r.State != mail.Suspended {
		return suspendedTicket{}, fault.Missing("suspended ticket", id)
	}
	told, m := c.tellSuspended(r), mail.Parse(bytes)
	told.Content = &m.Text
	for i, a := range m.Attachments { // they have no record until the mail becomes a ticket, or they are copied
		told.Attachments = append(told.Attachments, attachment{ID: int64(i + 1), FileName: a.Filename, ContentType: a.ContentType, Size: int64(len(a.Data)), Inline: a.Inline,
			MalwareResult: "not_scanned", Thumbnails: []attachment{}})
	}
	if m.From.Name != "" {
		told.Author["name"] = m.From.Name
	}
	return told, nil
}

func showSuspended(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var told suspendedTicket
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) { told, err = c.suspendedOne(ctx, tx, id); return err })
	return map[string]any{"suspended_ticket": told}, err
}

// copySuspended copies a mail's files, so that the token of them can be used on a ticket.
func copySuspended(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.by.Require("write", "ticket"); err != nil {
		return nil, err
	}
	var m mail.Message
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		r, bytes, err := c.Mail.ReadRaw(ctx, tx, c.by, id)
		if err == nil && r.State != mail.Suspended {
			err = fault.Missing("suspended ticket", id)
		}
		m = mail.Parse(bytes)
		return err
	})
	if err != nil {
		return nil, err
	}
	var names []string
	var blobs []file.Blob
	for _, a := range m.Attachments[:min(len(m.Attachments), maxUploads)] {
		blob, err := c.Files.PutBytes(c.ctx, a.Data, c.by.Now())
		if err != nil {
			return nil, err
		}
		names, blobs = append(names, a.Filename), append(blobs, blob)
	}
	if len(blobs) == 0 {
		return nil, badRequest("AttachmentUnprocessable", "This mail has no files.")
	}
	return c.keepFiles("", names, blobs)
}

func recoverOne(c *call) (any, error) { return c.review(mail.Recover) }

func dropOne(c *call) (any, error) {
	_, err := c.review(mail.Drop)
	return nil, err
}

// review decides about the mail in the path and answers with it as it was.
func (c *call) review(d mail.Decision) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var told suspendedTicket
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		if told, err = c.suspendedOne(ctx, tx, id); err != nil {
			return err
		}
		_, _, err := c.Mail.Review(ctx, tx, c.by, []int64{id}, d)
		return err
	})
	return map[string]any{"suspended_ticket": told, "ticket": []any{}}, err
}

// reviewMany decides about the mails of ?ids=; those that are not set aside are left out, as Zendesk does.
func reviewMany(d mail.Decision) handler {
	return func(c *call) (any, error) {
		ids, err := c.ids("ids")
		if err != nil {
			return nil, err
		}
		told := []suspendedTicket{}
		err = c.write(func(ctx context.Context, tx db.Tx) error {
			mails, err := c.Mail.SuspendedSome(ctx, tx, c.by, ids)
			if err != nil {
				return err
			}
			told = told[:0]
			var set []int64
			for _, m := range mails {
				told, set = append(told, c.tellSuspended(m)), append(set, m.ID)
			}
			if len(set) == 0 {
				return fault.Missing("suspended ticket", ids[0])
			}
			_, _, err = c.Mail.Review(ctx, tx, c.by, set, d)
			return err
		})
		if d == mail.Drop {
			return nil, err
		}
		return map[string]any{"suspended_tickets": told, "tickets": []any{}}, err
	}
}
