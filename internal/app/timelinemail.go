package app

import (
	"context"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/mail"
	"steward/internal/outreach"
	"steward/internal/success"
)

// noteMail puts mail to a timeline's mailbox on the timeline, with the rights of the colleague who sent it. Mail
// of others is refused unless somebody let it through; then, and when its sender is not sure, it waits to be claimed.
func (a *App) noteMail(ctx context.Context, tx db.Tx, n desk.MailNote) (string, bool, error) {
	in := success.MailIn{From: n.From, Subject: n.Subject, Text: n.Text, Fresh: n.Fresh, MessageID: n.MessageID, Sent: n.Sent, Received: n.Received}
	for _, f := range n.Files {
		in.Files = append(in.Files, success.MailFile{Blob: f.Blob, Filename: f.Filename})
	}
	for _, r := range n.Recipients {
		if _, id, ok := mail.TimelineAddress(r); ok && a.Mail.Own(r) {
			in.Account = id
		}
		if !a.Mail.Own(r) {
			in.Recipients = append(in.Recipients, r)
		}
	}
	by := act.Actor{Kind: act.Mail, Clock: a.clock}
	p, ok, err := a.Directory.Colleague(ctx, tx, n.From)
	if err != nil {
		return "", false, err
	}
	switch {
	case ok && !p.Suspended.IsZero():
		return "Its sender is suspended.", false, nil
	case !ok && !n.Released:
		return "Only colleagues may write to this address.", false, nil
	case !ok:
		in.Doubt = "Its sender does not work here."
	case n.Believed == mail.Unverified:
		in.Doubt = "Its sender's address could not be confirmed: anybody may have written it."
	default:
		if by, err = a.Auth.As(ctx, tx, p.ID); err != nil {
			return "", false, err
		}
		by.Kind, by.Clock = act.Mail, a.clock
	}
	outcome, err := a.Success.NoteMail(ctx, tx, by, in)
	return outcome, true, err
}

// timelineMailbox is the address of the first mailbox that is a timeline, by name; "" for none.
func (a *App) timelineMailbox() string {
	for _, b := range blueprint.All[mail.Mailbox](a.Blueprint.Set()) {
		if !b.Spec.Answers() {
			return b.Spec.Address
		}
	}
	return ""
}

// answerLines lets timelines of accounts show answers to surveys without knowing who asks.
func (a *App) answerLines(ctx context.Context, tx db.Tx, by act.Actor, organization int64, after success.TicketPlace, limit int) ([]success.AnswerLine, error) {
	list, err := a.Outreach.OfOrganization(ctx, tx, organization, after.At, after.ID, limit)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	seen := map[int64]*desk.Ticket{}
	if by.May("read", "ticket") {
		tickets, err := a.Desk.Some(ctx, tx, by, ticketsOf(list))
		if err != nil {
			return nil, err
		}
		for _, t := range tickets {
			seen[t.ID] = t
		}
	}
	out := make([]success.AnswerLine, len(list))
	for i, o := range list {
		out[i] = success.AnswerLine{ID: o.ID, At: o.AnsweredAt, Score: o.Score, PersonID: o.PersonID}
		if t := seen[o.TicketID]; t != nil {
			out[i].TicketID, out[i].Subject, out[i].Remark = t.ID, t.Subject, o.Remark
		}
	}
	return out, nil
}

func ticketsOf(list []outreach.Offer) (ids []int64) {
	for _, o := range list {
		ids = append(ids, o.TicketID)
	}
	return ids
}
