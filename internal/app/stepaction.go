package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/playbook"
)

// stepNoted is the verb of events that steps record by the action event.
const stepNoted = "run.noted"

// NewActions returns what steps of playbooks may do by themselves.
func NewActions() *playbook.Actions {
	return playbook.NewActions(
		playbook.Action{Name: playbook.MessageAction, Title: "Send a mail", Doc: "A template, sent to people who fill roles.",
			With: []playbook.Param{{Name: "to", Doc: "Roles, or subject for the person the run is about.", Required: true, Many: true},
				{Name: "template", Doc: "The template.", Required: true, Ref: "template"}}},
		playbook.Action{Name: "ticket", Title: "Open a ticket", Doc: "For the person the run is about, or whoever started it.",
			With: []playbook.Param{{Name: "subject", Doc: "Its subject.", Required: true}, {Name: "text", Doc: "Its first message, in Markdown.", Required: true},
				{Name: "team", Doc: "The team it goes to.", Ref: "team"}, {Name: "form", Doc: "Its form.", Ref: "form"}, {Name: "priority", Doc: "low, normal, high or urgent."}}},
		playbook.Action{Name: "attribute", Title: "Set attributes", Doc: "Of the record the run is about; of an account, its organization's.", About: []string{"person", "organization", "account", "ticket"},
			With: []playbook.Param{{Name: "set", Doc: "Values by attribute; null takes one away.", Required: true, Any: true}}},
		playbook.Action{Name: "webhook", Title: "Tell another system", Doc: "A webhook hears that the step was reached.",
			With: []playbook.Param{{Name: "webhook", Doc: "The webhook.", Required: true, Ref: "webhook"}}},
		playbook.Action{Name: "code", Title: "Draw a code", Doc: "The next free one-time code of a pool. Later steps write {{answers.STEP.code}}; a pool that is dry makes the step fail until codes are imported.",
			With: []playbook.Param{{Name: "pool", Doc: "The pool.", Required: true, Ref: "pool"}}},
		playbook.Action{Name: "event", Title: "Record an event", Doc: "An event about the run, for indicators and webhooks.",
			With: []playbook.Param{{Name: "name", Doc: "What happened, in one word.", Required: true}}, Check: checkEventName},
	)
}

func checkEventName(c *blueprint.Context, path string, with map[string]any) {
	if name, _ := with["name"].(string); strings.ContainsAny(name, " {}") || len(name) > 60 {
		c.Error(path+".name", "The name of an event is one word of at most 60 letters.")
	}
}

func (a *App) performActions() {
	a.Playbooks.Perform(playbook.MessageAction, a.stepMessage)
	a.Playbooks.Perform("ticket", a.stepTicket)
	a.Playbooks.Perform("attribute", a.stepAttribute)
	a.Playbooks.Perform("webhook", a.stepWebhook)
	a.Playbooks.Perform("code", a.stepCode)
	a.Playbooks.Remind(a.stepNotice)
	a.Playbooks.Perform("event", func(ctx context.Context, tx db.Tx, c playbook.Call) (playbook.Result, error) {
		_, err := a.Ledger.Append(ctx, tx, c.By, ledger.Entry{Verb: stepNoted, Subject: ledger.Ref{Kind: playbook.Kind, ID: c.RunID}, Data: map[string]any{"name": c.With["name"], "step": c.Step}})
		return playbook.Result{}, err
	})
}

// stepMessage puts a mail into the outbox, once: its Message-ID is made of the step's key.
func (a *App) stepMessage(ctx context.Context, tx db.Tx, c playbook.Call) (playbook.Result, error) {
	name, _ := c.With["template"].(string)
	tpl, ok := blueprint.Get[mail.Template](a.Blueprint.Set(), name)
	box := a.DeskConfig().DefaultMailbox()
	if !ok || box == nil {
		return playbook.Result{}, fault.New(fault.Invalid, "There is no template %q, or no mailbox to send from.", name)
	}
	people, err := a.stepPeople(ctx, tx, c)
	if err != nil {
		return playbook.Result{}, err
	}
	sent := 0
	for n, p := range people {
		if p.Email == "" {
			continue
		}
		subject := c.Fill(tpl.Subject, map[string]string{"name": p.Name, "title": c.Title})
		html, text := mail.FromMarkdown(c.Fill(tpl.Body, map[string]string{"name": mail.EscapeMarkdown(p.Name), "title": mail.EscapeMarkdown(c.Title)}))
		if err := a.stepMail(ctx, tx, c.By, c.Key, c.At, box, p, n, mail.Outgoing{Subject: subject, HTML: html, Text: text}); err != nil {
			return playbook.Result{}, err
		}
		sent++
	}
	if sent == 0 {
		return playbook.Result{}, fault.New(fault.Invalid, "Nobody it goes to has an address.")
	}
	return playbook.Result{Values: map[string]any{"sent": sent}}, nil
}

// stepPeople are those who fill the roles a message goes to.
func (a *App) stepPeople(ctx context.Context, tx db.Tx, c playbook.Call) (out []directory.Person, err error) {
	var ids, teams []int64
	to, _ := c.With["to"].([]any)
	for _, role := range to {
		p := c.Parts[fmt.Sprint(role)]
		if role == "subject" {
			p = playbook.Part{PersonID: c.AboutID}
		}
		if p.PersonID != 0 {
			ids = append(ids, p.PersonID)
		} else if p.TeamID != 0 {
			teams = append(teams, p.TeamID)
		}
	}
	return a.peopleOf(ctx, tx, ids, teams)
}

