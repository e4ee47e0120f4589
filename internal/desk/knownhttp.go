package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// KnownView is a known issue as clients see it.
type KnownView struct {
	ID         int64       `json:"id"`
	Title      string      `json:"title"`
	Symptom    string      `json:"symptom" doc:"Markdown."`
	Workaround string      `json:"workaround" doc:"Markdown; inserted into answers."`
	Affected   []string    `json:"affected" nullable:"false" doc:"Versions."`
	State      KnownState  `json:"state" enum:"open,fixed,wont_fix"`
	FixedIn    string      `json:"fixed_in"`
	Tickets    int64       `json:"tickets" doc:"Tickets it was attached to."`
	Issues     []IssueView `json:"issues" nullable:"false"`
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
	Version    int64       `json:"version"`
	CanEdit    bool        `json:"can_edit"`
}

func (s *Service) knownViews(ctx context.Context, tx db.Tx, by act.Actor, list []KnownIssue) ([]KnownView, error) {
	var ids []int64
	for _, k := range list {
		ids = append(ids, k.IssueIDs...)
	}
	issues, err := s.trackers.Some(ctx, tx, ids)
	views := make([]KnownView, len(list))
	for i, k := range list {
		views[i] = KnownView{ID: k.ID, Title: k.Title, Symptom: k.Symptom, Workaround: k.Workaround, Affected: k.Affected, State: k.State, FixedIn: k.FixedIn, Tickets: k.Tickets,
			Issues: []IssueView{}, CreatedAt: k.Created, UpdatedAt: k.Updated, Version: k.Version, CanEdit: by.May("write", "known_issue")}
		for _, id := range k.IssueIDs {
			if issue, ok := issues[id]; ok {
				views[i].Issues = append(views[i].Issues, s.newIssueView(issue, true))
			}
		}
	}
	return views, err
}

func (s *Service) knownView(ctx context.Context, tx db.Tx, by act.Actor, k KnownIssue) (KnownView, error) {
	views, err := s.knownViews(ctx, tx, by, []KnownIssue{k})
	if err != nil {
		return KnownView{}, err
	}
	return views[0], nil
}

type knownsInput struct {
	rest.Paging
	State KnownState `query:"state" enum:"open,fixed,wont_fix," doc:"open, fixed or wont_fix."`
}

func (s *Service) getKnowns(ctx context.Context, tx db.Tx, by act.Actor, in *knownsInput) (rest.List[KnownView], error) {
	list, next, err := s.Knowns(ctx, tx, by, in.State, in.Page())
	if err != nil {
		return rest.List[KnownView]{}, err
	}
	views, err := s.knownViews(ctx, tx, by, list)
	return rest.NewList(views, next), err
}

func (s *Service) getKnown(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (KnownView, error) {
	k, err := s.Known(ctx, tx, by, in.ID)
	if err != nil {
		return KnownView{}, err
	}
	return s.knownView(ctx, tx, by, k)
}

// KnownBody is what is said about a known issue; what is left out stays.
type KnownBody struct {
	Title      *string     `json:"title,omitempty" maxLength:"1000"`
	Symptom    *string     `json:"symptom,omitempty" doc:"Markdown."`
	Workaround *string     `json:"workaround,omitempty" doc:"Markdown."`
	Affected   *[]string   `json:"affected,omitempty" doc:"Versions."`
	State      *KnownState `json:"state,omitempty" enum:"open,fixed,wont_fix"`
	FixedIn    *string     `json:"fixed_in,omitempty" doc:"A version; for the state fixed."`
}

func (b KnownBody) input(version int64) KnownInput {
	return KnownInput{Version: version, Title: b.Title, Symptom: b.Symptom, Workaround: b.Workaround, Affected: b.Affected, State: b.State, FixedIn: b.FixedIn}
}

func (s *Service) postKnown(_ context.Context, by act.Actor, in *struct{ Body KnownBody }) (rest.Change[KnownView], error) {
	return func(ctx context.Context, tx db.Tx) (KnownView, error) {
		k, err := s.CreateKnown(ctx, tx, by, in.Body.input(0))
		if err != nil {
			return KnownView{}, err
		}
		return s.knownView(ctx, tx, by, k)
	}, nil
}

type patchKnownInput struct {
	IDPath
	Body struct {
		Version int64 `json:"version" minimum:"1" doc:"The version you saw; a newer one conflicts."`
		KnownBody
	}
}

func (s *Service) patchKnown(_ context.Context, by act.Actor, in *patchKnownInput) (rest.Change[KnownView], error) {
	return func(ctx context.Context, tx db.Tx) (KnownView, error) {
		k, err := s.UpdateKnown(ctx, tx, by, in.ID, in.Body.input(in.Body.Version))
		if f := fault.As(err); f != nil && f.Code == fault.Conflict {
			if now, ok := f.Current.(KnownIssue); ok {
				if f.Current, err = s.knownView(ctx, tx, by, now); err != nil {
					return KnownView{}, err
				}
			}
			return KnownView{}, f
		}
		if err != nil {
			return KnownView{}, err
		}
		return s.knownView(ctx, tx, by, k)
	}, nil
}

type postKnownIssueInput struct {
	IDPath
	Body struct {
		Reference string `json:"reference" maxLength:"500" doc:"Address or short form of an issue or merge request."`
	}
}

func (s *Service) postKnownIssue(ctx context.Context, by act.Actor, in *postKnownIssueInput) (rest.Change[KnownView], error) {
	r, read, err := s.lookUp(ctx, in.Body.Reference, func(ctx context.Context, tx db.Tx) error {
		if err := by.Require("write", "known_issue"); err != nil {
			return err
		}
		_, err := s.known(ctx, tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx db.Tx) (KnownView, error) {
		k, err := s.LinkKnown(ctx, tx, by, in.ID, r, read)
		if err != nil {
			return KnownView{}, err
		}
		return s.knownView(ctx, tx, by, k)
	}, nil
}

func (s *Service) deleteKnownIssue(_ context.Context, by act.Actor, in *LinkPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.UnlinkKnown(ctx, tx, by, in.ID, in.Issue)
	}, nil
}

type ticketKnownPath struct {
	IDPath
	Known int64 `path:"known" minimum:"1"`
}

func (s *Service) putTicketKnown(_ context.Context, by act.Actor, in *ticketKnownPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.AttachKnown(ctx, tx, by, in.ID, in.Known, true)
	}, nil
}

func (s *Service) deleteTicketKnown(_ context.Context, by act.Actor, in *ticketKnownPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.AttachKnown(ctx, tx, by, in.ID, in.Known, false)
	}, nil
}
