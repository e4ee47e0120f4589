package search

import (
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// Service finds records.
type Service struct {
	db     *db.DB
	ledger *ledger.Ledger
	jobs   *job.Queue
	clock  func() time.Time
	kinds  []*Kind // in the order of answers
}

// New returns the search over these kinds, in the order their groups are shown, and
// registers its jobs. clock may be nil.
func New(d *db.DB, l *ledger.Ledger, jobs *job.Queue, clock func() time.Time, kinds ...Kind) *Service {
	if clock == nil {
		clock = time.Now
	}
	s := &Service{db: d, ledger: l, jobs: jobs, clock: clock}
	seen := map[int64]string{}
	for _, k := range kinds {
		if k.Number < 1 || k.Number > 1000 || seen[k.Number] != "" {
			panic("search: kind " + k.Name + " needs a number of its own, 1 to 1,000")
		}
		seen[k.Number] = k.Name
		s.kinds = append(s.kinds, &k)
	}
	jobs.Handle(touchJob, job.Options{Parallel: 1}, s.onTouch)
	return s
}

func (s *Service) kind(name string) (*Kind, error) {
	for _, k := range s.kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return nil, fault.Missing("kind", name)
}

// names are the filters there are, each once, and the kinds.
func (s *Service) names() (filters, kinds []string) {
	seen := map[string]bool{}
	for _, k := range s.kinds {
		kinds = append(kinds, k.Name)
		for _, f := range k.Filters {
			if !seen[f.Name] {
				seen[f.Name] = true
				filters = append(filters, f.Name)
			}
		}
	}
	return filters, kinds
}

func (k *Kind) filter(name string) *Filter {
	for i := range k.Filters {
		if k.Filters[i].Name == name {
			return &k.Filters[i]
		}
	}
	return nil
}
