package tracker

import (
	"context"
	"database/sql"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// Routes registers the routes of trackers.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/trackers", "List trackers and how they do"), s.getTrackers)
}

// TrackerView is a tracker with how it does.
type TrackerView struct {
	Name       string     `json:"name"`
	Title      string     `json:"title"`
	Software   string     `json:"software" enum:"gitlab,github"`
	URL        string     `json:"url"`
	Projects   []string   `json:"projects" nullable:"false"`
	State      string     `json:"state" enum:"off,unasked,ok,failing,waiting" doc:"off: disabled in its text. unasked: nothing was asked of it yet. waiting: it asked for patience."`
	AnsweredAt *time.Time `json:"answered_at"`
	FailedAt   *time.Time `json:"failed_at"`
	Error      string     `json:"error" doc:"What was wrong when it failed last; empty once it answers."`
	Until      *time.Time `json:"until" doc:"When it may be asked again, for waiting."`
	HookPath   string     `json:"hook_path" doc:"Where its webhooks go, below the address of the instance."`
	HookAt     *time.Time `json:"hook_at" doc:"When its newest webhook came."`
}

func (s *Service) getTrackers(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[TrackerView], error) {
	if err := by.Require("read", "issue"); err != nil {
		return rest.List[TrackerView]{}, err
	}
	items := []TrackerView{}
	for _, w := range s.Trackers() {
		v := TrackerView{Name: w.Name, Title: w.Title, Software: w.Spec.Software, URL: w.Spec.URL, Projects: w.Spec.Projects, State: "unasked", HookPath: "/hooks/trackers/" + w.Name}
		var answered, failed, hook sql.NullInt64
		err := tx.QueryRow(ctx, `SELECT s.answered_at, s.failed_at, COALESCE(s.error, ''), (SELECT max(d.received) FROM tracker_delivery d WHERE d.tracker_id = $1)
			FROM (SELECT 1 AS one) AS x LEFT JOIN tracker_state s ON s.tracker_id = $1`, w.ID).Scan(&answered, &failed, &v.Error, &hook)
		if err != nil {
			return rest.List[TrackerView]{}, err
		}
		v.AnsweredAt, v.FailedAt, v.HookAt = rest.Time(db.NullTime(answered)), rest.Time(db.NullTime(failed)), rest.Time(db.NullTime(hook))
		until := s.client.paused(w.ID)
		switch {
		case w.Spec.Disabled:
			v.State = "off"
		case !until.IsZero():
			v.State, v.Until = "waiting", &until
		case v.Error != "":
			v.State = "failing"
		case answered.Valid:
			v.State = "ok"
		}
		items = append(items, v)
	}
	return rest.NewList(items, ""), nil
}
