package setup

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/rest"
)

// Routes adds the routes of the first run and of invitations.
func (s *Service) Routes(a *rest.API) {
	rest.Read(a, rest.GET("/first-run", "Say whether there is an instance yet").Public(), s.getNeeded)
	rest.Do(a, rest.POST("/first-run", "Make the instance and its first administrator").Public().Status(http.StatusNoContent), s.postStart)
	rest.Read(a, rest.GET("/first-run/progress", "Say how far the first run came"), s.getProgress)
	rest.Write(a, rest.PUT("/first-run/steps/{step}", "Leave a step of the first run out, or go back to it"), s.putStep)
	rest.Do(a, rest.POST("/first-run/try", "Try the servers of a mailbox").Status(http.StatusOK), s.postTry)
	rest.Write(a, rest.POST("/first-run/test-mail", "Send a test mail from a mailbox to itself").Status(http.StatusOK), s.postTest)
	rest.Read(a, rest.GET("/invitations", "List invitations of colleagues"), s.getInvitations)
	rest.Write(a, rest.POST("/invitations", "Invite a colleague by mail"), s.postInvitation)
	rest.Write(a, rest.POST("/invitations/{id}/resend", "Send an invitation again, with a new link").Status(http.StatusOK), s.postResend)
	rest.Write(a, rest.DELETE("/invitations/{id}", "Revoke an invitation"), s.deleteInvitation)
	rest.Read(a, rest.GET("/invitation", "Say whom a link of an invitation is for").Public(), s.getInvitation)
	rest.Do(a, rest.POST("/invitation", "Take an invitation: choose a password and be signed in").Public().Status(http.StatusNoContent), s.postTaken)
}

// NeededView says whether the first administrator is still to be made.
type NeededView struct {
	Needed bool `json:"needed"`
}

func (s *Service) getNeeded(ctx context.Context, tx db.Tx, _ act.Actor, _ *struct{}) (NeededView, error) {
	needed, err := s.Needed(ctx, tx)
	return NeededView{needed}, err
}

type startInput struct {
	UserAgent string `header:"User-Agent"`
	Body      First
}

func (s *Service) postStart(ctx context.Context, _ act.Actor, in *startInput) (rest.None, error) {
	secret, err := s.Start(ctx, in.Body, rest.From(ctx).Remote, in.UserAgent)
	if err == nil {
		rest.SetCookie(ctx, s.Cookie(secret))
	}
	return rest.None{}, err
}

func (s *Service) getProgress(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (Progress, error) {
	return s.Progress(ctx, tx, by)
}

type stepInput struct {
	Step string `path:"step" maxLength:"40"`
	Body struct {
		Skip bool `json:"skip"`
	}
}

func (s *Service) putStep(_ context.Context, by act.Actor, in *stepInput) (rest.Change[Progress], error) {
	return func(ctx context.Context, tx db.Tx) (Progress, error) {
		return s.Skip(ctx, tx, by, in.Step, in.Body.Skip)
	}, nil
}

func (s *Service) postTry(ctx context.Context, by act.Actor, in *struct{ Body Trial }) (TriedBoth, error) {
	return s.Try(ctx, by, in.Body)
}

type testInput struct {
	Body struct {
		Mailbox string `json:"mailbox" maxLength:"100" doc:"A mailbox's name."`
	}
}

func (s *Service) postTest(_ context.Context, by act.Actor, in *testInput) (rest.Change[Progress], error) {
	return func(ctx context.Context, tx db.Tx) (Progress, error) {
		return s.SendTest(ctx, tx, by, in.Body.Mailbox)
	}, nil
}

func (s *Service) getInvitations(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[Invitation], error) {
	list, err := s.Invitations(ctx, tx, by)
	return rest.NewList(list, ""), err
}

func (s *Service) postInvitation(_ context.Context, by act.Actor, in *struct{ Body NewInvitation }) (rest.Change[Invitation], error) {
	return func(ctx context.Context, tx db.Tx) (Invitation, error) {
		return s.Invite(ctx, tx, by, in.Body)
	}, nil
}

type invitationPath struct {
	ID int64 `path:"id"`
}

func (s *Service) postResend(_ context.Context, by act.Actor, in *invitationPath) (rest.Change[Invitation], error) {
	return func(ctx context.Context, tx db.Tx) (Invitation, error) {
		return s.Resend(ctx, tx, by, in.ID)
	}, nil
}

func (s *Service) deleteInvitation(_ context.Context, by act.Actor, in *invitationPath) (rest.Change[rest.None], error) {
	return func(ctx context.Context, tx db.Tx) (rest.None, error) {
		return rest.None{}, s.Auth.RevokeInvitation(ctx, tx, by, in.ID)
	}, nil
}

// Invited is whom an invitation is for, as its link shows it.
type Invited struct {
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	InvitedBy string    `json:"invited_by"`
	Workspace string    `json:"workspace"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (s *Service) getInvitation(ctx context.Context, tx db.Tx, _ act.Actor, in *struct {
	Token string `query:"token" maxLength:"300"`
}) (Invited, error) {
	i, err := s.Auth.Invitee(ctx, tx, s.Signer, in.Token)
	if err != nil {
		return Invited{}, err
	}
	people, err := s.Directory.Names(ctx, tx, []int64{i.PersonID, i.ByID})
	p := people[i.PersonID]
	return Invited{p.Name, p.Email, people[i.ByID].Name, s.Title, i.Expires}, err
}

type takenInput struct {
	UserAgent string `header:"User-Agent"`
	Body      struct {
		Token    string `json:"token" maxLength:"300"`
		Name     string `json:"name,omitempty" maxLength:"1000" doc:"How they are called; left out, it stays."`
		Password string `json:"password" maxLength:"1000"`
	}
}

func (s *Service) postTaken(ctx context.Context, _ act.Actor, in *takenInput) (rest.None, error) {
	err := s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error { // before a password is hashed for nothing
		_, err := s.Auth.Invitee(ctx, tx, s.Signer, in.Body.Token)
		return err
	})
	if err != nil {
		return rest.None{}, err
	}
	hash, err := auth.HashPassword(ctx, in.Body.Password)
	if err != nil {
		return rest.None{}, err
	}
	var secret string
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		secret, err = s.take(ctx, tx, in.Body.Token, in.Body.Name, hash, in.UserAgent)
		return err
	})
	if err == nil {
		rest.SetCookie(ctx, s.Cookie(secret))
	}
	return rest.None{}, err
}

// take signs an invited person in and writes how they are called.
func (s *Service) take(ctx context.Context, tx db.Tx, token, name, hash, device string) (string, error) {
	secret, id, err := s.Auth.TakeInvitation(ctx, tx, s.Signer, token, hash, device)
	if err != nil || name == "" {
		return secret, err
	}
	self := act.Actor{Kind: act.Person, PersonID: id, Clock: s.Clock, Grants: []act.Grant{{Action: "*", Kind: "person", Scope: act.Own}}}
	p, err := s.Directory.Get(ctx, tx, self, id)
	if err != nil || p.Name == name {
		return secret, err
	}
	_, err = s.Directory.Update(ctx, tx, self, id, directory.Change{Version: p.Version, Name: &name})
	return secret, err
}
