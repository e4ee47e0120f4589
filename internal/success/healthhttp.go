package success

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/rest"
)

// healthRoutes registers the routes of health.
func (s *Service) healthRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/accounts/{id}/health", "Get how healthy an account is and why"), s.getHealth)
	rest.Read(a, rest.GET("/accounts/{id}/health/history", "List the changes of an account's health"), s.getHealthHistory)
	rest.Read(a, rest.GET("/accounts/{id}/health/trend", "Get an account's health day by day"), s.getTrend)
	rest.Read(a, rest.GET("/accounts/{id}/health/explain", "Explain how a score changed between two moments"), s.getExplain)
	rest.Write(a, rest.POST("/accounts/{id}/health/preview", "Score an account by a proposed scorecard").Status(http.StatusOK), s.postPreview)
	rest.Read(a, rest.GET("/scorecards/run", "Get how far the scoring of every account is"), s.getRun)
	rest.Write(a, rest.POST("/scorecards/run", "Score every account anew").Status(http.StatusAccepted), s.postRun)
}

type healthInput struct {
	Path
	At   time.Time `query:"at" doc:"As known at this time; now when left out."`
	Anew bool      `query:"anew" doc:"As of at, from everything that is known now and by the scorecards in force now."`
}

func (s *Service) getHealth(ctx context.Context, tx db.Tx, by act.Actor, in *healthInput) (HealthView, error) {
	r, err := s.Healthy(ctx, tx, by, in.ID, Asked{in.At, in.Anew})
	if err != nil {
		return HealthView{}, err
	}
	return s.healthView(ctx, tx, r, in.At.IsZero())
}

type healthHistoryInput struct {
	rest.Paging
	Path
}

func (s *Service) getHealthHistory(ctx context.Context, tx db.Tx, by act.Actor, in *healthHistoryInput) (out rest.List[HealthPoint], err error) {
	list, next, err := s.History(ctx, tx, by, in.ID, in.Page())
	if err != nil {
		return out, err
	}
	items, err := s.healthPoints(ctx, tx, list)
	return rest.NewList(items, next), err
}

func (s *Service) healthPoints(ctx context.Context, tx db.Tx, list []Health) ([]HealthPoint, error) {
	items := []HealthPoint{}
	for _, h := range list {
		p, err := s.healthPoint(ctx, tx, h)
		if err != nil {
			return nil, err
		}
		items = append(items, p)
	}
	return items, nil
}

type trendInput struct {
	Path
	From time.Time `query:"from" doc:"A year before to when left out."`
	To   time.Time `query:"to" doc:"Now when left out."`
}

func (s *Service) getTrend(ctx context.Context, tx db.Tx, by act.Actor, in *trendInput) (out rest.List[HealthPoint], err error) {
	if in.To.IsZero() {
		in.To = by.Now()
	}
	if in.From.IsZero() {
		in.From = in.To.AddDate(-1, 0, 0)
	}
	list, err := s.Trend(ctx, tx, by, in.ID, in.From, in.To)
	if err != nil {
		return out, err
	}
	items, err := s.healthPoints(ctx, tx, list)
	return rest.NewList(items, ""), err
}

type explainInput struct {
	Path
	From time.Time `query:"from" required:"true"`
	To   time.Time `query:"to" doc:"Now when left out."`
	Anew bool      `query:"anew" doc:"Both moments from everything that is known now and by the scorecards in force now."`
}

func (s *Service) getExplain(ctx context.Context, tx db.Tx, by act.Actor, in *explainInput) (ChangeView, error) {
	c, err := s.ExplainHealth(ctx, tx, by, in.ID, Asked{in.From, in.Anew}, Asked{in.To, in.Anew})
	if err != nil {
		return ChangeView{}, err
	}
	return s.changeView(ctx, tx, c)
}

type previewInput struct {
	Path
	Body struct {
		Text string `json:"text" maxLength:"262144" doc:"The proposed blueprint or blueprints, as YAML."`
	}
}

// PreviewView is an account's health now and as it would be.
type PreviewView struct {
	Now      HealthView          `json:"now"`
	Proposed HealthView          `json:"proposed"`
	Findings []blueprint.Finding `json:"findings" nullable:"false"`
}

func (s *Service) postPreview(_ context.Context, by act.Actor, in *previewInput) (rest.Change[PreviewView], error) {
	return func(ctx context.Context, tx db.Tx) (v PreviewView, err error) {
		now, then, findings, err := s.Preview(ctx, tx, by, in.ID, in.Body.Text)
		if err != nil {
			return v, err
		}
		v.Findings = append([]blueprint.Finding{}, findings...)
		if v.Now, err = s.healthView(ctx, tx, now, true); err != nil {
			return v, err
		}
		v.Proposed, err = s.healthView(ctx, tx, then, false)
		return v, err
	}, nil
}

// RunView is how far the scoring of every account is.
type RunView struct {
	Done  int64      `json:"done"`
	Total int64      `json:"total"`
	Begun *time.Time `json:"begun" doc:"Null when there was none."`
	Ended *time.Time `json:"ended" doc:"Null while it runs."`
}

func runView(r Run) RunView {
	return RunView{r.Done, r.Total, rest.Time(r.Begun), rest.Time(r.Ended)}
}

func (s *Service) getRun(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (RunView, error) {
	r, err := s.LastRun(ctx, tx, by)
	return runView(r), err
}

func (s *Service) postRun(_ context.Context, by act.Actor, _ *struct{}) (rest.Change[RunView], error) {
	return func(ctx context.Context, tx db.Tx) (RunView, error) {
		r, err := s.Rescore(ctx, tx, by)
		return runView(r), err
	}, nil
}
