package playbook

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
)

// Notice says that whoever a step waits for is to be reminded, or that somebody is to hear of a late one.
type Notice struct {
	Run    *Run
	Called string // what the run is called, and of what it is
	Step   string
	Title  string // of the step
	Due    time.Time
	At     time.Time // when it was to be told
	Late   bool      // somebody else hears that it is late
	People []int64
	Teams  []int64
}

// Remind makes reminders and escalations reach people beside their list of work. Call it while the
// application is put together.
func (s *Service) Remind(send func(ctx context.Context, tx db.Tx, by act.Actor, n Notice) error) {
	s.remind = send
}

// notify tells of a reminder or a late step those on whose lists of work it stands now: who has had their
// say, or has done it since, hears nothing.
func (s *Service) notify(ctx context.Context, tx db.Tx, by act.Actor, d *Definition, r *Run, e Effect) error {
	if s.remind == nil || r.Steps[e.Step].Round != e.Round {
		return nil
	}
	st := r.Steps[e.Step]
	n := Notice{Run: r, Step: st.Name, Title: d.Steps[e.Step].Title, Due: st.Due, At: e.At, Late: e.Verb == StepLate}
	items := r.items(d)
	for _, key := range slices.Sorted(maps.Keys(items)) {
		name := strings.Split(key, "/")
		if late := len(name) > 2 && name[2] == lateItem; name[1] != st.Name || late != n.Late {
			continue
		}
		if i := items[key]; i.PersonID != 0 {
			n.People = append(n.People, i.PersonID)
		} else {
			n.Teams = append(n.Teams, i.TeamID)
		}
	}
	if len(n.People)+len(n.Teams) == 0 {
		return nil
	}
	titles, err := s.titles(ctx, tx, []*Run{r})
	if err != nil {
		return err
	}
	n.Called = d.Called() + ": " + titles[r.ID]
	return s.remind(ctx, tx, by, n)
}
