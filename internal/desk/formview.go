package desk

import (
	"cmp"
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// FormView is a form as the API shows it.
type FormView struct {
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Default     bool        `json:"default"`
	Customers   bool        `json:"customers"`
	Colleagues  bool        `json:"colleagues" doc:"Whether colleagues may ask with it on the request page."`
	Brands      []string    `json:"brands" nullable:"false"`
	Fields      []FormField `json:"fields" nullable:"false"`
}

func (s *Service) getForms(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[FormView], error) {
	cfg := s.config()
	to, err := s.audience(ctx, tx, by)
	if err != nil {
		return rest.List[FormView]{}, err
	}
	agent, out := to == toAgents, []FormView{}
	for i, f := range cfg.Forms {
		if !f.open(to) {
			continue
		}
		v := FormView{Name: f.Name, Title: f.Title, Description: f.Description, Default: i == 0, Customers: f.Spec.Customers, Colleagues: f.Spec.Colleagues, Brands: append([]string{}, f.Spec.Brands...), Fields: []FormField{}}
		for _, x := range f.fields {
			if x.shows(to) {
				if !agent { // what colleagues are asked is not for customers to read
					x.When, x.Required, x.RequiredIn = cmp.Or(x.CustomersWhen, x.When), x.must(StatusNew, false), nil
				}
				x.Field, x.RequiredIn = x.field.Name, append([]string{}, x.RequiredIn...)
				v.Fields = append(v.Fields, x.FormField)
			}
		}
		out = append(out, v)
	}
	return rest.NewList(out, ""), nil
}

// TicketForm is a ticket's form as it stands: which questions to show, and which must be filled.
type TicketForm struct {
	Form   *TeamRef     `json:"form"`
	Fields []AskedField `json:"fields" nullable:"false"`
}

func (s *Service) getTicketForm(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (TicketForm, error) {
	out := TicketForm{Fields: []AskedField{}}
	t, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return out, err
	}
	cfg, agent := s.config(), Agent(by, t)
	f := cfg.form(t.FormID)
	to := toAgents
	if !agent {
		if to, err = s.audience(ctx, tx, by); err != nil {
			return out, err
		}
	}
	if f == nil || !f.open(to) {
		return out, nil
	}
	out.Form = &TeamRef{f.Name, f.Title}
	filled := cfg.Fields.Show("ticket", t.Attributes, true)
	for _, q := range f.asked(t, to, func() map[string]any { return cfg.vars(t, s.about(ctx, tx, t)) }) {
		q.Filled = !empty(filled[q.Name])
		out.Fields = append(out.Fields, q)
	}
	return out, nil
}

type askedInput struct {
	Name string `path:"name" maxLength:"64"`
	Body struct {
		Attributes map[string]any `json:"attributes,omitempty" doc:"What was answered so far, by name."`
		Priority   Priority       `json:"priority,omitempty"`
		Type       Type           `json:"type,omitempty"`
		Requester  int64          `json:"requester_id,omitempty"`
	}
}

// postAsked says what a form asks of a ticket that is about to be opened.
func (s *Service) postAsked(ctx context.Context, tx db.Tx, by act.Actor, in *askedInput) (TicketForm, error) {
	out := TicketForm{Fields: []AskedField{}}
	if err := by.Require("write", "ticket"); err != nil {
		return out, err
	}
	to, err := s.audience(ctx, tx, by)
	if err != nil {
		return out, err
	}
	cfg := s.config()
	f := cfg.FormNamed(in.Name)
	if f == nil || !f.open(to) {
		return out, fault.Missing("form", in.Name)
	}
	t := &Ticket{Status: StatusNew, Priority: cmp.Or(in.Body.Priority, "normal"), Type: in.Body.Type, Channel: "web", FormID: f.ID, Created: s.clock().UTC(), Updated: s.clock().UTC()}
	if to == toAgents {
		t.RequesterID = in.Body.Requester
	}
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return out, err
	}
	t.OrganizationID = people[t.RequesterID].OrganizationID
	for name, value := range in.Body.Attributes { // what is no value yet does not count
		if next, err := cfg.Fields.Set("ticket", t.Attributes, name, value); err == nil && value != nil {
			t.Attributes = next
		}
	}
	out.Form = &TeamRef{f.Name, f.Title}
	filled := cfg.Fields.Show("ticket", t.Attributes, true)
	for _, q := range f.asked(t, to, func() map[string]any { return cfg.vars(t, s.about(ctx, tx, t)) }) {
		q.Filled = !empty(filled[q.Name])
		out.Fields = append(out.Fields, q)
	}
	return out, nil
}
