package success

import (
	"context"
	"strconv"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/playbook"
)

// RunSubject lets runs of playbooks be about accounts. An account is another side of its organization.
func (s *Service) RunSubject() playbook.Subject {
	return playbook.Subject{Kind: "account", Title: "Account", Side: "organization",
		Load: func(ctx context.Context, tx db.Tx, id int64) (playbook.About, error) {
			a, err := load(ctx, tx, id)
			if err != nil {
				return playbook.About{}, err
			}
			names, err := s.directory.OrganizationNames(ctx, tx, []int64{a.OrganizationID})
			return playbook.About{Title: names[a.OrganizationID], OrganizationID: a.OrganizationID, Vars: func() any { return s.runVars(ctx, tx, a, names[a.OrganizationID]) }}, err
		},
		MayRead: func(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
			_, err := s.Get(ctx, tx, by, id)
			return err
		},
		Titles: s.directory.OrganizationNames, Find: s.findSubjects, Segment: s.InSegment}
}

// runVars are what conditions of playbooks read of an account: what those of calls to action read without measures, with
// its name, its manager and the day of its renewal.
func (s *Service) runVars(ctx context.Context, tx db.Tx, a Account, name string) any {
	own := a.vars(s.clock().UTC())
	own["name"] = name
	own["attributes"] = func() any {
		of, err := s.directory.OrganizationsVars(ctx, tx, []int64{a.OrganizationID})
		if err != nil {
			return nil
		}
		return of[a.OrganizationID]["attributes"]
	}
	if a.CSMID != 0 {
		own["csm"] = a.CSMID
	}
	if !a.Renewal.IsZero() {
		own["renewal"] = a.Renewal
	}
	return own
}

// findSubjects finds accounts by their number or the beginning of their name; without words the largest.
func (s *Service) findSubjects(ctx context.Context, tx db.Tx, by act.Actor, words string, limit int) ([]playbook.Found, error) {
	var list []Account
	if id, err := strconv.ParseInt(words, 10, 64); err == nil {
		a, err := s.Get(ctx, tx, by, id)
		if err != nil {
			return nil, nil // none that they may see
		}
		list = []Account{a}
	} else if list, _, err = s.List(ctx, tx, by, Filter{Query: words}, "", db.Page{Limit: limit}); err != nil {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.OrganizationID
	}
	names, err := s.directory.OrganizationNames(ctx, tx, ids)
	var out []playbook.Found
	for _, a := range list {
		out = append(out, playbook.Found{ID: a.OrganizationID, Title: names[a.OrganizationID], Detail: a.Segment})
	}
	return out, err
}
