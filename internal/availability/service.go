package availability

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/field"
	"steward/internal/ledger"
)

// Service keeps who is at work.
type Service struct {
	ledger    *ledger.Ledger
	directory *directory.Service
	fields    func() *field.Schema
	config    func() *Config
	clock     func() time.Time
}

// New returns the service; config and fields say what is in force, clock may be nil.
func New(l *ledger.Ledger, d *directory.Service, fields func() *field.Schema, config func() *Config, clock func() time.Time) *Service {
	if clock == nil {
		clock = time.Now
	}
	return &Service{ledger: l, directory: d, fields: fields, config: config, clock: clock}
}

// Config is the configuration in force.
func (s *Service) Config() *Config { return s.config() }

// The verbs of this package; their subject is the person.
const (
	Changed        = "availability.changed"          // state, until (0 for none)
	TimeOffAdded   = "availability.time_off_added"   // time_off, starts, ends, reason
	TimeOffRemoved = "availability.time_off_removed" // time_off
)

// kept is how long past time off stays.
const kept = 400 * 24 * time.Hour

// Sweep forgets time off that ended over 400 days ago, some at a time.
func Sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM time_off WHERE id IN (SELECT id FROM time_off WHERE ends < $1 ORDER BY ends LIMIT 10000)`, db.Micros(now.Add(-kept)))
	return err
}
