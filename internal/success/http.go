package success

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Routes registers the routes of accounts.
func (s *Service) Routes(a *rest.API) {
	s.healthRoutes(a)
	s.usageRoutes(a)
	s.lifeRoutes(a)
	s.followRoutes(a)
	s.viewRoutes(a)
	s.reportRoutes(a)
	s.counterRoutes(a)
	rest.Read(a, rest.GET("/accounts", "List accounts"), s.getAccounts)
	rest.Write(a, rest.POST("/accounts", "Make an organization an account"), s.postAccount)
	rest.Read(a, rest.GET("/accounts/sums", "Add accounts up by segment and colour"), s.getSums)
	rest.Write(a, rest.POST("/accounts/look", "Say that you look at your accounts, and learn when you did before").Status(http.StatusOK), s.postLook)
	rest.Read(a, rest.GET("/accounts/{id}", "Get an account"), s.getAccount)
	rest.Write(a, rest.PATCH("/accounts/{id}", "Change an account"), s.patchAccount)
	rest.Read(a, rest.GET("/accounts/{id}/contacts", "List who is what at an account"), s.getContacts)
	rest.Read(a, rest.GET("/accounts/{id}/roles", "List the roles that are wanted at an account and when they were met"), s.getRoles)
	rest.Write(a, rest.PUT("/accounts/{id}/contacts/{person}/{role}", "Give somebody of an account a role"), s.putContact)
	rest.Write(a, rest.DELETE("/accounts/{id}/contacts/{person}/{role}", "Take a role of somebody of an account away"), s.deleteContact)
}

// Path is the id of an account in a path. It is exported so that requests see it where it is embedded.
type Path struct {
	ID int64 `path:"id" minimum:"1"`
}

// FilterQuery are the query parameters that narrow a list of accounts.
type FilterQuery struct {
	Query    string `query:"q" json:"q,omitempty" maxLength:"200" doc:"Start of the name."`
	Segment  string `query:"segment" json:"segment,omitempty" maxLength:"100"`
	Coverage string `query:"coverage" json:"coverage,omitempty" enum:"P1,P2,P3,P4,pooled,"`
	Stage    string `query:"stage" json:"stage,omitempty" enum:"onboarding,implementation,adoption,growth,will_churn,churned,"`
	Plan     string `query:"plan" json:"plan,omitempty" maxLength:"100"`
	Band     string `query:"band" json:"band,omitempty" maxLength:"100" doc:"Colour; none for accounts without a score."`
	CSM      string `query:"csm" json:"csm,omitempty" maxLength:"20" doc:"Id of who looks after it; me, or none."`
	Team     int64  `query:"team" json:"team,omitempty" minimum:"0"`
	Parent   int64  `query:"parent" json:"parent,omitempty" minimum:"0"`
	Before   string `query:"renewal_before" json:"renewal_before,omitempty" maxLength:"10" doc:"Renewals up to this day."`
	Renews   int    `query:"renews" json:"renews,omitempty" minimum:"0" maximum:"1000" doc:"Renewals at most so many days away."`
	Since    string `query:"changed_since" json:"changed_since,omitempty" maxLength:"40" doc:"Whose colour changed since then."`
	Changed  string `query:"changed" json:"changed,omitempty" enum:"week,look," doc:"Whose colour changed in seven days, or since you last looked."`
	Update   string `query:"update" json:"update,omitempty" enum:"overdue,soon," doc:"Whose health update is overdue, or due within a week."`
}

// filter reads the parameters.
func (q FilterQuery) filter(by act.Actor) (f Filter, err error) {
	f = Filter{Query: q.Query, Segment: q.Segment, Coverage: q.Coverage, Stage: q.Stage, Plan: q.Plan, Band: q.Band, TeamID: q.Team, ParentID: q.Parent}
	switch q.CSM {
	case "":
	case "me":
		f.CSMID = by.PersonID
	case "none":
		f.CSMID = Nobody
	default:
		if f.CSMID, err = number("csm", q.CSM); err != nil {
			return f, err
		}
	}
	if f.Before, err = readDate("renewal_before", q.Before); err != nil {
		return f, err
	}
	if q.Renews > 0 && f.Before.IsZero() {
		f.From = day(by.Now())
		f.Before = f.From.AddDate(0, 0, q.Renews)
	}
	switch q.Changed {
	case "week":
		f.Since = by.Now().Add(-week)
	case "look":
		f.LookerID = by.PersonID
	}
	switch q.Update {
	case "overdue":
		f.DueBy = by.Now()
	case "soon":
		f.DueBy = by.Now().Add(week)
	}
	if q.Since != "" {
		if f.Since, err = time.Parse(time.RFC3339, q.Since); err != nil {
			return f, fault.Field("changed_since", q.Since, "a time such as 2026-03-31T12:00:00Z", "%q is not a time.", q.Since)
		}
	}
	return f, nil
}

