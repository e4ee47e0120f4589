package success

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/success/score"
)

// healthJob scores one account: at once after something it is measured by changed, and at the
// moment at which time alone may change something.
const healthJob = "success.health"

// healthVerbs are the events after which an account is scored again, beside those that measures
// follow by themselves.
var healthVerbs = append([]string{AccountCreated, AccountChanged, UsageReported, InstanceSet, Judged, JudgementOver, directory.OrganizationUpdated}, roleVerbs...)

// roleVerbs are those after which other roles may have been met.
var roleVerbs = []string{EntryAdded, EntryRemoved, ContactAdded, ContactRemoved}

// heard are the accounts that events of one transaction are about, with the newest of each.
type heard map[int64]int64

// hearTogether hears events of one transaction together: do is called once at the end of the transaction that takes them.
func hearTogether(tx db.Tx, key any, e ledger.Event, do func(ctx context.Context, tx db.Tx, of heard) error) {
	of := tx.Value(key, func() any { return heard{} }).(heard)
	if len(of) == 0 {
		tx.BeforeCommit(func(ctx context.Context) error {
			all := maps.Clone(of)
			clear(of)
			return do(ctx, tx, all)
		})
	}
	of[e.Subject.ID] = max(of[e.Subject.ID], e.ID)
}

type healthHeard struct{}

// HealthFollower scores accounts that changed, all that one transaction takes at once, and looks at
// the rules of those whose score stayed: a change of score is an event of its own, which callFollower hears.
func (s *Service) HealthFollower() ledger.Follower {
	return ledger.Follower{Name: "success.health", Verbs: healthVerbs, Handle: func(ctx context.Context, tx db.Tx, e ledger.Event) error {
		if s.scores(e) {
			hearTogether(tx, healthHeard{}, e, func(ctx context.Context, tx db.Tx, of heard) error {
				changed, err := s.scoreSome(ctx, tx, s.timekeeper(), slices.Sorted(maps.Keys(of)), of)
				if err != nil || !s.config().asks() {
					return err
				}
				for _, id := range changed {
					delete(of, id)
				}
				return s.ask(ctx, tx, slices.Sorted(maps.Keys(of)), of)
			})
		}
		return nil
	}}
}

// scores says whether an event has its account scored again.
func (s *Service) scores(e ledger.Event) bool {
	c := s.config()
	return e.Subject.Kind == "organization" && len(c.Cards) > 0 && slices.Contains(healthVerbs, e.Verb) && (len(c.roles) > 0 || !slices.Contains(roleVerbs, e.Verb))
}

// timekeeper is who scores accounts by itself.
func (s *Service) timekeeper() act.Actor {
	by := act.Root()
	by.Kind, by.Clock = act.Clock, s.clock
	return by.Still()
}

