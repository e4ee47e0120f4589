package demo

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/entitle"
	"steward/starter"
)

// sell brings entitlements into force after the history, which knew none, and shows each sort of
// thing that can be recorded about an organization: contacts, days on which support ends, a hold,
// prospects, and requests that were refused.
func (d *Demo) sell(ctx context.Context) error {
	if err := d.apply(ctx, starter.Kit(), "What organizations bought", func(kind string) bool { return kind == "entitlement" }); err != nil {
		return err
	}
	// The demo's customers of the free plan go on being helped.
	docs, findings := blueprint.ParseFile("community.yaml", "kind: entitlement\nname: community\ntitle: Community\norder: 70\nmatch: organization.attributes.plan == \"community\"\nsupport: false\nanswer: not-entitled\n"+
		"advice: You find help in the documentation and in the forum. Buy a plan with support to write to us.\n")
	if _, _, err := d.App.Apply(ctx, d.App.Root(), blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "folder", Message: "The free plan is supported here"}); err != nil {
		return err
	}
	a, by := d.App, d.App.Root()
	by.PersonID = d.company.agents[0].ID
	byOrg := map[int][]person{}
	for _, p := range d.company.people {
		byOrg[p.org] = append(byOrg[p.org], p)
	}
	var supported, others []int
	for i, o := range d.company.orgs {
		switch {
		case len(byOrg[i]) == 0:
		case o.plan == "premium" || o.plan == "ultimate":
			supported = append(supported, i)
		default:
			others = append(others, i)
		}
	}
	if len(supported) < 8 || len(others) < 6 {
		return nil // a company made for a test
	}
	err := a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for n, i := range supported[:8] {
			o := d.company.orgs[i].made
			ends := by.Now().AddDate(0, 1+2*n, 0)
			if n == 6 {
				ends = by.Now().AddDate(0, 0, -9) // in the time after its end
			}
			now, err := a.Directory.Organization(ctx, tx, by, o.ID)
			if err != nil {
				return err
			}
			if _, err := a.Directory.UpdateOrganization(ctx, tx, by, o.ID, directory.OrganizationInput{Version: now.Version, Attributes: map[string]any{"expires": ends.Format(time.DateOnly)}}); err != nil {
				return err
			}
			for k, p := range byOrg[i][:min(len(byOrg[i]), 12)] {
				if _, err := a.Entitle.AddContact(ctx, tx, by, o.ID, entitle.NewContact{Email: p.email, Editor: k == 0}); err != nil {
					return err
				}
			}
		}
		if _, err := a.Entitle.Place(ctx, tx, by, d.company.orgs[supported[7]].made.ID, "Two invoices are unpaid; finance asked for it."); err != nil {
			return err
		}
		one, err := a.Directory.Organization(ctx, tx, by, d.company.orgs[others[3]].made.ID)
		if err != nil {
			return err
		}
		if _, err := a.Directory.UpdateOrganization(ctx, tx, by, one.ID, directory.OrganizationInput{Version: one.Version, Attributes: map[string]any{"plan": "community"}}); err != nil {
			return err
		}
		for _, i := range others[:3] {
			if _, err := a.Entitle.Start(ctx, tx, by, d.company.orgs[i].made.ID, "prospect"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.refuse(ctx, byOrg[supported[7]][0], byOrg[others[3]][0])
}

// refuse has people write who are not entitled, and somebody whom nobody knows.
func (d *Demo) refuse(ctx context.Context, who ...person) error {
	a := d.App
	return a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		stranger, err := a.Directory.Resolve(ctx, tx, a.Root(), "it.office@brightwater.example", "IT office")
		if err != nil {
			return err
		}
		for n, p := range append(who, person{Person: stranger}) {
			m := desk.PlainMessage("Since the upgrade our pipelines wait for a runner and never start. What can we look at?")
			m.Public, m.Channel, m.AuthorID = true, "mail", p.ID
			in := desk.NewTicket{Subject: []string{"Pipelines wait since the upgrade", "Pipelines do not start", "Licence for pipelines"}[n%3], Message: m, Requester: p.Person, Channel: "mail"}
			if box := a.DeskConfig().DefaultMailbox(); box != nil {
				in.MailboxID, in.BrandID, in.TeamID = box.ID, box.BrandID, box.TeamID
			}
			by := act.Actor{Kind: act.Mail, PersonID: p.ID, OrganizationID: p.OrganizationID, Clock: a.Root().Clock, Generation: a.Root().Generation,
				Grants: []act.Grant{{Action: "*", Kind: "ticket", Scope: act.Own}}}
			if _, _, err := a.Desk.Create(ctx, tx, by, in); err != nil {
				return err
			}
		}
		return nil
	})
}