type accountsInput struct {
	rest.Paging
	FilterQuery
	Sort string `query:"sort" enum:"revenue,renewal,score,changed,update" default:"revenue" doc:"Largest revenue, next renewal, lowest score, latest change of colour or next health update first."`
}

func (s *Service) getAccounts(ctx context.Context, tx db.Tx, by act.Actor, in *accountsInput) (out rest.List[AccountView], err error) {
	f, err := in.filter(by)
	if err != nil {
		return out, err
	}
	list, next, err := s.List(ctx, tx, by, f, in.Sort, in.Page())
	if err != nil {
		return out, err
	}
	items, err := s.views(ctx, tx, list)
	return rest.NewList(items, next), err
}

// AccountBody are the fields of an account that people write. It is exported so that the
// request's schema sees it where it is embedded.
type AccountBody struct {
	Plan          *string          `json:"plan,omitempty"`
	Segment       *string          `json:"segment,omitempty"`
	Coverage      *string          `json:"coverage,omitempty" enum:"P1,P2,P3,P4,pooled,"`
	Stage         *string          `json:"stage,omitempty" enum:"onboarding,implementation,adoption,growth,will_churn,churned"`
	Revenue       *int64           `json:"revenue,omitempty" doc:"Recurring, of a year, in minor units of the currency."`
	Currency      *string          `json:"currency,omitempty" maxLength:"3"`
	Since         *string          `json:"since,omitempty" maxLength:"10" doc:"Dates as 2026-03-31; empty takes one away."`
	ContractStart *string          `json:"contract_start,omitempty" maxLength:"10"`
	Renewal       *string          `json:"renewal,omitempty" maxLength:"10"`
	ParentID      rest.Null[int64] `json:"parent_id,omitempty"`
	CSMID         rest.Null[int64] `json:"csm_id,omitempty"`
	TeamID        rest.Null[int64] `json:"team_id,omitempty"`
}

func (b AccountBody) input() (in AccountInput, err error) {
	in = AccountInput{Plan: b.Plan, Segment: b.Segment, Coverage: b.Coverage, Stage: b.Stage, Revenue: b.Revenue, Currency: b.Currency}
	for _, d := range []struct {
		name string
		text *string
		to   **time.Time
	}{{"since", b.Since, &in.Since}, {"contract_start", b.ContractStart, &in.ContractStart}, {"renewal", b.Renewal, &in.Renewal}} {
		if d.text == nil {
			continue
		}
		t, err := readDate(d.name, *d.text)
		if err != nil {
			return in, err
		}
		*d.to = &t
	}
	for _, n := range []struct {
		from rest.Null[int64]
		to   **int64
	}{{b.ParentID, &in.ParentID}, {b.CSMID, &in.CSMID}, {b.TeamID, &in.TeamID}} {
		if n.from.Sent {
			*n.to = &n.from.Value
		}
	}
	return in, nil
}

type postAccountInput struct {
	Body struct {
		OrganizationID int64 `json:"organization_id" minimum:"1"`
		AccountBody
	}
}

func (s *Service) postAccount(_ context.Context, by act.Actor, in *postAccountInput) (rest.Change[AccountView], error) {
	input, err := in.Body.input()
	return func(ctx context.Context, tx db.Tx) (AccountView, error) {
		a, err := s.Create(ctx, tx, by, in.Body.OrganizationID, input)
		if err != nil {
			return AccountView{}, err
		}
		return s.view(ctx, tx, a)
	}, err
}

func (s *Service) getAccount(ctx context.Context, tx db.Tx, by act.Actor, in *Path) (AccountView, error) {
	a, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return AccountView{}, err
	}
	return s.view(ctx, tx, a)
}

type patchAccountInput struct {
	Path
	Body struct {
		Version int64 `json:"version" minimum:"1"`
		AccountBody
	}
}