// peopleOf are people and the members of teams, each once, at most a hundred.
func (a *App) peopleOf(ctx context.Context, tx db.Tx, ids, teams []int64) (out []directory.Person, err error) {
	people, err := a.Directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	add := func(p directory.Person) {
		if p.ID != 0 && !seen[p.ID] {
			seen[p.ID] = true
			out = append(out, p)
		}
	}
	for _, id := range ids {
		add(people[id])
	}
	if len(teams) > 0 {
		members, err := a.Directory.Members(ctx, tx, teams)
		if err != nil {
			return nil, err
		}
		for _, id := range teams {
			for _, p := range members[id] {
				add(p)
			}
		}
	}
	return out[:min(len(out), 100)], nil
}

// stepMail queues a mail about a step; key and n make its Message-ID.
func (a *App) stepMail(ctx context.Context, tx db.Tx, by act.Actor, key string, at time.Time, box *desk.Mailbox, p directory.Person, n int, out mail.Outgoing) error {
	from := box.Spec.FromName
	if from == "" {
		from = box.Title
	}
	_, domain, _ := strings.Cut(box.Spec.Address, "@")
	out.From, out.To = mail.Address{Name: from, Email: box.Spec.Address}, []mail.Address{{Name: p.Name, Email: p.Email}}
	out.MessageID = fmt.Sprintf("run-%s-%d@%s", strings.NewReplacer("/", "-", "_", ".").Replace(key), n, domain)
	out.Date, out.LoopDomain, out.Automatic = at, domain, true
	raw, err := mail.Compose(out)
	if err != nil {
		return err
	}
	_, err = a.Mail.Queue(ctx, tx, by, mail.NewOut{MessageID: out.MessageID, MailboxID: box.ID, Sender: box.Spec.Address, Recipients: []string{p.Email}, Subject: out.Subject, Raw: raw})
	return err
}

func (a *App) stepTicket(ctx context.Context, tx db.Tx, c playbook.Call) (playbook.Result, error) {
	requester := c.AboutID
	if requester == 0 {
		requester = c.StarterID
	}
	people, err := a.Directory.Names(ctx, tx, []int64{requester})
	if err != nil {
		return playbook.Result{}, err
	}
	p, ok := people[requester]
	if !ok {
		return playbook.Result{}, fault.New(fault.Invalid, "There is nobody to open the ticket for: the run is about nobody, and nobody started it.")
	}
	html, plain := mail.FromMarkdown(text(c, "text"))
	in := desk.NewTicket{Requester: p, Channel: "api", Priority: desk.Priority(text(c, "priority")), Subject: text(c, "subject"),
		Message: desk.Message{AuthorID: p.ID, Public: true, Channel: "api", Text: plain, HTML: html}}
	if t := a.DeskConfig().TeamNamed(text(c, "team")); t != nil {
		in.TeamID = t.ID
	}
	if f := a.DeskConfig().FormNamed(text(c, "form")); f != nil {
		in.FormID = f.ID
	}
	t, _, err := a.Desk.Create(ctx, tx, c.By, in)
	if err != nil {
		return playbook.Result{}, err
	}
	return playbook.Result{Values: map[string]any{"ticket": t.ID}}, nil
}

func text(c playbook.Call, name string) string {
	s, _ := c.With[name].(string)
	return s
}

func (a *App) stepAttribute(ctx context.Context, tx db.Tx, c playbook.Call) (playbook.Result, error) {
	set, ok := c.With["set"].(map[string]any)
	if !ok {
		return playbook.Result{}, fault.New(fault.Invalid, "The values to set are not written as name: value.")
	}
	var err error
	switch c.Subject.Kind {
	case "person":
		var p directory.Person
		if p, err = a.Directory.Get(ctx, tx, c.By, c.Subject.ID); err == nil {
			_, err = a.Directory.Update(ctx, tx, c.By, p.ID, directory.Change{Version: p.Version, Attributes: set})
		}
	case "organization", "account":
		var o directory.Organization
		if o, err = a.Directory.Organization(ctx, tx, c.By, c.Subject.ID); err == nil {
			_, err = a.Directory.UpdateOrganization(ctx, tx, c.By, o.ID, directory.OrganizationInput{Version: o.Version, Attributes: set})
		}
	case "ticket":
		var t *desk.Ticket
		if t, err = a.Desk.Get(ctx, tx, c.By, c.Subject.ID); err == nil {
			_, err = a.Desk.Update(ctx, tx, c.By, t.ID, desk.Edit{Version: t.Version, Attributes: set})
		}
	default:
		err = fault.New(fault.Invalid, "A %s has no attributes to set.", c.Subject.Kind)
	}
	return playbook.Result{}, err
}

// stepCode draws a code, which commits with the step: drawn once, and recorded before anybody sees it.
func (a *App) stepCode(ctx context.Context, tx db.Tx, c playbook.Call) (playbook.Result, error) {
	id, code, err := a.Programs.DrawFor(ctx, tx, c.By, text(c, "pool"), ledger.Ref{Kind: playbook.Kind, ID: c.RunID})
	return playbook.Result{Values: map[string]any{"code": code, "code_id": id}}, err
}

func (a *App) stepWebhook(ctx context.Context, tx db.Tx, c playbook.Call) (playbook.Result, error) {
	id, err := a.Ledger.Append(ctx, tx, c.By, ledger.Entry{Verb: stepNoted, Subject: ledger.Ref{Kind: playbook.Kind, ID: c.RunID},
		Data: map[string]any{"name": "webhook", "step": c.Step, "key": c.Key, "about": c.Subject}})
	if err != nil {
		return playbook.Result{}, err
	}
	return playbook.Result{}, a.Webhooks.Send(ctx, tx, c.By, text(c, "webhook"), id)
}
