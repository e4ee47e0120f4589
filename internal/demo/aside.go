package demo

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/mail"
)

// asides are side conversations about tickets that wait: with a supplier, a colleague and a team.
var asides = []struct{ subject, text, answer string }{
	{"Runner images of last week", "Did the images change last week? A customer's jobs wait since then.\n\nWe would like to tell them until when.", "Yes, on Tuesday. Version 17.4.2 mends it; it is out tomorrow."},
	{"A customer asks about storage", "Have you seen this before? I would move them to the other node.", "Twice. Moving them helped both times."},
	{"Invoice of a customer", "Is the invoice of last quarter open? They ask why their licence ends.", ""},
}

// aside lets colleagues ask others about tickets; some have answered.
func (d *Demo) aside(ctx context.Context) error {
	a := d.App
	var answers []func(context.Context) error
	err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		answers = nil
		tickets, _, err := a.Desk.List(ctx, tx, a.Root(), desk.Filter{Statuses: []desk.Status{desk.StatusPending, desk.StatusHold}, Sort: "updated"}, db.Page{Limit: len(asides)})
		if err != nil {
			return err
		}
		supplier, err := a.Directory.Resolve(ctx, tx, a.Root(), "desk@runners.example", "Runner desk")
		if err != nil {
			return err
		}
		for n, t := range tickets {
			by := func(agent int) act.Actor {
				return act.Actor{Kind: act.Person, PersonID: d.company.agents[agent].ID, Clock: a.Root().Clock, Generation: a.Root().Generation, Grants: []act.Grant{{Action: "*", Kind: "ticket", Scope: act.All}}}
			}
			party := desk.SideParty{People: []int64{supplier.ID}}
			switch n {
			case 1:
				party.People = []int64{d.company.agents[2].ID}
			case 2:
				team := a.DeskConfig().TeamNamed("support")
				if team == nil {
					continue
				}
				party = desk.SideParty{Teams: []int64{team.ID}}
			}
			one := asides[n]
			_, side, err := a.Desk.BeginSide(ctx, tx, by(1), desk.NewSide{TicketID: t.ID, Subject: one.subject, Party: party, Said: asideSaid(one.text)})
			if err != nil {
				return err
			}
			switch n {
			case 0:
				answers = append(answers, func(ctx context.Context) error {
					to, err := mail.SideAddress(a.DeskConfig().DefaultMailbox().Spec.Address, side.ID, a.Mail.Keys())
					if err != nil {
						return err
					}
					return deliver(ctx, a, supplier.Name, supplier.Email, to, "Re: "+one.subject, one.answer, fmt.Sprintf("aside.%d", side.ID), a.Root().Now(), false)
				})
			case 1:
				if _, _, err := a.Desk.WriteSide(ctx, tx, by(2), t.ID, side.ID, nil, asideSaid(one.answer)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, answer := range answers {
		if err == nil {
			err = answer(ctx)
		}
	}
	return err
}

func asideSaid(text string) desk.SideSaid {
	m := desk.PlainMessage(text)
	m.Channel = "web"
	return desk.SideSaid{Message: m}
}