func (s *Service) patchAccount(_ context.Context, by act.Actor, in *patchAccountInput) (rest.Change[AccountView], error) {
	input, err := in.Body.input()
	input.Version = in.Body.Version
	return func(ctx context.Context, tx db.Tx) (AccountView, error) {
		a, err := s.Change(ctx, tx, by, in.ID, input)
		if f := fault.As(err); f != nil && f.Code == fault.Conflict {
			if f.Current, err = s.view(ctx, tx, a); err != nil {
				return AccountView{}, err
			}
			return AccountView{}, f
		}
		if err != nil {
			return AccountView{}, err
		}
		return s.view(ctx, tx, a)
	}, err
}

func (s *Service) getSums(ctx context.Context, tx db.Tx, by act.Actor, in *FilterQuery) (out rest.List[Sum], err error) {
	f, err := in.filter(by)
	if err != nil {
		return out, err
	}
	sums, err := s.Sums(ctx, tx, by, f)
	return rest.NewList(sums, ""), err
}

// Look is when somebody looked at their accounts before.
type Look struct {
	Before *time.Time `json:"before" doc:"Null the first time."`
}

func (s *Service) postLook(_ context.Context, by act.Actor, _ *struct{}) (rest.Change[Look], error) {
	return func(ctx context.Context, tx db.Tx) (Look, error) {
		before, err := s.Looked(ctx, tx, by)
		return Look{rest.Time(before)}, err
	}, nil
}

// PersonaView is a contact as the API shows it.
type PersonaView struct {
	Person Ref       `json:"person"`
	Email  string    `json:"email"`
	Role   string    `json:"role"`
	Since  time.Time `json:"since"`
}

func (s *Service) getContacts(ctx context.Context, tx db.Tx, by act.Actor, in *Path) (rest.List[PersonaView], error) {
	items, err := s.personas(ctx, tx, by, in.ID)
	return rest.NewList(items, ""), err
}

// personas shows who is what at an account. Whoever may read it may.
func (s *Service) personas(ctx context.Context, tx db.Tx, by act.Actor, id int64) ([]PersonaView, error) {
	list, err := s.Contacts(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, c := range list {
		ids = append(ids, c.PersonID)
	}
	who, err := s.directory.Names(ctx, tx, ids)
	items := []PersonaView{}
	for _, c := range list {
		items = append(items, PersonaView{Ref{c.PersonID, who[c.PersonID].Name}, who[c.PersonID].Email, c.Role, c.Since})
	}
	return items, err
}

// WantedRolesView is how the roles that a measure wants stand at an account.
type WantedRolesView struct {
	Measure string        `json:"measure" doc:"Such as roles.leads_met."`
	Title   string        `json:"title"`
	Days    int           `json:"days" doc:"How long a contact counts."`
	Roles   []RoleMetView `json:"roles" nullable:"false"`
}

// RoleMetView is how one of them stands.
type RoleMetView struct {
	Role  string     `json:"role"`
	Held  bool       `json:"held" doc:"Somebody has it."`
	Met   *time.Time `json:"met" doc:"When somebody who had it took part in a contact last; null when not within the days."`
	Until *time.Time `json:"until" doc:"When that ceases to count."`
}

func (s *Service) getRoles(ctx context.Context, tx db.Tx, by act.Actor, in *Path) (rest.List[WantedRolesView], error) {
	all, err := s.Wanted(ctx, tx, by, in.ID)
	items := []WantedRolesView{}
	for _, w := range all {
		v := WantedRolesView{w.Measure.Name, w.Measure.Title, int(w.Within / day24), []RoleMetView{}}
		for _, r := range w.Roles {
			v.Roles = append(v.Roles, RoleMetView{r.Role, r.Held, rest.Time(r.At), rest.Time(r.Until)})
		}
		items = append(items, v)
	}
	return rest.NewList(items, ""), err
}

type contactPath struct {
	Path
	Person int64  `path:"person" minimum:"1"`
	Role   string `path:"role" maxLength:"64"`
}

func (s *Service) putContact(_ context.Context, by act.Actor, in *contactPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.SetContact(ctx, tx, by, in.ID, in.Person, in.Role, true)
	}, nil
}

func (s *Service) deleteContact(_ context.Context, by act.Actor, in *contactPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.SetContact(ctx, tx, by, in.ID, in.Person, in.Role, false)
	}, nil
}
