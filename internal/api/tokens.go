package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/rest"
)

// Token is an API token without its secret.
type Token struct {
	ID        int64      `json:"id"`
	Name      string     `json:"name"`
	Scopes    []string   `json:"scopes" nullable:"false"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at"`
	UsedAt    *time.Time `json:"used_at"`
	Rate      *int       `json:"rate" doc:"Requests a minute it may make; null for any number."`
	Secret    string     `json:"token,omitempty" doc:"Shown once, when the token is made."`
}

func tokenView(t auth.Token) Token {
	v := Token{ID: t.ID, Name: t.Name, Scopes: t.Scopes, CreatedAt: t.Created, ExpiresAt: rest.Time(t.Expires), UsedAt: rest.Time(t.Used)}
	if t.Rate > 0 {
		v.Rate = &t.Rate
	}
	return v
}

func (s *Server) tokenRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/tokens", "List your API tokens"), s.getTokens)
	rest.Do(a, rest.POST("/tokens", "Make an API token"), s.postToken)
	rest.Write(a, rest.DELETE("/tokens/{id}", "Revoke an API token"), s.deleteToken)
}

func (s *Server) getTokens(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[Token], error) {
	list, err := s.Auth.Tokens(ctx, tx, by)
	items := make([]Token, len(list))
	for i, t := range list {
		items[i] = tokenView(t)
	}
	return rest.NewList(items, ""), err
}

type postTokenInput struct {
	Body struct {
		Name      string     `json:"name" example:"Data warehouse"`
		Scopes    []string   `json:"scopes" example:"[\"ticket.read\"]"`
		ExpiresAt *time.Time `json:"expires_at,omitempty"`
		Rate      int        `json:"rate,omitempty" minimum:"1" maximum:"100000" doc:"Requests a minute it may make; any number when left out."`
	}
}

// postToken keeps no answer for repeated requests: it would keep the secret too.
func (s *Server) postToken(ctx context.Context, by act.Actor, in *postTokenInput) (out Token, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var expires time.Time
		if in.Body.ExpiresAt != nil {
			expires = *in.Body.ExpiresAt
		}
		t, secret, err := s.Auth.NewLimitedToken(ctx, tx, by, in.Body.Name, in.Body.Scopes, expires, in.Body.Rate)
		out = tokenView(t)
		out.Secret = secret
		return err
	})
	return out, err
}

func (s *Server) deleteToken(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Auth.RevokeToken(ctx, tx, by, in.ID)
	}, nil
}
