package setup

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/mail"
)

// Service is the first run of an instance, and the invitations of colleagues.
type Service struct{ Parts }

// Parts are what it stands on.
type Parts struct {
	DB         *db.DB
	Directory  *directory.Service
	Auth       *auth.Service
	Mail       *mail.Service
	Blueprints *blueprint.Store
	Signer     auth.Signer
	Boxes      func() mail.Boxes
	BaseURL    func() string
	// Begin makes the instance of an empty database with its first administrator.
	Begin  func(ctx context.Context, email, name, passwordHash string) error
	Clock  func() time.Time // nil: the machine's
	Title  string           // of the workspace, in mail
	Code   string           // what Start asks for; "" refuses it
	Cookie func(secret string) *http.Cookie
}

// New returns the service.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	return &Service{p}
}

// mayRun refuses those who may not set up the instance.
func mayRun(by act.Actor) error { return by.Require("apply", "blueprint") }
