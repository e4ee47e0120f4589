package program

import (
	"context"
	"net/http"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/rest"
)

// Routes registers the routes of programs and applications.
func (s *Service) Routes(a *rest.API) {
	s.lifeRoutes(a)
	rest.Read(a, rest.GET("/programs", "List programs and what waits in them"), s.getPrograms)
	rest.Read(a, rest.GET("/applications", "List applications"), s.getApplications)
	rest.Write(a, rest.POST("/applications/next", "Take the next application of the queue").Status(http.StatusOK), s.postNext)
	rest.Read(a, rest.GET("/applications/{id}", "Get an application with its research"), s.getApplication)
	rest.Read(a, rest.GET("/applications/{id}/preview", "Get an application as its applicant sees it"), s.getPreview)
	rest.Write(a, rest.POST("/applications/{id}/take", "Give an application to a colleague").Status(http.StatusOK), s.postTake)
	rest.Write(a, rest.POST("/applications/{id}/ask", "Ask the applicant").Status(http.StatusOK), s.postAsk)
	rest.Write(a, rest.POST("/applications/{id}/decide", "Approve or reject an application").Status(http.StatusOK), s.postDecide)
	rest.Write(a, rest.POST("/applications/{id}/reconsider", "Open an application again, or take a decision back").Status(http.StatusOK), s.postReconsider)
	rest.Write(a, rest.POST("/applications/{id}/proofs/{name}", "Settle a proof that is for a colleague").Status(http.StatusOK), s.postProof)
	rest.Write(a, rest.POST("/applications/{id}/release", "End the hold of an application").Status(http.StatusOK), s.postRelease)
}

// ProgramView is a program as colleagues see it.
type ProgramView struct {
	ID      int64    `json:"id"`
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Version int      `json:"version"`
	Path    string   `json:"path" doc:"Of its public page, below the address of the instance."`
	Closed  string   `json:"closed" doc:"Why it takes no applications now; empty when it does."`
	Waiting db.Count `json:"waiting" doc:"Applications that wait for a colleague."`
	Shown   int64    `json:"shown" doc:"How often its pages were shown in the last 30 days."`
}

func (s *Service) getPrograms(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[ProgramView], error) {
	items := []ProgramView{}
	if err := by.Require("read", "application"); err != nil {
		return rest.List[ProgramView]{}, err
	}
	now := s.Clock().UTC()
	shown := map[int64]int64{}
	rows, err := tx.Query(ctx, `SELECT program_id, sum(shown) FROM program_view WHERE day > $1 GROUP BY program_id`, now.Unix()/86400-30)
	if _, err = db.Collect(rows, err, func(r db.Scanner) (n int64, err error) {
		var id int64
		err = r.Scan(&id, &n)
		shown[id] = n
		return n, err
	}); err != nil {
		return rest.List[ProgramView]{}, err
	}
	for _, p := range s.Config().Programs {
		v := ProgramView{ID: p.ID, Name: p.Name, Title: p.Title, Version: p.Version, Path: "/portal/programs/" + p.Name, Closed: p.Closed(lang.In(ctx), now), Shown: shown[p.ID]}
		if v.Waiting, err = s.Waiting(ctx, tx, by, p.ID); err != nil {
			return rest.List[ProgramView]{}, err
		}
		items = append(items, v)
	}
	return rest.NewList(items, ""), nil
}

type listApplicationInput struct {
	Queue        bool   `query:"queue" doc:"Those that wait for a colleague, in their order."`
	Held         bool   `query:"held" doc:"Those on hold. Whoever may screen applications sees any."`
	State        string `query:"state" maxLength:"200" doc:"States, with commas between."`
	Program      string `query:"program" maxLength:"200" doc:"Name of a program."`
	Person       int64  `query:"person_id"`
	Organization int64  `query:"organization_id"`
	Ticket       int64  `query:"ticket_id"`
	Assignee     int64  `query:"assignee_id"`
	rest.Paging
}

func (s *Service) getApplications(ctx context.Context, tx db.Tx, by act.Actor, in *listApplicationInput) (rest.List[ApplicationView], error) {
	f := Filter{Queue: in.Queue, Held: in.Held, PersonID: in.Person, OrganizationID: in.Organization, TicketID: in.Ticket, AssigneeID: in.Assignee}
	var err error
	if f.ProgramID, err = s.programID(in.Program); err != nil {
		return rest.List[ApplicationView]{}, err
	}
	for _, state := range strings.FieldsFunc(in.State, func(r rune) bool { return r == ',' }) {
		f.States = append(f.States, State(strings.TrimSpace(state)))
	}
	list, next, err := s.List(ctx, tx, by, f, in.Page())
	if err != nil {
		return rest.List[ApplicationView]{}, err
	}
	views, err := s.views(ctx, tx, by, list)
	return rest.NewList(views, next), err
}

