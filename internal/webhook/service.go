package webhook

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Service queues and sends deliveries.
type Service struct {
	Parts
	mu   sync.Mutex
	busy map[int64]bool // webhooks being sent to on this node; true when somebody asked to look again
}

// Parts are what webhooks stand on.
type Parts struct {
	DB         *db.DB
	Ledger     *ledger.Ledger
	Jobs       *job.Queue
	Blueprints *blueprint.Store
	Webhooks   func() []InForce // in force now
	Client     *http.Client     // from package outbound
	Clock      func() time.Time // nil: the machine's
}

// New returns the service and registers its job.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{Parts: p, busy: map[int64]bool{}}
	p.Jobs.HandleIO(sendJob, job.Options{Parallel: 64}, s.send)
	return s
}

// find returns a webhook in force.
func (s *Service) find(is func(InForce) bool) (InForce, bool) {
	all := s.Webhooks()
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	return InForce{}, false
}

func (s *Service) named(name string) (InForce, error) {
	w, ok := s.find(func(w InForce) bool { return w.Name == name })
	if !ok {
		return w, fault.Missing("webhook", name)
	}
	return w, nil
}

// system is the service acting by itself.
func (s *Service) system() act.Actor {
	by := act.Root()
	by.Clock = s.Clock
	return by
}

// Followers returns the follower that queues deliveries; none while there is no webhook. Ask
// again after the configuration changed: what it reads depends on what webhooks ask for.
func (s *Service) Followers() []ledger.Follower {
	f := ledger.Follower{Name: "webhook", Verbs: []string{}, Handle: s.follow}
	for _, w := range s.Webhooks() {
		for _, e := range w.Spec.Events {
			if strings.HasSuffix(e, "*") {
				f.Verbs = nil
				return []ledger.Follower{f}
			}
			if !slices.Contains(f.Verbs, e) {
				f.Verbs = append(f.Verbs, e)
			}
		}
	}
	if len(f.Verbs) == 0 {
		return nil
	}
	slices.Sort(f.Verbs)
	return []ledger.Follower{f}
}

func (s *Service) follow(ctx context.Context, tx db.Tx, e ledger.Event) error {
	for _, w := range s.Webhooks() {
		// A condition that costs too much holds for nothing; it was warned about when applied.
		if ok, err := w.wants(e); err != nil || !ok {
			continue
		}
		st, err := s.standing(ctx, tx, w)
		if err != nil {
			return err
		}
		if !st.DisabledAt.IsZero() || e.Recorded.Before(st.since) { // nobody is told what happened before they asked
			continue
		}
		if _, err := s.queue(ctx, tx, s.system(), w, e.ID, e.Verb); err != nil {
			return err
		}
	}
	return nil
}

// Send queues a delivery that tells a webhook of an event, whatever events it asks for itself;
// it is called by actions of triggers, which checked who may. The event may be one of this
// transaction. One that the webhook's role may not see is kept as failed, with the reason; one
// queued before is not queued again.
func (s *Service) Send(ctx context.Context, tx db.Tx, by act.Actor, name string, event int64) error {
	w, err := s.named(name)
	if err != nil {
		return err
	}
	st, err := s.standing(ctx, tx, w)
	if err != nil || w.Spec.Disabled || !st.DisabledAt.IsZero() {
		return err
	}
	_, err = s.queue(ctx, tx, by, w, event, "")
	return err
}

// standing is how a webhook does.
type standing struct {
	since        time.Time // events recorded earlier are not sent
	FailingSince time.Time // zero while it works
	Failures     int       // attempts that failed since then
	DeliveredAt  time.Time // last success
	DisabledAt   time.Time // zero unless it was disabled for failing
	DisabledWhy  string
}

const standingFields = `since, failing_since, failures, delivered_at, disabled_at, disabled_why`

func scanStanding(row db.Scanner, more ...any) (st standing, err error) {
	var since int64
	var failing, delivered, disabled sql.NullInt64
	err = row.Scan(append(more, &since, &failing, &st.Failures, &delivered, &disabled, &st.DisabledWhy)...)
	st.since, st.FailingSince, st.DeliveredAt, st.DisabledAt = db.Time(since), db.NullTime(failing), db.NullTime(delivered), db.NullTime(disabled)
	return st, err
}

// standing reads how a webhook does, and begins to note it: from when its first version was applied.
func (s *Service) standing(ctx context.Context, tx db.Tx, w InForce) (standing, error) {
	st, err := scanStanding(tx.QueryRow(ctx, `SELECT `+standingFields+` FROM webhook_endpoint WHERE webhook_id = $1`, w.ID))
	if !errors.Is(err, sql.ErrNoRows) {
		return st, err
	}
	versions, err := s.Blueprints.Versions(ctx, tx, act.Root(), w.ID)
	if err != nil {
		return st, err
	}
	if st.since = s.Clock(); len(versions) > 0 {
		st.since = slices.MinFunc(versions, func(a, b blueprint.VersionRecord) int { return a.Version - b.Version }).At
	}
	_, err = tx.Exec(ctx, `INSERT INTO webhook_endpoint (webhook_id, since, failures, disabled_why) VALUES ($1, $2, 0, '') ON CONFLICT (webhook_id) DO NOTHING`, w.ID, db.Micros(st.since))
	return st, err
}
