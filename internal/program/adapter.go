package program

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/outbound"
)

// Case is what an adapter looks at.
type Case struct {
	Program     *Program
	Application *Application
	Check       Check
	Run         CheckRun
}

// Answer is what the applicant wrote for the proof's field as text, "" for nothing.
func (c Case) Answer() string {
	if f := c.Program.fields[c.Check.Field]; c.Check.Field != "" && f != nil {
		text, _ := c.Application.Attributes.Of(f).(string)
		return text
	}
	return ""
}

// Finding is what an adapter found.
type Finding struct {
	State    CheckState // Passed, Failed, Unclear; Waiting for the applicant; Elsewhere for another system
	Say      string     // the reason, as the applicant reads it
	Evidence Evidence
	Later    time.Duration // of Elsewhere: how long the answer may take

	// Mail, which may be nil, runs in the transaction that stores the finding, to write to the applicant.
	Mail func(ctx context.Context, tx db.Tx, by act.Actor, p *Program, a *Application, run CheckRun) error
}

// Adapter looks at one kind of proof. Look runs outside of any transaction and may call out; after a crash it runs
// again, so what it does in the world bears the key of the run. An error is tried again later; in the end it
// counts as unclear.
type Adapter interface {
	Look(ctx context.Context, s *Service, c Case) (Finding, error)
}

// instant is embedded by an Adapter that calls nobody, asks no database and needs no key: it looks in the transaction that
// begins the proof.
type instant struct{}

func (instant) instant() {}

// adapters by the kind of a check. A new kind of proof is a type that implements Adapter, a line here, and its
// fields in Check.
var adapters = map[string]Adapter{
	"domains":      domainList{},
	"email":        emailLoop{},
	"document":     documents{},
	"repositories": repositories{},
	"external":     external{},
}

// trouble says for colleagues why something could not be looked at.
func trouble(err error) string {
	if f := fault.As(err); f != nil {
		return f.Message
	}
	return outbound.Failure(err)
}
