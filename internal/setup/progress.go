package setup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/mail"
)

// Steps are the steps of the first run, in order.
var Steps = []string{"mailbox", "test", "team", "service_level", "invite"}

// progressKey is where an instance keeps how far its first run came.
const progressKey = "first_run"

// kept is what was noted about the first run.
type kept struct {
	Steps    map[string]mark `json:"steps"`
	Finished *mark           `json:"finished,omitempty"`
	Test     *testMail       `json:"test,omitempty"`
}

// mark is a step that somebody skipped, or the end.
type mark struct {
	At time.Time `json:"at"`
	By int64     `json:"by"`
}

// Progress is how far the first run came.
type Progress struct {
	Steps    []Step     `json:"steps" nullable:"false"`
	Finished *time.Time `json:"finished" doc:"When somebody put the first run aside; null while it is shown."`
	Test     *TestMail  `json:"test" doc:"The last test mail."`
}

// Step is one step of the first run.
type Step struct {
	Name  string `json:"name" doc:"mailbox, test, team, service_level or invite."`
	State string `json:"state" doc:"done, skipped or open. What is there counts as done, however it came to be."`
}

func read(ctx context.Context, tx db.Tx) (k kept, err error) {
	var text string
	err = tx.QueryRow(ctx, `SELECT value FROM instance WHERE name = $1`, progressKey).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	} else if err == nil {
		err = json.Unmarshal([]byte(text), &k)
	}
	if k.Steps == nil {
		k.Steps = map[string]mark{}
	}
	return k, err
}

func write(ctx context.Context, tx db.Tx, k kept) error {
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, progressKey, string(text))
	return err
}

// Progress says how far the first run came. Whoever may apply blueprints may ask.
func (s *Service) Progress(ctx context.Context, tx db.Tx, by act.Actor) (Progress, error) {
	if err := mayRun(by); err != nil {
		return Progress{}, err
	}
	k, err := read(ctx, tx)
	if err != nil {
		return Progress{}, err
	}
	out := Progress{}
	if k.Finished != nil {
		out.Finished = &k.Finished.At
	}
	if out.Test, err = s.follow(ctx, tx, k.Test); err != nil {
		return out, err
	}
	done := map[string]bool{"mailbox": len(s.Boxes().All()) > 0, "test": out.Test != nil && (out.Test.ArrivedAt != nil || out.Test.Caught && out.Test.State == string(mail.Sent))}
	for _, e := range s.Blueprints.Set().Entries() {
		if e.Kind == "sla" && !e.Retired {
			done["service_level"] = true
		}
	}
	return out, s.steps(ctx, tx, k, done, &out)
}

func (s *Service) steps(ctx context.Context, tx db.Tx, k kept, done map[string]bool, out *Progress) error {
	var members, invited bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM team_member), EXISTS (SELECT 1 FROM invitation)`).Scan(&members, &invited)
	done["team"], done["invite"] = members, invited
	for _, name := range Steps {
		state := "open"
		if _, skipped := k.Steps[name]; done[name] {
			state = "done"
		} else if skipped {
			state = "skipped"
		}
		out.Steps = append(out.Steps, Step{name, state})
	}
	return err
}

// Skip notes that a step is left out for now, or with skip false that it is gone back to; "finished" puts the whole first
// run aside. Whoever may apply blueprints may.
func (s *Service) Skip(ctx context.Context, tx db.Tx, by act.Actor, step string, skip bool) (Progress, error) {
	if err := mayRun(by); err != nil {
		return Progress{}, err
	}
	if step != "finished" && !slices.Contains(Steps, step) {
		return Progress{}, fault.Field("step", step, strings.Join(Steps, ", ")+" or finished", "There is no step %q.", step)
	}
	k, err := read(ctx, tx)
	if err != nil {
		return Progress{}, err
	}
	m := mark{by.Now(), by.PersonID}
	switch {
	case step == "finished" && skip:
		k.Finished = &m
	case step == "finished":
		k.Finished = nil
	case skip:
		k.Steps[step] = m
	default:
		delete(k.Steps, step)
	}
	if err := write(ctx, tx, k); err != nil {
		return Progress{}, err
	}
	return s.Progress(ctx, tx, by)
}
