package tracker

import (
	"context"
	"net/http"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Service knows the issues of trackers. Its methods run in the caller's transaction; those that
// ask a tracker run outside of any, and say so.
type Service struct {
	Parts
	client  *client
	changed []Changed
}

// Parts are what the service stands on.
type Parts struct {
	DB       *db.DB
	Ledger   *ledger.Ledger
	Jobs     *job.Queue
	Trackers func() []InForce // in force now
	Client   *http.Client     // from package outbound
	Clock    func() time.Time // nil: the machine's
}

// Changed hears of a change of an issue in its transaction. by acts because of the event.
type Changed func(ctx context.Context, tx db.Tx, by act.Actor, before, after Issue, event int64) error

// New returns the service and registers its jobs.
func New(p Parts) *Service {
	if p.Clock == nil {
		p.Clock = time.Now
	}
	s := &Service{Parts: p, client: &client{http: p.Client, clock: p.Clock, until: map[int64]time.Time{}}}
	p.Jobs.HandleIO(pollJob, job.Options{Parallel: 4}, s.onPoll)
	p.Jobs.Handle(deliveryJob, job.Options{Parallel: 2}, s.onDelivery)
	return s
}

// OnChange makes f hear of changes; called when the application is put together.
func (s *Service) OnChange(f Changed) { s.changed = append(s.changed, f) }

// Active are the trackers that may be asked.
func (s *Service) Active() []InForce {
	return slices.DeleteFunc(slices.Clone(s.Trackers()), func(w InForce) bool { return w.Spec.Disabled })
}

func (s *Service) byID(id int64) (InForce, bool) {
	all := s.Trackers()
	i := slices.IndexFunc(all, func(w InForce) bool { return w.ID == id })
	if i < 0 || all[i].Spec.Disabled {
		return InForce{}, false
	}
	return all[i], true
}

// Tracker returns a tracker that may be asked, by its blueprint id.
func (s *Service) Tracker(id int64) (InForce, bool) { return s.byID(id) }

// Named returns a tracker that may be asked, by its name.
func (s *Service) Named(name string) (InForce, bool) {
	all := s.Active()
	i := slices.IndexFunc(all, func(w InForce) bool { return w.Name == name })
	if i < 0 {
		return InForce{}, false
	}
	return all[i], true
}

// system is the service acting by itself.
func (s *Service) system() act.Actor {
	by := act.Root()
	by.Clock = s.Clock
	return by
}

// off is the answer when a tracker is gone or disabled.
func off() error {
	return fault.New(fault.Invalid, "This tracker is disabled or no longer set up, so it cannot be asked.")
}

// Fetch asks a tracker for an issue, outside of any transaction. An error is a *Trouble or a fault.
func (s *Service) Fetch(ctx context.Context, r Reference) (Remote, error) {
	w, ok := s.byID(r.TrackerID)
	if !ok {
		return Remote{}, off()
	}
	m, _, _, err := s.client.fetch(ctx, w, r, "")
	return m, err
}

// Create makes an issue, outside of any transaction. again is true when an earlier attempt may have
// succeeded: then the newest issues are looked through for its mark first.
func (s *Service) Create(ctx context.Context, trackerID int64, n NewIssue, again bool) (Remote, error) {
	w, ok := s.byID(trackerID)
	if !ok {
		return Remote{}, off()
	}
	if again && n.Mark != "" {
		m, found, err := s.client.created(ctx, w, n)
		if err != nil || found {
			return m, err
		}
	}
	return s.client.create(ctx, w, n)
}

// Label gives an issue a label, outside of any transaction. Once more does no harm.
func (s *Service) Label(ctx context.Context, r Reference, name string) error {
	w, ok := s.byID(r.TrackerID)
	if !ok {
		return off()
	}
	return s.client.addLabel(ctx, w, r, name)
}

// Note writes a comment on an issue, outside of any transaction.
func (s *Service) Note(ctx context.Context, r Reference, text string) error {
	w, ok := s.byID(r.TrackerID)
	if !ok {
		return off()
	}
	return s.client.note(ctx, w, r, text)
}
