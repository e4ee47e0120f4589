package entitle

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// Routes registers the routes of what organizations bought.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/organizations/{id}/entitlement", "Get what an organization bought"), s.getPanel)
	rest.Read(a, rest.GET("/organizations/{id}/contacts", "List an organization's contacts"), s.getContacts)
	rest.Write(a, rest.POST("/organizations/{id}/contacts", "Add a contact to an organization"), s.postContact)
	rest.Write(a, rest.PATCH("/organizations/{id}/contacts/{person}", "Say whether a contact may change the list"), s.patchContact)
	rest.Write(a, rest.DELETE("/organizations/{id}/contacts/{person}", "Remove a contact of an organization"), s.deleteContact)
	rest.Write(a, rest.POST("/organizations/{id}/contacts/export", "Get an organization's contacts as a text").Status(http.StatusOK), s.exportContacts)
	rest.Write(a, rest.POST("/organizations/{id}/contacts/plan", "Say what a list of contacts would change").Status(http.StatusOK), s.planContacts)
	rest.Write(a, rest.POST("/organizations/{id}/contacts/apply", "Make the contacts what a list says").Status(http.StatusOK), s.applyContacts)
	rest.Write(a, rest.POST("/organizations/{id}/hold", "Put support for an organization on hold"), s.postHold)
	rest.Write(a, rest.POST("/organizations/{id}/hold/lift", "End the hold of an organization").Status(http.StatusOK), s.liftHold)
	rest.Write(a, rest.POST("/organizations/{id}/terms", "Give an organization an entitlement for a term"), s.postTerm)
	rest.Write(a, rest.POST("/organizations/{id}/terms/{term}/extend", "Make a term longer").Status(http.StatusOK), s.extendTerm)
	rest.Write(a, rest.POST("/organizations/{id}/terms/{term}/end", "End a term").Status(http.StatusOK), s.endTerm)
	rest.Write(a, rest.POST("/organizations/{id}/shares", "Share an organization's tickets with somebody"), s.postShare)
	rest.Write(a, rest.POST("/organizations/{id}/shares/{share}/revoke", "Share an organization's tickets no longer").Status(http.StatusOK), s.revokeShare)
}

// OrganizationPath is the id of an organization in a path. It is exported so that requests see it
// where it is embedded.
type OrganizationPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Service) getPanel(ctx context.Context, tx db.Tx, by act.Actor, in *OrganizationPath) (Panel, error) {
	return s.Panel(ctx, tx, by, in.ID)
}

func (s *Service) getContacts(ctx context.Context, tx db.Tx, by act.Actor, in *OrganizationPath) (rest.List[ContactView], error) {
	list, err := s.Contacts(ctx, tx, by, in.ID)
	items := []ContactView{}
	for _, c := range list {
		items = append(items, ContactView{PersonView{c.PersonID, c.Name, c.Email}, c.Editor, c.Since})
	}
	return rest.NewList(items, ""), err
}

type postContactInput struct {
	OrganizationPath
	Body struct {
		Email  string `json:"email" maxLength:"254"`
		Name   string `json:"name,omitempty" maxLength:"1000" doc:"For somebody who is not known yet."`
		Editor bool   `json:"editor,omitempty" doc:"Whether they may change the list themselves."`
	}
}

func (s *Service) postContact(_ context.Context, by act.Actor, in *postContactInput) (rest.Change[ContactView], error) {
	return func(ctx context.Context, tx db.Tx) (ContactView, error) {
		c, err := s.AddContact(ctx, tx, by, in.ID, NewContact{in.Body.Email, in.Body.Name, in.Body.Editor})
		return ContactView{PersonView{c.PersonID, c.Name, c.Email}, c.Editor, c.Since}, err
	}, nil
}

// ContactPath names a contact in a path.
type ContactPath struct {
	OrganizationPath
	Person int64 `path:"person" minimum:"1"`
}

type patchContactInput struct {
	ContactPath
	Body struct {
		Editor bool `json:"editor"`
	}
}

func (s *Service) patchContact(_ context.Context, by act.Actor, in *patchContactInput) (rest.Change[Panel], error) {
	return s.panelAfter(by, in.ID, func(ctx context.Context, tx db.Tx) error {
		return s.SetEditor(ctx, tx, by, in.ID, in.Person, in.Body.Editor)
	}), nil
}

func (s *Service) deleteContact(_ context.Context, by act.Actor, in *ContactPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.RemoveContact(ctx, tx, by, in.ID, in.Person)
	}, nil
}

// panelAfter makes a change and answers with the organization's panel.
func (s *Service) panelAfter(by act.Actor, id int64, change func(ctx context.Context, tx db.Tx) error) rest.Change[Panel] {
	return func(ctx context.Context, tx db.Tx) (Panel, error) {
		if err := change(ctx, tx); err != nil {
			return Panel{}, err
		}
		return s.Panel(ctx, tx, by, id)
	}
}

