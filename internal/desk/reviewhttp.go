package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// reviewView adds to a waiting reply who may let it go, and what its reader should know.
func (s *Service) reviewView(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, w Wait, v *WaitView) error {
	for _, r := range s.config().Reviews {
		if r.ID == w.ReviewID {
			v.Review = &r.Named
		}
	}
	var err error
	if v.Reads, err = s.mayApprove(ctx, tx, by, w); err != nil {
		return err
	}
	if f := fault.As(s.undisturbed(ctx, tx, t, w)); f != nil {
		v.Since = f.Message
	}
	return nil
}

type approveReplyInput struct {
	IDPath
	Send int64 `path:"send" minimum:"1"`
	Body struct {
		Text *string `json:"text,omitempty" doc:"Other words in Markdown; the author's when left out."`
	}
}

func (s *Service) postApprove(_ context.Context, by act.Actor, in *approveReplyInput) (rest.Change[CommentResult], error) {
	return func(ctx context.Context, tx db.Tx) (CommentResult, error) {
		t, c, err := s.Approve(ctx, tx, by, in.ID, in.Send, in.Body.Text)
		if err != nil {
			return CommentResult{}, err
		}
		return s.commented(ctx, tx, by, in.ID, t, c)
	}, nil
}

type returnReplyInput struct {
	IDPath
	Send int64 `path:"send" minimum:"1"`
	Body struct {
		Remark string `json:"remark" doc:"What should be different, for its author."`
	}
}

func (s *Service) postReturn(_ context.Context, by act.Actor, in *returnReplyInput) (rest.Change[rest.List[WaitView]], error) {
	return func(ctx context.Context, tx db.Tx) (rest.List[WaitView], error) {
		if err := s.Return(ctx, tx, by, in.ID, in.Send, in.Body.Remark); err != nil {
			return rest.List[WaitView]{}, err
		}
		return s.getWaits(ctx, tx, by, &IDPath{in.ID})
	}, nil
}
