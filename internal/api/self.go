package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

// SessionView is a browser in which you are signed in.
type SessionView struct {
	ID        string    `json:"id"`
	Device    string    `json:"device" doc:"What the browser says it is."`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at" doc:"When it was last used, to within five minutes."`
	ExpiresAt time.Time `json:"expires_at" doc:"When it ends unless it is used before."`
	Current   bool      `json:"current"`
	Portal    bool      `json:"portal" doc:"Whether it is one of the public pages, which opens nothing of the workspace."`
}

func (s *Server) selfRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/sessions", "List where you are signed in"), s.getSessions)
	rest.Write(a, rest.DELETE("/sessions/{id}", "Sign out in one browser"), s.endSession)
	rest.Write(a, rest.PATCH("/me/choices", "Change what you chose for yourself"), s.patchChoices)
}

func (s *Server) getSessions(ctx context.Context, tx db.Tx, by act.Actor, in *struct {
	Session string `cookie:"steward_session"`
}) (rest.List[SessionView], error) {
	list, err := s.Auth.Sessions(ctx, tx, by, in.Session)
	items := make([]SessionView, len(list))
	for i, n := range list {
		items[i] = SessionView{n.ID, n.Device, n.Created, n.Seen, n.Expires, n.Current, n.Portal}
	}
	return rest.NewList(items, ""), err
}

func (s *Server) endSession(_ context.Context, by act.Actor, in *struct {
	ID string `path:"id" maxLength:"16"`
}) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Auth.EndSession(ctx, tx, by, in.ID)
	}, nil
}

// ChoicesView is what somebody chose for themselves.
type ChoicesView struct {
	Choices map[string]string `json:"choices" maxProperties:"20" doc:"Values by name: theme, density, singles, layout, writing, marks, zone, language, notify, notify_mail, signature; empty takes one back."`
}

type patchChoicesInput struct {
	Body ChoicesView
}

func (s *Server) patchChoices(_ context.Context, by act.Actor, in *patchChoicesInput) (rest.Change[ChoicesView], error) {
	return func(ctx context.Context, tx db.Tx) (ChoicesView, error) {
		all, err := s.Auth.Choose(ctx, tx, by, in.Body.Choices)
		return ChoicesView{all}, err
	}, nil
}
