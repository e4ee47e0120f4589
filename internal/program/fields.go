package program

import (
	"sync"

	"steward/internal/directory"
	"steward/internal/rule"
)

// Fields are what conditions may read of an application.
func Fields() []rule.Field {
	own := []rule.Field{
		{Path: "application.renewal", Type: rule.Bool, Doc: "Whether it renews an earlier one."},
		{Path: "application.year", Type: rule.Int, Doc: "Which term of the membership it is for: 1, and one more for each that it renews in turn. Not known while the form is filled in."},
		{Path: "application.organization_name", Type: rule.Text, Doc: "The organization, as the applicant wrote it.", Private: true},
		{Path: "application.website_domain", Type: rule.Text, Doc: "Domain of the website, without www.", Private: true},
		{Path: "application.email_domain", Type: rule.Text, Doc: "Domain of the applicant's address.", Private: true},
		{Path: "application.similar", Type: rule.Int, Doc: "How many other applications to the program are open or active, of the same person or organization."},
		{Path: "application.refused_before", Type: rule.Int, Doc: "How many earlier applications of the same person or organization were rejected."},
		{Path: "application.verified", Type: rule.Bool, Doc: "Whether the proofs that the program asks for have passed."},
		{Path: "application.checks", Type: rule.Attributes, Doc: "Proofs by name: waiting, passed, failed or unclear."},
		{Path: "application.found", Type: rule.Attributes, Doc: "What proofs found, by the proof's name and the figure's, such as licence_projects or licence_private."},
		{Path: "application.seats", Type: rule.Int, Doc: "Seats asked for, where a benefit names the field."},
		{Path: "application.attributes", Type: rule.Attributes, Doc: "Answers to the form, by the field's name.", Private: true},
		{Path: "now", Type: rule.Time, Doc: "The present time."},
	}
	own = append(own, directory.PersonFields("application.person")...)
	return append(own, directory.OrganizationFields("application.organization")...)
}

// environment is what conditions about applications may read.
var environment = sync.OnceValue(func() *rule.Env {
	env, err := rule.New("application", Fields()...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	return env
})
