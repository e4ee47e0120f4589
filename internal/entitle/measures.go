package entitle

import (
	"steward/internal/ledger"
	"steward/internal/measure"
)

// contactFacts are what measures need of an organization's list of contacts.
type contactFacts struct {
	Organization int64 `json:"organization_id,omitempty"`
	Contacts     int64 `json:"contacts,omitempty"`
	Editors      int64 `json:"editors,omitempty"`
}

// fold takes an event of an organization in.
func (f *contactFacts) fold(e ledger.Event) error {
	f.Organization = e.Subject.ID
	if e.Verb == ContactChanged {
		var d struct {
			Editor []bool `json:"editor"`
		}
		if err := e.Decode(&d); err != nil || len(d.Editor) != 2 {
			return err
		}
		f.Editors += one(d.Editor[1]) - one(d.Editor[0])
		return nil
	}
	var d struct {
		Editor bool `json:"editor"`
	}
	if err := e.Decode(&d); err != nil {
		return err
	}
	n := int64(1)
	if e.Verb == ContactRemoved {
		n = -1
	}
	f.Contacts, f.Editors = f.Contacts+n, f.Editors+n*one(d.Editor)
	return nil
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// Measures declares what is measured about who may write for organizations.
func Measures(reg *measure.Registry) {
	lists := measure.Follow(reg, measure.Source{Name: "desk.contact", Kind: "organization", Verbs: []string{ContactAdded, ContactChanged, ContactRemoved}}, (*contactFacts).fold)
	lists.While(measure.Measure{Name: "desk.contacts", Title: "Contacts", Unit: "people", Subject: "organization", Type: measure.Count, Direction: measure.Neutral,
		Doc: "People who are listed as contacts of the organization, its editors among them."},
		func(f contactFacts) (int64, int64) { return f.Organization, f.Contacts })
	lists.While(measure.Measure{Name: "desk.contact_editors", Title: "Contacts who change the list", Unit: "people", Subject: "organization", Type: measure.Count, Direction: measure.Neutral,
		Doc: "Contacts of the organization who may change its list of contacts themselves."},
		func(f contactFacts) (int64, int64) { return f.Organization, f.Editors })
}