// watchMeasures sets accounts due when one of their measures changed.
func (s *Service) watchMeasures(ctx context.Context, tx db.Tx, kind string, ids []int64) error {
	if kind != "organization" || len(s.config().Cards) == 0 {
		return nil
	}
	w := (&db.Where{}).Among(tx.Engine(), "organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT organization_id FROM account WHERE `+w.SQL(), w.Args()...)
	accounts, err := db.Collect(rows, err, anID)
	if err != nil {
		return err
	}
	now, k := s.clock().UTC(), &keeping{bulk: &db.Bulk{}, due: map[int64]dueAt{}}
	for _, id := range accounts {
		k.due[id] = dueAt{now, 0}
	}
	return s.writeKept(ctx, tx, k)
}

type dueArgs struct {
	Event int64 `json:"event,omitempty"`
}

func (s *Service) onHealth(ctx context.Context, tx db.Tx, j job.Job) error {
	var args dueArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	_, err := s.scoreSome(ctx, tx, s.timekeeper(), []int64{j.Subject.ID}, heard{j.Subject.ID: args.Event})
	return err
}

// scoreSome scores accounts as they are now, keeps what changed, and sets the next moments at
// which time may change something. why are the events behind it, where there are any; changed
// have another score.
func (s *Service) scoreSome(ctx context.Context, tx db.Tx, by act.Actor, ids []int64, why heard) (changed []int64, err error) {
	cards := s.config().Cards
	facts, err := s.facts(ctx, tx, ids, cards, measure.Asked{})
	if err != nil {
		return nil, err
	}
	return s.keep(ctx, tx, by, scoreAll(cards, facts), why)
}

// scoreAll scores each account by the first scorecard that is for it.
func scoreAll(cards []*score.Card, facts map[int64]score.Facts) map[int64]score.Result {
	results := make(map[int64]score.Result, len(facts))
	for id, f := range facts {
		if c := score.Pick(cards, f); c != nil {
			results[id] = c.Score(f)
		} else {
			results[id] = score.Result{Facts: f}
		}
	}
	return results
}

// keep stores results of accounts that were scored after what is stored.
func (s *Service) keep(ctx context.Context, tx db.Tx, by act.Actor, results map[int64]score.Result, why heard) (changed []int64, err error) {
	var ids []int64
	for id := range results {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	before, err := standings(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	w := (&db.Where{}).Among(tx.Engine(), "a.organization_id", ids)
	rows, err := tx.Query(ctx, `SELECT `+accountFields+` FROM account a WHERE `+w.SQL(), w.Args()...)
	accounts, err := db.Collect(rows, err, scanAccount)
	if err != nil {
		return nil, err
	}
	k := &keeping{bulk: &db.Bulk{}, due: map[int64]dueAt{}}
	for _, a := range accounts {
		r := results[a.OrganizationID]
		if before[a.OrganizationID].At.After(r.Facts.At) {
			continue // somebody scored it later than this was read
		}
		did, err := s.keepOne(ctx, tx, by, k, a, before[a.OrganizationID], r, why[a.OrganizationID])
		if err != nil {
			return changed, err
		}
		if did {
			changed = append(changed, a.OrganizationID)
		}
		if r.Card == nil {
			continue
		}
		if next := r.Card.Next(r.Facts); !next.IsZero() && k.due[a.OrganizationID].at.IsZero() {
			k.due[a.OrganizationID] = dueAt{next, 0}
		}
	}
	return changed, s.writeKept(ctx, tx, k)
}

// keeping collects what is written of several accounts.
type keeping struct {
	bulk    *db.Bulk
	colours []any // of each account its id, score, colour and since when
	due     map[int64]dueAt
}

// dueAt is when an account is scored again, and the event that is why.
type dueAt struct {
	at    time.Time
	event int64
}

// perColour is how many accounts one statement colours.
const perColour = 64

// writeKept writes it with few statements.
func (s *Service) writeKept(ctx context.Context, tx db.Tx, k *keeping) error {
	now := s.clock().UTC()
	for _, id := range slices.Sorted(maps.Keys(k.due)) {
		d := k.due[id]
		if err := s.jobs.SetIn(tx, k.bulk, now, job.Spec{Kind: healthJob, Key: fmt.Sprint(id), Subject: about(id), Due: d.at, Args: dueArgs{d.event}}); err != nil {
			return err
		}
	}
	const width = 4
	for args := k.colours; len(args) > 0; {
		n := min(perColour, len(args)/width)
		for n&(n-1) != 0 {
			n &= n - 1 // the largest power of two: few texts of statements
		}
		var rows strings.Builder
		for i := range n {
			if i > 0 {
				rows.WriteString(" UNION ALL ")
			}
			fmt.Fprintf(&rows, "SELECT CAST($%d AS BIGINT) AS id, CAST($%d AS BIGINT) AS score, CAST($%d AS TEXT) AS band, CAST($%d AS BIGINT) AS since", i*width+1, i*width+2, i*width+3, i*width+4)
		}
		err := tx.Later(ctx, nil, `UPDATE account SET score = v.score, band = v.band, band_was = CASE WHEN account.band = v.band THEN account.band_was ELSE account.band END,
			band_since = CASE WHEN account.band = v.band THEN account.band_since ELSE v.since END FROM (`+rows.String()+`) AS v WHERE account.organization_id = v.id`, args[:n*width]...)
		if err != nil {
			return err
		}
		args = args[n*width:]
	}
	return k.bulk.Later(ctx, tx)
}

// keepOne stores the result of one account and says whether its score or colour changed.
func (s *Service) keepOne(ctx context.Context, tx db.Tx, by act.Actor, k *keeping, a Account, before standing, r score.Result, event int64) (bool, error) {
	id, at, card := a.OrganizationID, db.Micros(r.Facts.At), r.Card
	if card == nil {
		card = &score.Card{}
	}
	leaves := leavesOf(r)
	text, err := json.Marshal(leaves)
	if err != nil {
		return false, err
	}
	observed, applicable := share(r.Observed), share(r.Applicable)
	n, ok := r.Hundredths()
	is := sql.NullInt64{Int64: n, Valid: ok}
	sameScore := a.Score == is && a.Band == r.Colour
	same := sameScore && before.CardID == card.ID && before.CardVersion == card.Version && before.Observed == observed && before.Applicable == applicable && !before.At.IsZero()
	if same && before.text == string(text) {
		return false, nil
	}
	k.bulk.Merge("health_now", "organization_id, at, card_id, card_version, observed, applicable, leaves",
		"(organization_id) DO UPDATE SET at = excluded.at, card_id = excluded.card_id, card_version = excluded.card_version, observed = excluded.observed, applicable = excluded.applicable, leaves = excluded.leaves",
		id, at, card.ID, card.Version, observed, applicable, string(text))
	if same {
		return false, nil
	}
	told := int64(0)
	if !sameScore {
		if told, err = s.tellHealth(ctx, tx, by, a, before, r, is, leaves, event); err != nil {
			return false, err
		}
		k.colours = append(k.colours, id, is, r.Colour, at)
	}
	k.bulk.Merge("health", "organization_id, at, score, band, observed, applicable, card_id, card_version, event_id",
		"(organization_id, at) DO UPDATE SET score = excluded.score, band = excluded.band, observed = excluded.observed, applicable = excluded.applicable, card_id = excluded.card_id, card_version = excluded.card_version, event_id = CASE WHEN excluded.event_id = 0 THEN health.event_id ELSE excluded.event_id END",
		id, at, is, r.Colour, observed, applicable, card.ID, card.Version, told)
	if a.ParentID != 0 && !sameScore && slices.ContainsFunc(s.config().Cards, func(c *score.Card) bool { return c.RollUp != "" }) {
		k.due[a.ParentID] = dueAt{s.clock().UTC(), told}
	}
	return !sameScore, nil
}

// tellHealth records the change with its cause: the newest event behind the measures that changed.
func (s *Service) tellHealth(ctx context.Context, tx db.Tx, by act.Actor, a Account, before standing, r score.Result, is sql.NullInt64, leaves []leafNow, event int64) (int64, error) {
	changed := map[string]any{}
	was := map[string]leafNow{}
	for _, l := range before.Leaves {
		was[l.Name] = l
	}
	cause := act.Cause{Event: event}
	for i, l := range leaves {
		if old := was[l.Name]; old != l {
			changed[l.Name] = []any{shownColour(old), shownColour(l)}
			for _, name := range r.Card.Leaves[i].Reads {
				for _, id := range r.Facts.Readings[name].Events {
					cause.Event = max(cause.Event, id)
				}
			}
		}
	}
	data := map[string]any{"score": []any{nullable(a.Score), nullable(is)}, "band": []any{textOrNil(a.Band), textOrNil(r.Colour)}, "measures": changed,
		"observed": share(r.Observed), "applicable": share(r.Applicable)}
	if r.Card != nil {
		data["scorecard"] = r.Card.Name
		cause.Blueprint, cause.Version = r.Card.ID, int(r.Card.Version)
		if before.CardID != 0 && (before.CardID != r.Card.ID || before.CardVersion != r.Card.Version) {
			data["card_changed"] = true
		}
	}
	if r.Override != nil {
		data["override"] = r.Override.Name
	}
	return s.tell(ctx, tx, by.Because(cause), HealthChanged, a.OrganizationID, data)
}

// shownColour is a measure's colour, or why it has none; null for one that was not there.
func shownColour(l leafNow) any {
	if l.Colour != "" {
		return l.Colour
	}
	return textOrNil(string(l.State))
}

func nullable(n sql.NullInt64) any {
	if n.Valid {
		return n.Int64
	}
	return nil
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// health is what the service needs to score accounts.
type health struct {
	blueprints *blueprint.Store
	mu         sync.Mutex
	cards      map[[2]int64]*score.Card // of versions that are not in force any more, by id and version
}

// beginHealth registers the jobs that score accounts.
func (s *Service) beginHealth(p Parts) {
	s.health = &health{blueprints: p.Blueprints, cards: map[[2]int64]*score.Card{}}
	s.jobs.Handle(healthJob, job.Options{}, s.onHealth)
	s.jobs.HandleIO(healthRunJob, job.Options{Parallel: 1}, s.onHealthRun)
	s.measures.Watch(s.watchMeasures)
}
