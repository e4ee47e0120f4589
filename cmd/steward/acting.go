package main

import (
	"context"

	"steward/internal/act"
	"steward/internal/app"
)

// acting is the flag of commands whose author matters.
type acting struct {
	As string `help:"Who acts: where their API token is, env:NAME or file:PATH. Without it the system does." placeholder:"REF" env:"STEWARD_AS"`
}

// begin opens the instance for whoever acts. The caller closes its database.
func (c acting) begin(ctx context.Context, where instance) (*app.App, act.Actor, error) {
	a, err := where.open(ctx)
	if err != nil {
		return nil, act.Actor{}, err
	}
	by, err := c.actor(ctx, a)
	if err != nil {
		a.DB.Close()
		return nil, act.Actor{}, err
	}
	return a, by, nil
}

// actor is the person whose token was given, or the system.
func (c acting) actor(ctx context.Context, a *app.App) (act.Actor, error) {
	if c.As == "" {
		return a.Root(), nil
	}
	token, err := app.Secret(c.As)
	if err != nil {
		return act.Actor{}, err
	}
	return a.Auth.ByToken(ctx, token)
}
