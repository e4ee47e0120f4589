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
