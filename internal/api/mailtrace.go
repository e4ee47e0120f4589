package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/mail"
	"steward/internal/rest"
)

// ReceivedMail is a received mail as it can be read safely: nothing in it runs, and nothing
// is fetched from elsewhere.
type ReceivedMail struct {
	InMail
	FromName    string     `json:"from_name"`
	Recipients  []string   `json:"recipients" nullable:"false" doc:"Addresses of its To and Cc."`
	Text        string     `json:"text"`
	HTML        string     `json:"html" doc:"Sanitised; remote images are left out."`
	Attachments []MailFile `json:"attachments" nullable:"false"`
	Problems    []string   `json:"problems" nullable:"false" doc:"What was wrong with it."`
}

// MailFile names a file that came with a mail.
type MailFile struct {
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int    `json:"size"`
}

func (s *Server) getReceivedOne(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (ReceivedMail, error) {
	r, raw, err := s.Mail.ReadRaw(ctx, tx, by, in.ID)
	if err != nil {
		return ReceivedMail{}, err
	}
	m := mail.Parse(raw)
	v := ReceivedMail{InMail: inMail(r), FromName: m.From.Name, Recipients: []string{}, Text: m.PlainText(), HTML: mail.Sanitise(m.HTML).HTML, Attachments: []MailFile{}, Problems: []string{}}
	if v.Subject == "" {
		v.Subject = m.Subject
	}
	for _, a := range append(m.To, m.Cc...) {
		v.Recipients = append(v.Recipients, a.Email)
	}
	for _, a := range m.Attachments {
		v.Attachments = append(v.Attachments, MailFile{a.Filename, a.ContentType, len(a.Data)})
	}
	v.Problems = append(v.Problems, m.Problems...)
	return v, nil
}

// RefusedMail is a mail that was not taken.
type RefusedMail struct {
	ID        int64     `json:"id"`
	At        time.Time `json:"at"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Subject   string    `json:"subject"`
	MessageID string    `json:"message_id"`
	Size      int64     `json:"size" doc:"Bytes; the least it has when the sender did not say."`
	Remote    string    `json:"remote"`
	Reason    string    `json:"reason"`
}

func refusedMail(r mail.Refusal) RefusedMail {
	return RefusedMail{r.ID, r.At, r.Sender, r.Recipients, r.Subject, r.MessageID, r.Size, r.Remote, r.Reason}
}

func (s *Server) getRefused(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[RefusedMail], error) {
	list, next, err := s.Mail.Refusals(ctx, tx, by, in.Page())
	items := []RefusedMail{}
	for _, r := range list {
		items = append(items, refusedMail(r))
	}
	return rest.NewList(items, next), err
}

// MailFolder is how fetching a mailbox's mail goes.
type MailFolder struct {
	Mailbox string     `json:"mailbox"`
	Folder  string     `json:"folder"`
	Began   *time.Time `json:"began"`
	Looked  *time.Time `json:"looked" doc:"When it was last gone through."`
	Error   string     `json:"error" doc:"Why it is not being fetched now; empty when it is."`
}

// MailFolders are the folders that mail is fetched from.
type MailFolders struct {
	Items []MailFolder `json:"items" nullable:"false"`
}

func (s *Server) getFolders(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (MailFolders, error) {
	out := MailFolders{Items: []MailFolder{}}
	list, err := s.Mail.Folders(ctx, tx, by)
	for _, f := range list {
		if box := s.DeskSet().Mailbox(f.MailboxID); box != nil && box.Spec.IMAP != nil {
			out.Items = append(out.Items, MailFolder{box.Name, f.Folder, rest.Time(f.Began), rest.Time(f.Looked), f.Error})
		}
	}
	return out, err
}

// SuppressedAddress is an address that gets no mail.
type SuppressedAddress struct {
	ID       int64     `json:"id"`
	Address  string    `json:"address"`
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
	OutboxID *int64    `json:"outbox_id" doc:"The mail that came back."`
	MailID   *int64    `json:"mail_id" doc:"The received report; null when the server refused at once."`
}

func suppressedAddress(p mail.Suppression) SuppressedAddress {
	return SuppressedAddress{p.ID, p.Address, p.Reason, p.Since, rest.ID(p.OutboxID), rest.ID(p.MailID)}
}

type suppressionsInput struct {
	rest.Paging
	Address string `query:"address" maxLength:"320" doc:"Only this address."`
}

func (s *Server) getSuppressions(ctx context.Context, tx db.Tx, by act.Actor, in *suppressionsInput) (rest.List[SuppressedAddress], error) {
	list, next, err := s.Mail.Suppressions(ctx, tx, by, in.Address, in.Page())
	items := []SuppressedAddress{}
	for _, p := range list {
		items = append(items, suppressedAddress(p))
	}
	return rest.NewList(items, next), err
}

// TraceItem is one thing that happened to a mail; of received, refused, sent, bounce and
// suppression exactly one is there.
type TraceItem struct {
	At          time.Time          `json:"at"`
	Kind        string             `json:"kind" enum:"received,refused,sent,bounce,suppression"`
	Summary     string             `json:"summary" doc:"The same in a few words."`
	Received    *InMail            `json:"received,omitempty"`
	Refused     *RefusedMail       `json:"refused,omitempty"`
	Sent        *OutMail           `json:"sent,omitempty"`
	Bounce      *TracedBounce      `json:"bounce,omitempty"`
	Suppression *SuppressedAddress `json:"suppression,omitempty"`
}

// TracedBounce is a report about a mail, with the mail it is about.
type TracedBounce struct {
	desk.BounceView
	OutboxID int64  `json:"outbox_id"`
	TicketID *int64 `json:"ticket_id"`
}

// NewTraceItem presents one step of a trace.
func NewTraceItem(t mail.Trace) TraceItem {
	v := TraceItem{At: t.At, Summary: t.Summary()}
	switch {
	case t.Received != nil:
		m := inMail(*t.Received)
		v.Kind, v.Received = "received", &m
	case t.Refused != nil:
		m := refusedMail(*t.Refused)
		v.Kind, v.Refused = "refused", &m
	case t.Sent != nil:
		m := outMail(*t.Sent)
		v.Kind, v.Sent = "sent", &m
	case t.Returned != nil:
		v.Kind, v.Bounce = "bounce", &TracedBounce{desk.NewBounceView(*t.Returned), t.Returned.OutboxID, rest.ID(t.Returned.TicketID)}
	case t.Suppressed != nil:
		m := suppressedAddress(*t.Suppressed)
		v.Kind, v.Suppression = "suppression", &m
	}
	return v
}

type traceInput struct {
	rest.Paging
	Q string `query:"q" maxLength:"500" doc:"An address, or a Message-ID; angle brackets say that it is one."`
}

func (s *Server) getTrace(ctx context.Context, tx db.Tx, by act.Actor, in *traceInput) (rest.List[TraceItem], error) {
	list, next, err := s.Mail.Trace(ctx, tx, by, in.Q, in.Page())
	items := []TraceItem{}
	for _, t := range list {
		items = append(items, NewTraceItem(t))
	}
	return rest.NewList(items, next), err
}
