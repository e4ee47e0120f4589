package api

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/rest"
)

func (s *Server) requestRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/configuration/requests", "List change requests, newest first"), s.getRequests)
	rest.Read(a, rest.GET("/configuration/requests/{id}", "Get a change request"), s.getRequest)
	rest.Do(a, rest.PUT("/configuration/requests/{id}", "Edit a change request; approvals are dropped"), s.putRequest)
	rest.Do(a, rest.POST("/configuration/requests/{id}/replan", "Plan a change request again; approvals are dropped").Status(http.StatusOK), s.postReplan)
	rest.Do(a, rest.POST("/configuration/requests/{id}/approve", "Approve a change request").Status(http.StatusOK), s.postApprove)
	rest.Read(a, rest.GET("/configuration/requests/{id}/remarks", "List what was said about a change request"), s.getRemarks)
	rest.Write(a, rest.POST("/configuration/requests/{id}/remarks", "Say something about a change request"), s.postRemark)
	rest.Do(a, rest.POST("/configuration/requests/{id}/reject", "Reject a change request, or withdraw one's own").Status(http.StatusOK), s.postReject)
	rest.Do(a, rest.POST("/configuration/requests/{id}/apply", "Apply an approved change request").Status(http.StatusOK), s.postApplyRequest)
}

// ChangeRequest is a change that waits for approval, or did.
type ChangeRequest struct {
	ID             int64                       `json:"id"`
	State          blueprint.RequestState      `json:"state" enum:"open,approved,applied,rejected,withdrawn"`
	Revision       int                         `json:"revision" doc:"Grows with every edit; approvals hold for one."`
	Author         *desk.PersonRef             `json:"author"`
	Authors        []desk.PersonRef            `json:"authors" nullable:"false" doc:"Everybody who edited it; none of them may approve."`
	OpenedAt       time.Time                   `json:"opened_at"`
	EditedAt       time.Time                   `json:"edited_at"`
	Message        string                      `json:"message"`
	Source         string                      `json:"source"`
	Prune          bool                        `json:"prune"`
	RollsBack      *int64                      `json:"rolls_back"`
	BaseGeneration int64                       `json:"base_generation"`
	Stale          bool                        `json:"stale" doc:"The configuration changed since it was planned: it must be planned again."`
	Counts         blueprint.Counts            `json:"counts"`
	Requirements   []blueprint.Requirement     `json:"requirements" nullable:"false" doc:"What the policies in force ask; none once closed."`
	Missing        []string                    `json:"missing" nullable:"false" doc:"What is still to be approved, in words."`
	Approvals      []ChangeApproval            `json:"approvals" nullable:"false"`
	NotBefore      *time.Time                  `json:"not_before" doc:"When it may be applied; null for at once."`
	HeldBy         string                      `json:"held_by" doc:"What holds it until then."`
	MayApprove     bool                        `json:"may_approve" doc:"Whether you may approve or reject it."`
	Change         *int64                      `json:"change" doc:"The change it became."`
	ClosedBy       *desk.PersonRef             `json:"closed_by"`
	ClosedAt       *time.Time                  `json:"closed_at"`
	Reason         string                      `json:"reason"`
	Changes        []blueprint.BlueprintChange `json:"changes,omitempty"`
	Documents      []blueprint.File            `json:"documents,omitempty"`
}

// ChangeApproval is one person's approval.
type ChangeApproval struct {
	By       desk.PersonRef `json:"by"`
	At       time.Time      `json:"at"`
	Policies []string       `json:"policies" nullable:"false"`
}