// ContactText is a list of contacts as text.
type ContactText struct {
	Text string `json:"text"`
}

func (s *Service) exportContacts(_ context.Context, by act.Actor, in *OrganizationPath) (rest.Change[ContactText], error) {
	return func(ctx context.Context, tx db.Tx) (ContactText, error) {
		text, err := s.ContactText(ctx, tx, by, in.ID)
		return ContactText{text}, err
	}, nil
}

type contactTextInput struct {
	OrganizationPath
	Body struct {
		Text string `json:"text" maxLength:"262144" doc:"contacts: and for each email, name and editor, in YAML."`
		Seen string `json:"seen,omitempty" maxLength:"64" doc:"What the plan said; a list that is another by now conflicts."`
	}
}

func (s *Service) planContacts(_ context.Context, by act.Actor, in *contactTextInput) (rest.Change[ListPlan], error) {
	return func(ctx context.Context, tx db.Tx) (ListPlan, error) {
		return s.PlanContacts(ctx, tx, by, in.ID, in.Body.Text)
	}, nil
}

func (s *Service) applyContacts(_ context.Context, by act.Actor, in *contactTextInput) (rest.Change[ListPlan], error) {
	return func(ctx context.Context, tx db.Tx) (ListPlan, error) {
		return s.ApplyContacts(ctx, tx, by, in.ID, in.Body.Text, in.Body.Seen)
	}, nil
}

type reasonInput struct {
	OrganizationPath
	Body struct {
		Reason string `json:"reason" maxLength:"2000" doc:"Why, for colleagues."`
	}
}

func (s *Service) postHold(_ context.Context, by act.Actor, in *reasonInput) (rest.Change[Panel], error) {
	return s.panelAfter(by, in.ID, func(ctx context.Context, tx db.Tx) error {
		_, err := s.Place(ctx, tx, by, in.ID, in.Body.Reason)
		return err
	}), nil
}

func (s *Service) liftHold(_ context.Context, by act.Actor, in *reasonInput) (rest.Change[Panel], error) {
	return s.panelAfter(by, in.ID, func(ctx context.Context, tx db.Tx) error { return s.Lift(ctx, tx, by, in.ID, in.Body.Reason) }), nil
}

type postTermInput struct {
	OrganizationPath
	Body struct {
		Entitlement string `json:"entitlement" maxLength:"100" doc:"An entitlement with a term, by name."`
	}
}

func (s *Service) postTerm(_ context.Context, by act.Actor, in *postTermInput) (rest.Change[Panel], error) {
	return s.panelAfter(by, in.ID, func(ctx context.Context, tx db.Tx) error {
		_, err := s.Start(ctx, tx, by, in.ID, in.Body.Entitlement)
		return err
	}), nil
}

type termPath struct {
	OrganizationPath
	Term int64 `path:"term" minimum:"1"`
}

func (s *Service) extendTerm(_ context.Context, by act.Actor, in *termPath) (rest.Change[Panel], error) {
	return s.panelAfter(by, in.ID, func(ctx context.Context, tx db.Tx) error {
		_, err := s.Extend(ctx, tx, by, in.ID, in.Term)
		return err
	}), nil
}

func (s *Service) endTerm(_ context.Context, by act.Actor, in *termPath) (rest.Change[Panel], error) {
	return s.panelAfter(by, in.ID, func(ctx context.Context, tx db.Tx) error { return s.End(ctx, tx, by, in.ID, in.Term) }), nil
}

type postShareInput struct {
	OrganizationPath
	Body struct {
		Email       string    `json:"email" maxLength:"254" doc:"Address of the person of another organization."`
		Access      Access    `json:"access" enum:"read,write" doc:"write means read and write."`
		AcceptedBy  string    `json:"accepted_by" maxLength:"1000" doc:"Who of the organization accepted the risk in writing."`
		AcceptedAt  time.Time `json:"accepted_at"`
		TextVersion string    `json:"text_version" maxLength:"200" doc:"Which text they accepted."`
		TicketID    int64     `json:"ticket_id" minimum:"1" doc:"The ticket of the organization that shows it."`
	}
}

func (s *Service) postShare(_ context.Context, by act.Actor, in *postShareInput) (rest.Change[Panel], error) {
	b := in.Body
	return s.panelAfter(by, in.ID, func(ctx context.Context, tx db.Tx) error {
		_, err := s.Accept(ctx, tx, by, in.ID, NewShare{b.Email, b.Access, b.AcceptedBy, b.AcceptedAt, b.TextVersion, b.TicketID})
		return err
	}), nil
}

type sharePath struct {
	OrganizationPath
	Share int64 `path:"share" minimum:"1"`
}

func (s *Service) revokeShare(_ context.Context, by act.Actor, in *sharePath) (rest.Change[Panel], error) {
	return s.panelAfter(by, in.ID, func(ctx context.Context, tx db.Tx) error { return s.Revoke(ctx, tx, by, in.ID, in.Share) }), nil
}
