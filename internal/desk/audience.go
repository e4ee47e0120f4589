package desk

import (
	"context"
	"slices"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// audience is who fills in a form.
type audience int

const (
	toCustomers  audience = iota
	toColleagues          // who works here and asks for something
	toAgents              // who works on tickets
)

// audience is who the actor is to forms: agents may use all of them.
func (s *Service) audience(ctx context.Context, tx db.Tx, by act.Actor) (audience, error) {
	if by.May("edit", "ticket") {
		return toAgents, nil
	}
	if by.PersonID == 0 {
		return toCustomers, nil
	}
	people, err := s.directory.Names(ctx, tx, []int64{by.PersonID})
	return askerOf(people[by.PersonID]), err
}

// askerOf is somebody who asks for something, signed in: a colleague or a customer.
func askerOf(p directory.Person) audience {
	if p.Agent {
		return toColleagues
	}
	return toCustomers
}

// open reports whether the form is offered to somebody.
func (f *Form) open(to audience) bool {
	switch to {
	case toAgents:
		return true
	case toColleagues:
		return f.Spec.Colleagues || f.Spec.Customers
	default:
		return f.Spec.Customers
	}
}

// shows reports whether somebody may read the question.
func (x formField) shows(to audience) bool {
	return to == toAgents || x.field.Everyone() || to == toColleagues && x.Colleagues
}

// takes reports whether somebody may answer the question.
func (x formField) takes(to audience) bool {
	return to == toAgents || x.field.Everyone() && x.field.Edit == "everyone" || to == toColleagues && x.Colleagues
}

// takesAll reports whether somebody may answer all of these questions on a form: on an internal
// one colleagues set fields that customers may not.
func (f *Form) takesAll(attributes map[string]any, to audience) bool {
	for name := range attributes {
		if !f.takes(name, to) {
			return false
		}
	}
	return true
}

// takes reports whether somebody may answer a question of the form.
func (f *Form) takes(name string, to audience) bool {
	return f != nil && slices.ContainsFunc(f.fields, func(x formField) bool { return x.field.Name == name && x.takes(to) })
}
