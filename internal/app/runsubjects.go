package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
	"steward/internal/playbook"
	"steward/internal/search"
)

// runSubjects are the kinds of record that runs of playbooks can be about; registerSubjects registers them.
var runSubjects = []string{"person", "organization", "ticket", "application", "account", "issue", "change_request"}

func (a *App) registerSubjects() {
	ticket := a.Desk.RunSubject()
	ticket.Find = a.findTickets
	for _, s := range []playbook.Subject{a.personSubject(), a.organizationSubject(), ticket, a.Programs.RunSubject(), a.Success.RunSubject(), a.Desk.IssueRunSubject(), a.changeSubject()} {
		a.Playbooks.Register(s)
	}
}

// number is what some words mean as the number of a record, 0 for none.
func number(words string) int64 {
	id, err := strconv.ParseInt(strings.TrimPrefix(words, "#"), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// findTickets finds tickets by their number or words; without words the newest.
func (a *App) findTickets(ctx context.Context, tx db.Tx, by act.Actor, words string, limit int) (out []playbook.Found, err error) {
	in := search.Input{Text: words, Kind: "ticket", Page: db.Page{Limit: limit}}
	switch id := number(words); {
	case id != 0:
		list, err := a.Desk.Some(ctx, tx, by, []int64{id})
		for _, t := range list {
			out = append(out, playbook.Found{ID: t.ID, Title: t.Subject, Detail: fmt.Sprint(t.ID)})
		}
		return out, err
	case words == "":
		in.Text = "kind:ticket"
	}
	answer, err := a.Search.Find(ctx, tx, by, in)
	if fault.Is(err, fault.Invalid) {
		return nil, nil // they mean nothing yet
	}
	for _, g := range answer.Groups {
		for _, h := range g.Hits {
			out = append(out, playbook.Found{ID: h.ID, Title: h.Title, Detail: fmt.Sprint(h.ID)})
		}
	}
	return out, err
}

func (a *App) findPeople(ctx context.Context, tx db.Tx, by act.Actor, words string, limit int) (out []playbook.Found, err error) {
	list, _, err := a.Directory.List(ctx, tx, by, directory.Filter{Query: words}, db.Page{Limit: limit})
	for _, p := range list {
		out = append(out, playbook.Found{ID: p.ID, Title: p.Name, Detail: p.Email})
	}
	return out, err
}

func (a *App) findOrganizations(ctx context.Context, tx db.Tx, by act.Actor, words string, limit int) (out []playbook.Found, err error) {
	list, _, err := a.Directory.Organizations(ctx, tx, by, words, db.Page{Limit: limit})
	for _, o := range list {
		out = append(out, playbook.Found{ID: o.ID, Title: o.Name, Detail: strings.Join(o.Domains, ", ")})
	}
	return out, err
}

// changeSubject lets runs be about change requests of the configuration: the person is the author, so an approval with
// not_author keeps them out.
func (a *App) changeSubject() playbook.Subject {
	return playbook.Subject{Kind: "change_request", Title: "Change request",
		Load: func(ctx context.Context, tx db.Tx, id int64) (playbook.About, error) {
			r, err := a.Blueprint.Request(ctx, tx, a.Root(), id)
			if err != nil {
				return playbook.About{}, err
			}
			names, err := a.Blueprint.RequestNames(ctx, tx, a.Root(), []int64{id})
			return playbook.About{Title: names[id], PersonID: r.AuthorID, Vars: func() any { return changeVars(r) }}, err
		},
		MayRead: func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
			_, err := a.Blueprint.Request(ctx, tx, by, id)
			return err
		},
		Titles: func(ctx context.Context, tx db.Tx, ids []int64) (map[int64]string, error) {
			return a.Blueprint.RequestNames(ctx, tx, a.Root(), ids)
		},
		Find: a.findChanges}
}

// changeVars are what conditions of playbooks read of a change request.
func changeVars(r blueprint.Request) map[string]any {
	var kinds, names []string
	for _, c := range r.Changes {
		kinds, names = append(kinds, c.Kind), append(names, c.Kind+"/"+c.Name)
	}
	return map[string]any{"state": string(r.State), "revision": r.Revision, "source": r.Source, "message": r.Message, "author": r.AuthorID, "rollback": r.RollsBack != 0, "kinds": kinds, "changes": names}
}

// findChanges finds change requests by their number, or by words among those that are open and the newest others.
func (a *App) findChanges(ctx context.Context, tx db.Tx, by act.Actor, words string, limit int) (out []playbook.Found, err error) {
	var list []blueprint.Request
	if id := number(words); id != 0 {
		r, err := a.Blueprint.Request(ctx, tx, by, id)
		if fault.Is(err, fault.NotFound) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, r)
	} else if list, _, err = a.Blueprint.Requests(ctx, tx, by, "", db.Page{Limit: 100}); err != nil {
		return nil, err
	}
	for _, r := range list {
		line, _, _ := strings.Cut(r.Message, "\n")
		if len(out) < limit && (number(words) != 0 || strings.Contains(directory.Fold(r.Message), directory.Fold(words))) {
			out = append(out, playbook.Found{ID: r.ID, Title: fmt.Sprintf("Change request %d", r.ID), Detail: line})
		}
	}
	return out, nil
}
