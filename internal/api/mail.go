package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/mail"
	"steward/internal/rest"
)

func (s *Server) mailRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/mail/outbox", "List outgoing mail"), s.getOutbox)
	rest.Write(a, rest.POST("/mail/outbox/{id}/retry", "Try an outgoing mail again").Status(http.StatusOK), s.outAction((*mail.Service).Retry))
	rest.Write(a, rest.POST("/mail/outbox/{id}/cancel", "Take an outgoing mail back").Status(http.StatusOK), s.outAction((*mail.Service).Cancel))
	rest.Write(a, rest.POST("/mail/outbox/release", "Let held mail go").Status(http.StatusOK), s.postRelease)
	rest.Read(a, rest.GET("/mail/received", "List received mail"), s.getReceived)
	rest.Read(a, rest.GET("/mail/received/{id}", "Read a received mail"), s.getReceivedOne)
	rest.Do(a, rest.GET("/mail/received/{id}/raw", "Download a received mail"), s.getRaw)
	rest.Write(a, rest.POST("/mail/received/{id}/discard", "Discard a suspended mail").Status(http.StatusOK), s.outAction((*mail.Service).Discard))
	rest.Write(a, rest.POST("/mail/received/review", "Decide about suspended mails").Status(http.StatusOK), s.postMailReview)
	rest.Read(a, rest.GET("/mail/blocks", "List senders whose mail is set aside"), s.getBlocks)
	rest.Write(a, rest.POST("/mail/blocks", "Set mail of a sender aside"), s.postBlock)
	rest.Write(a, rest.DELETE("/mail/blocks/{id}", "Let mail of a sender through again"), s.deleteBlock)
	rest.Read(a, rest.GET("/mail/refused", "List mail that was not taken"), s.getRefused)
	rest.Read(a, rest.GET("/mail/folders", "Show how fetching mail goes"), s.getFolders)
	rest.Read(a, rest.GET("/mail/trace", "Trace mail by address or Message-ID"), s.getTrace)
	rest.Read(a, rest.GET("/mail/suppressions", "List addresses that get no mail"), s.getSuppressions)
	rest.Write(a, rest.POST("/mail/suppressions/{id}/lift", "Let mail go to an address again").Status(http.StatusOK), s.outAction((*mail.Service).Lift))
	rest.Write(a, rest.POST("/mail/received/{id}/process", "Work on a received mail again").Status(http.StatusOK), s.outAction((*mail.Service).Process))
	rest.Read(a, rest.GET("/mail/counts", "Count mail somebody should look at"), s.getMailCounts)
	rest.Read(a, rest.GET("/mail/catcher", "List caught mail"), s.getCaught)
	rest.Read(a, rest.GET("/mail/catcher/{id}", "Get a caught mail"), s.getCaughtOne)
	rest.Do(a, rest.POST("/mail/catcher/{id}/reply", "Answer a caught mail as its recipient"), s.postCaughtReply)
}

// OutMail is an outgoing mail.
type OutMail struct {
	ID        int64      `json:"id"`
	MessageID string     `json:"message_id"`
	To        []string   `json:"to" nullable:"false"`
	Subject   string     `json:"subject"`
	TicketID  *int64     `json:"ticket_id"`
	State     string     `json:"state"`
	Attempts  int        `json:"attempts"`
	NotBefore time.Time  `json:"not_before"`
	SentAt    *time.Time `json:"sent_at"`
	Error     string     `json:"error"`
	Uncertain bool       `json:"uncertain" doc:"It may have been delivered twice."`
	CreatedAt time.Time  `json:"created_at"`
}

type outboxInput struct {
	rest.Paging
	State mail.OutState `query:"state" enum:"queued,sending,sent,failed,held,cancelled,withheld,"`
}

func (s *Server) getOutbox(ctx context.Context, tx db.Tx, by act.Actor, in *outboxInput) (rest.List[OutMail], error) {
	list, next, err := s.Mail.Outbox(ctx, tx, by, in.State, in.Page())
	items := []OutMail{}
	for _, o := range list {
		items = append(items, outMail(o))
	}
	return rest.NewList(items, next), err
}

func outMail(o mail.Out) OutMail {
	to := o.Recipients
	if to == nil {
		to = []string{}
	}
	return OutMail{o.ID, o.MessageID, to, o.Subject, rest.ID(o.TicketID), string(o.State), o.Attempts, o.NotBefore, rest.Time(o.SentAt), o.Error, o.Uncertain, o.Created}
}

// outAction is a route that does one thing to one mail.
func (s *Server) outAction(do func(*mail.Service, context.Context, db.Tx, act.Actor, int64) error) func(context.Context, act.Actor, *desk.IDPath) (rest.Change[Done], error) {
	return func(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[Done], error) {
		return func(ctx context.Context, tx db.Tx) (Done, error) {
			return Done{1}, do(s.Mail, ctx, tx, by, in.ID)
		}, nil
	}
}

// Done says how many records an action reached.
type Done struct {
	Count int `json:"count"`
}

func (s *Server) postRelease(_ context.Context, by act.Actor, _ *struct{}) (rest.Change[Done], error) {
	return func(ctx context.Context, tx db.Tx) (Done, error) {
		n, err := s.Mail.Release(ctx, tx, by)
		return Done{n}, err
	}, nil
}

