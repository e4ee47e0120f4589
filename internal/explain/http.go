package explain

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// Routes registers the routes of explanations.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/events/{id}/why", "Explain an event"), s.getEvent)
	rest.Read(a, rest.GET("/access/why", "Explain whether somebody may do something"), s.getAccess)
}

type eventPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Service) getEvent(ctx context.Context, tx db.Tx, by act.Actor, in *eventPath) (Why, error) {
	return s.Event(ctx, tx, by, in.ID)
}

type accessInput struct {
	PersonID int64  `query:"person_id" minimum:"0" doc:"Whose right; your own when left out."`
	Action   string `query:"action" required:"true" maxLength:"50" doc:"Such as read, write or edit."`
	Kind     string `query:"kind" required:"true" maxLength:"50" doc:"Such as ticket or person."`
	ID       int64  `query:"id" minimum:"0" doc:"One record; any of the kind when left out."`
}

func (s *Service) getAccess(ctx context.Context, tx db.Tx, by act.Actor, in *accessInput) (Why, error) {
	return s.Access(ctx, tx, by, Question{in.PersonID, in.Action, in.Kind, in.ID})
}