func (s *Service) programID(name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	p := s.Config().Named(name)
	if p == nil {
		return 0, fault.Field("program", name, "the name of a program", "There is no program %q.", name)
	}
	return p.ID, nil
}

type idApplicationInput struct {
	ID int64 `path:"id"`
}

func (s *Service) getApplication(ctx context.Context, tx db.Tx, by act.Actor, in *idApplicationInput) (ApplicationCase, error) {
	return s.Case(ctx, tx, by, in.ID)
}

func (s *Service) getPreview(ctx context.Context, tx db.Tx, by act.Actor, in *idApplicationInput) (ApplicantPage, error) {
	a, p, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return ApplicantPage{}, err
	}
	page, err := s.Page(ctx, tx, p, a)
	for i := range page.Benefits {
		if page.Benefits[i].Code != "" { // it is the member's alone
			page.Benefits[i].Code, page.Benefits[i].Href = "••••••••", ""
		}
	}
	return page, err
}

// NextApplication is the next application; null says that none waits.
type NextApplication struct {
	Application *ApplicationCase `json:"application"`
}

type nextApplicationInput struct {
	Body struct {
		Program string `json:"program,omitempty" maxLength:"200" doc:"Of one program alone."`
	}
}

func (s *Service) postNext(_ context.Context, by act.Actor, in *nextApplicationInput) (rest.Change[NextApplication], error) {
	program, err := s.programID(in.Body.Program)
	return func(ctx context.Context, tx db.Tx) (NextApplication, error) {
		a, err := s.Next(ctx, tx, by, program)
		if err != nil || a == nil {
			return NextApplication{}, err
		}
		v, err := s.Case(ctx, tx, by, a.ID)
		return NextApplication{&v}, err
	}, err
}

// changed shows an application after a change.
func (s *Service) changed(by act.Actor, id int64, change func(ctx context.Context, tx db.Tx) (*Application, error)) (rest.Change[ApplicationCase], error) {
	return func(ctx context.Context, tx db.Tx) (ApplicationCase, error) {
		if _, err := change(ctx, tx); err != nil {
			return ApplicationCase{}, err
		}
		return s.Case(ctx, tx, by, id)
	}, nil
}

type takeApplicationInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version    int64 `json:"version,omitempty"`
		AssigneeID int64 `json:"assignee_id" doc:"0 gives it back to the team."`
	}
}

func (s *Service) postTake(_ context.Context, by act.Actor, in *takeApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.Take(ctx, tx, by, in.ID, in.Body.Version, in.Body.AssigneeID)
	})
}

type askApplicationInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version  int64  `json:"version,omitempty"`
		Question string `json:"question" maxLength:"10000"`
	}
}

func (s *Service) postAsk(_ context.Context, by act.Actor, in *askApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.AskApplicant(ctx, tx, by, in.ID, in.Body.Version, in.Body.Question)
	})
}

type decideApplicationInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version int64    `json:"version,omitempty"`
		Approve bool     `json:"approve"`
		Rules   []string `json:"rules,omitempty" maxItems:"50" doc:"Rules and proofs whose reasons the applicant reads."`
		Words   string   `json:"words,omitempty" maxLength:"10000" doc:"What the applicant reads besides."`
	}
}

func (s *Service) postDecide(_ context.Context, by act.Actor, in *decideApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.Decide(ctx, tx, by, in.ID, DecisionInput{Version: in.Body.Version, Approve: in.Body.Approve, Rules: in.Body.Rules, Words: in.Body.Words})
	})
}

type reasonApplicationInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version int64  `json:"version,omitempty"`
		Reason  string `json:"reason" maxLength:"10000"`
	}
}

func (s *Service) postReconsider(_ context.Context, by act.Actor, in *reasonApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.Reconsider(ctx, tx, by, in.ID, in.Body.Version, in.Body.Reason)
	})
}

type proofApplicationInput struct {
	ID   int64  `path:"id"`
	Name string `path:"name" maxLength:"40"`
	Body struct {
		Passed bool   `json:"passed"`
		Say    string `json:"say,omitempty" maxLength:"10000" doc:"Why, as the applicant reads it; needed when it has not passed."`
	}
}

func (s *Service) postProof(_ context.Context, by act.Actor, in *proofApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) {
		return s.Settle(ctx, tx, by, in.ID, in.Name, in.Body.Passed, in.Body.Say)
	})
}

func (s *Service) postRelease(_ context.Context, by act.Actor, in *idApplicationInput) (rest.Change[ApplicationCase], error) {
	return s.changed(by, in.ID, func(ctx context.Context, tx db.Tx) (*Application, error) { return s.Release(ctx, tx, by, in.ID, 0) })
}