// InMail is a received mail.
type InMail struct {
	ID         int64     `json:"id"`
	ReceivedAt time.Time `json:"received_at"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	Subject    string    `json:"subject"`
	MessageID  string    `json:"message_id"`
	Size       int64     `json:"size"`
	State      string    `json:"state"`
	Reason     string    `json:"reason"`
	TicketID   *int64    `json:"ticket_id"`

	Cause          string     `json:"cause" enum:"ours,sender,person,too_many,nowhere,blocked,spam_flag,dmarc_fail,stranger,refused," doc:"Why it was set aside; empty for other states and reasons."`
	ExpiresAt      *time.Time `json:"expires_at" doc:"When a suspended mail goes unless somebody looks."`
	Authentication string     `json:"authentication" enum:"verified,unverified," doc:"Whether the sender's address can be believed; empty when nothing is known."`
	Findings       string     `json:"findings" doc:"What was found about the sender, and by whom."`
}

func inMail(m mail.Received) InMail {
	from := m.From
	if from == "" {
		from = m.EnvelopeFrom
	}
	return InMail{m.ID, m.At, from, m.EnvelopeTo, m.Subject, m.MessageID, m.Size, string(m.State), m.Reason, rest.ID(m.TicketID), string(m.Cause), rest.Time(m.Expires()), string(m.Auth.Verdict), m.Auth.Detail}
}

type receivedInput struct {
	rest.Paging
	State mail.ReceivedState `query:"state" enum:"accepted,ticketed,noted,unparsed,suspended,ignored,bounced,discarded,erased,"`
}

func (s *Server) getReceived(ctx context.Context, tx db.Tx, by act.Actor, in *receivedInput) (rest.List[InMail], error) {
	list, next, err := s.Mail.Received(ctx, tx, by, in.State, in.Page())
	items := []InMail{}
	for _, m := range list {
		items = append(items, inMail(m))
	}
	return rest.NewList(items, next), err
}

func (s *Server) getRaw(ctx context.Context, by act.Actor, in *desk.IDPath) ([]byte, error) {
	var raw []byte
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		_, raw, err = s.Mail.ReadRaw(ctx, tx, by, in.ID)
		return err
	})
	return raw, err
}

func (s *Server) getMailCounts(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (map[string]map[string]db.Count, error) {
	return s.Mail.Counts(ctx, tx, by)
}

// CaughtMail is a mail that the catcher kept.
type CaughtMail struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	From    string    `json:"from"`
	To      []string  `json:"to" nullable:"false"`
	Subject string    `json:"subject"`
	HTML    string    `json:"html"`
	Text    string    `json:"text"`
	RawSize int       `json:"raw_size"`
}

// caughtView shows a caught mail, with its own pictures where it is looked at alone.
func caughtView(c mail.Caught, pictures bool) CaughtMail {
	m := mail.Parse(c.Raw)
	var o mail.SanitiseOptions
	if pictures {
		o.CID = m.Embedded
	}
	clean := mail.SanitiseWith(m.HTML, o)
	return CaughtMail{c.ID, c.At, m.From.Email, c.Recipients, m.Subject, clean.HTML, m.PlainText(), len(c.Raw)}
}

func (s *Server) getCaught(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[CaughtMail], error) {
	list, next, err := s.Mail.CaughtMail(ctx, tx, by, in.Page())
	items := []CaughtMail{}
	for _, c := range list {
		items = append(items, caughtView(c, false))
	}
	return rest.NewList(items, next), err
}

func (s *Server) getCaughtOne(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (CaughtMail, error) {
	c, err := s.Mail.CaughtOne(ctx, tx, by, in.ID)
	if err != nil {
		return CaughtMail{}, err
	}
	return caughtView(c, true), nil
}

type caughtReplyInput struct {
	desk.IDPath
	Body struct {
		Text string `json:"text" maxLength:"100000" minLength:"1"`
	}
}

// postCaughtReply writes the mail that the recipient's own program would, and hands it in
// like any other: for trying things out where no mail leaves.
func (s *Server) postCaughtReply(ctx context.Context, by act.Actor, in *caughtReplyInput) (Done, error) {
	if !s.Mail.Catching() {
		return Done{}, fault.New(fault.NotFound, "There is no mail catcher here.")
	}
	if err := by.Require("write", "mail"); err != nil {
		return Done{}, err
	}
	var c mail.Caught
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		c, err = s.Mail.CaughtOne(ctx, tx, by, in.ID)
		return err
	})
	if err != nil {
		return Done{}, err
	}
	m := mail.Parse(c.Raw)
	to := m.From
	if len(m.ReplyTo) > 0 {
		to = m.ReplyTo[0]
	}
	if len(c.Recipients) == 0 {
		return Done{}, fault.New(fault.Invalid, "The caught mail has no recipient who could answer.")
	}
	id, err := mail.NewMessageID(by.Rand(), by.Now(), "catcher.example")
	if err != nil {
		return Done{}, err
	}
	from := mail.Address{Email: c.Recipients[0]}
	if len(m.To) > 0 {
		from.Name = m.To[0].Name
	}
	raw, err := mail.Compose(mail.Outgoing{From: from, To: []mail.Address{to}, Subject: m.Subject, MessageID: id, InReplyTo: m.MessageID,
		References: append(m.References, m.MessageID), Date: by.Now(), Text: in.Body.Text + "\n\n" + fmt.Sprintf("On %s, %s wrote:\n%s", c.At.Format("2 Jan 2006 at 15:04"), m.From.Name, quote(m.PlainText()))})
	if err != nil {
		return Done{}, err
	}
	return Done{1}, s.Mail.Receive(ctx, from.Email, []string{to.Email}, "catcher", raw)
}

// quote puts "> " before every line.
func quote(text string) string {
	return "> " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n> ") + "\n"
}
