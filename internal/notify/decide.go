package notify

import (
	"context"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/approval"
	"steward/internal/db"
	"steward/internal/fault"
)

// Wanted tells which decisions a record waits for now; none of one that is gone.
type Wanted func(ctx context.Context, tx db.Tx, id int64) ([]approval.Wanted, error)

// deciding are the events after which a record may wait for other people's decisions than before.
var deciding = []string{
	"run.step_ready", "run.step_submitted", "run.step_returned", "run.step_voted", "run.step_done", "run.step_skipped",
	"run.paused", "run.resumed", "run.moved", "run.assigned", "run.ended", "run.cancelled",
	"application.referred", "application.reopened", "application.taken", "application.held", "application.released", "application.asked", "application.answered",
	"application.seconded", "application.approved", "application.rejected", "application.withdrawn", "application.lapsed",
	"config.requested", "config.request_edited", "config.request_approved", "config.request_rejected", "config.request_withdrawn", "config.request_stale",
}

// kindOf is what people choose by: applications come in numbers, so they have a choice of their own.
func kindOf(record string) string {
	if record == "application" {
		return "decision"
	}
	return "approval"
}

// ask is one person asked for one of a record's decisions.
type ask struct {
	person int64
	part   string
}

// decisions tells those whose decision a record waits for now, each once, and takes back what waits for them no longer.
func (s *Service) decisions(ctx context.Context, tx db.Tx, n news) error {
	n.kind = kindOf(n.about.Kind)
	told, err := s.asked(ctx, tx, n)
	if err != nil {
		return err
	}
	wanted, err := s.Wanted[n.about.Kind](ctx, tx, n.about.ID)
	if err != nil {
		return err
	}
	fresh := s.Clock().Sub(n.at) <= 24*time.Hour // history that is taken in or read again is no news
	still := map[ask]bool{}
	for _, w := range wanted {
		people, err := s.deciders(ctx, tx, w)
		if err != nil {
			return err
		}
		for _, person := range people {
			a := ask{person, w.Part}
			if still[a] {
				continue
			}
			still[a] = true
			if _, known := told[a]; known || !fresh {
				continue
			}
			n.detail = w.Part
			if err := s.tell(ctx, tx, person, n); err != nil {
				return err
			}
		}
	}
	if err := s.putDecisions(ctx, tx, n, still); err != nil {
		return err
	}
	for a, id := range told {
		if still[a] {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM notification WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// asked is who was told of a record's decisions.
func (s *Service) asked(ctx context.Context, tx db.Tx, n news) (map[ask]int64, error) {
	rows, err := tx.Query(ctx, `SELECT id, person_id, detail FROM notification WHERE subject_kind = $1 AND subject_id = $2 AND kind = $3 LIMIT 1000`, n.about.Kind, n.about.ID, n.kind)
	out := map[ask]int64{}
	_, err = db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
		var a ask
		err = r.Scan(&id, &a.person, &a.part)
		out[a] = id
		return id, err
	})
	return out, err
}

// maxDeciders is how many people one decision is told to.
const maxDeciders = 50

// deciders are the people whose decision it is.
func (s *Service) deciders(ctx context.Context, tx db.Tx, w approval.Wanted) (out []int64, err error) {
	people := slices.Clone(w.People)
	members, err := s.Directory.Members(ctx, tx, w.Teams)
	if err != nil {
		return nil, err
	}
	for _, team := range w.Teams {
		for _, p := range members[team] {
			people = append(people, p.ID)
		}
	}
	if len(w.Roles) > 0 || w.Action != "" {
		holders, err := s.Auth.Holders(ctx, tx, w.Roles, w.Action, w.Kind, maxDeciders)
		if err != nil {
			return nil, err
		}
		people = append(people, holders...)
	}
	slices.Sort(people)
	for _, id := range slices.Compact(people) {
		if id == 0 || len(out) == maxDeciders {
			continue
		}
		by, err := s.as(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if by.PersonID != 0 && w.May(by) {
			out = append(out, id)
		}
	}
	return out, nil
}

type actorsKey struct{}

// as is somebody with their rights, nobody when they are gone. They are asked for once in a batch of events: a team decides
// about many records.
func (s *Service) as(ctx context.Context, tx db.Tx, person int64) (act.Actor, error) {
	known := tx.Value(actorsKey{}, func() any { return map[int64]act.Actor{} }).(map[int64]act.Actor)
	by, ok := known[person]
	if ok {
		return by, nil
	}
	by, err := s.Auth.As(ctx, tx, person)
	if fault.Is(err, fault.NotFound) {
		by, err = act.Actor{}, nil
	}
	if err == nil {
		known[person] = by
	}
	return by, err
}