// requests shows change requests to somebody; whole ones with texts.
func (s *Server) requests(ctx context.Context, tx db.Tx, by act.Actor, list []blueprint.Request, whole bool) ([]ChangeRequest, error) {
	var ids []int64
	for _, r := range list {
		ids = append(append(ids, r.AuthorID, r.ClosedByID), r.Authors...)
		for _, a := range r.Approvals {
			ids = append(ids, a.PersonID)
		}
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	person := func(id int64) desk.PersonRef { return desk.PersonRef{ID: id, Name: people[id].Name} }
	out := []ChangeRequest{}
	for _, r := range list {
		author := person(r.AuthorID)
		v := ChangeRequest{ID: r.ID, State: r.State, Revision: r.Revision, Author: &author, Authors: []desk.PersonRef{}, OpenedAt: r.Opened, EditedAt: r.Edited,
			Message: r.Message, Source: r.Source, Prune: r.Prune, RollsBack: rest.ID(r.RollsBack), BaseGeneration: r.BaseGeneration, Stale: r.Stale, Counts: r.Counts,
			Requirements: append([]blueprint.Requirement{}, r.Requirements...), Missing: []string{}, Approvals: []ChangeApproval{}, NotBefore: rest.Time(r.NotBefore),
			HeldBy: r.HeldBy, MayApprove: r.MayApprove(by), Change: rest.ID(r.Change), ClosedAt: rest.Time(r.ClosedAt), Reason: r.Reason}
		for _, id := range r.Authors {
			v.Authors = append(v.Authors, person(id))
		}
		for _, q := range r.Missing() {
			v.Missing = append(v.Missing, q.Words())
		}
		for _, a := range r.Approvals {
			v.Approvals = append(v.Approvals, ChangeApproval{person(a.PersonID), a.At, a.Policies})
		}
		if r.ClosedByID != 0 {
			p := person(r.ClosedByID)
			v.ClosedBy = &p
		}
		if whole {
			v.Changes, v.Documents = r.Changes, r.Files
		}
		out = append(out, v)
	}
	return out, err
}

type requestsQuery struct {
	rest.Paging
	State string `query:"state" enum:"open,approved,applied,rejected,withdrawn"`
}

func (s *Server) getRequests(ctx context.Context, tx db.Tx, by act.Actor, in *requestsQuery) (rest.List[ChangeRequest], error) {
	list, next, err := s.Blueprint.Requests(ctx, tx, by, blueprint.RequestState(in.State), in.Page())
	if err != nil {
		return rest.List[ChangeRequest]{}, err
	}
	items, err := s.requests(ctx, tx, by, list, false)
	return rest.NewList(items, next), err
}

func (s *Server) getRequest(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (ChangeRequest, error) {
	r, err := s.Blueprint.Request(ctx, tx, by, in.ID)
	if err != nil {
		return ChangeRequest{}, err
	}
	items, err := s.requests(ctx, tx, by, []blueprint.Request{r}, true)
	return items[0], err
}

type putRequestInput struct {
	desk.IDPath
	Body struct {
		DocumentsInput
		Message string `json:"message,omitempty" maxLength:"2000"`
		Source  string `json:"source,omitempty" enum:"screen,folder"`
	}
}

func (s *Server) putRequest(ctx context.Context, by act.Actor, in *putRequestInput) (AppliedResult, error) {
	a := in.Body.parse()
	a.Message, a.Request = in.Body.Message, in.ID
	if in.Body.Source == "folder" {
		a.Source = "folder"
	}
	return s.configure(ctx, func(ctx context.Context, tx db.Tx) (blueprint.Outcome, error) {
		return s.Blueprint.Propose(ctx, tx, by, a)
	})
}

func (s *Server) postReplan(ctx context.Context, by act.Actor, in *desk.IDPath) (AppliedResult, error) {
	return s.configure(ctx, func(ctx context.Context, tx db.Tx) (blueprint.Outcome, error) {
		return s.Blueprint.Replan(ctx, tx, by, in.ID, "")
	})
}

type approveInput struct {
	desk.IDPath
	Body struct {
		Revision int `json:"revision" minimum:"1" doc:"The revision you looked at; another one conflicts."`
	}
}

func (s *Server) postApprove(ctx context.Context, by act.Actor, in *approveInput) (ChangeRequest, error) {
	return s.judge(ctx, by, func(ctx context.Context, tx db.Tx) (blueprint.Request, error) {
		return s.Blueprint.Approve(ctx, tx, by, in.ID, in.Body.Revision)
	})
}

type rejectInput struct {
	desk.IDPath
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Why; an author who withdraws may leave it out."`
	}
}

func (s *Server) postReject(ctx context.Context, by act.Actor, in *rejectInput) (ChangeRequest, error) {
	return s.judge(ctx, by, func(ctx context.Context, tx db.Tx) (blueprint.Request, error) {
		return s.Blueprint.Reject(ctx, tx, by, in.ID, in.Body.Reason)
	})
}

func (s *Server) postApplyRequest(ctx context.Context, by act.Actor, in *desk.IDPath) (ChangeRequest, error) {
	return s.judge(ctx, by, func(ctx context.Context, tx db.Tx) (blueprint.Request, error) {
		if _, err := s.Blueprint.ApplyRequest(ctx, tx, by, in.ID); err != nil {
			return blueprint.Request{}, err
		}
		return s.Blueprint.Request(ctx, tx, act.Root(), in.ID)
	})
}

// judge moves a request on and takes what it applied into force here.
func (s *Server) judge(ctx context.Context, by act.Actor, do func(ctx context.Context, tx db.Tx) (blueprint.Request, error)) (out ChangeRequest, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := do(ctx, tx)
		if err != nil {
			return err
		}
		items, err := s.requests(ctx, tx, by, []blueprint.Request{r}, true)
		out = items[0]
		return err
	})
	if err != nil {
		return out, err
	}
	return out, s.afterChange(ctx)
}
