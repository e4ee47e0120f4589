package success

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/measure"
	"steward/internal/replay"
	"steward/internal/success/score"
)

// HealthReplayer scores the accounts of the past by two configurations, week by week, from
// everything that is known now: which would have another colour, and of which falls of colour
// people would have been told that they were not.
type HealthReplayer struct{ s *Service }

var _ replay.Replayer = HealthReplayer{}

// HealthReplayer returns the replayer of scorecards.
func (s *Service) HealthReplayer() HealthReplayer { return HealthReplayer{s} }

// Kinds implements replay.Replayer.
func (HealthReplayer) Kinds() []string { return []string{score.Kind} }

// What may differ about an account.
const (
	worseNow   = "worse"
	betterNow  = "better"
	scoredNow  = "scored"
	unscored   = "unscored"
	otherThen  = "other_colour"
	fallsMore  = "falls"
	fallsFewer = "no_falls"
)

var healthTotals = []replay.Total{
	{Change: worseNow, Sentence: "would have a worse colour now"},
	{Change: betterNow, Sentence: "would have a better colour now"},
	{Change: scoredNow, Sentence: "would have a score that have none"},
	{Change: unscored, Sentence: "would have no score that have one"},
	{Change: otherThen, Sentence: "would have had another colour in some week"},
	{Change: fallsMore, Sentence: "would have fallen to a worse colour in a week in which they did not: people would have been told"},
	{Change: fallsFewer, Sentence: "would not have fallen to a worse colour in a week in which they did: people would not have been told"},
}

const week = 7 * day24h

// weeks are the moments of a window that are looked at, newest first.
func weeks(since, until time.Time) (out []time.Time) {
	for at := until; !at.Before(since); at = at.Add(-week) {
		out = append(out, at)
	}
	return out
}

// healthSweep is one run.
type healthSweep struct {
	s        *Service
	in       replay.Input
	cards    [2][]*score.Card // in force, proposed
	weeks    []time.Time
	total    int64
	mu       sync.Mutex
	after    int64
	done     int64
	tally    *replay.Tally
	readings []*score.Card // all cards: what is read
}

// Replay implements replay.Replayer. It checks no permission: a report holds ids and colours.
func (h HealthReplayer) Replay(ctx context.Context, in replay.Input) (replay.Section, error) {
	r := &healthSweep{s: h.s, in: in, cards: [2][]*score.Card{score.Sort(in.Current), score.Sort(in.Proposed)}, weeks: weeks(in.Since, in.Until), tally: replay.NewTally()}
	r.readings = append(append(r.readings, r.cards[0]...), r.cards[1]...)
	err := in.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM account`).Scan(&r.total)
	})
	if err != nil {
		return replay.Section{}, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	for range max(runtime.GOMAXPROCS(0), 1) {
		all.Go(func() {
			if err := r.work(ctx); err != nil {
				stop(err)
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return replay.Section{}, err
	}
	return r.tally.Section("accounts", h.Kinds(), healthTotals), nil
}

// work takes batch after batch until none is left.
func (r *healthSweep) work(ctx context.Context) error {
	for ctx.Err() == nil {
		r.mu.Lock()
		after := r.after
		var ids []int64
		err := r.in.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT organization_id FROM account WHERE organization_id > $1 ORDER BY organization_id LIMIT $2`, after, perScoring)
			ids, err = db.Collect(rows, err, anID)
			return err
		})
		if len(ids) > 0 {
			r.after = ids[len(ids)-1]
		}
		r.mu.Unlock()
		if err != nil || len(ids) == 0 {
			return err
		}
		lives := make(map[int64][]pair, len(ids))
		if err := r.in.DB.Snapshot(ctx, func(ctx context.Context, tx db.Tx) error { return r.live(ctx, tx, ids, lives) }); err != nil {
			return err
		}
		tally := replay.NewTally()
		for i := range ids {
			r.compare(tally, ids[len(ids)-1-i], lives[ids[len(ids)-1-i]])
		}
		r.mu.Lock()
		r.tally.Merge(tally)
		r.done += int64(len(ids))
		done := r.done
		r.mu.Unlock()
		r.in.Progress(done, max(r.total, done))
	}
	return ctx.Err()
}

// pair is what both configurations make of an account in a week; nil scores are kept as "".
type pair struct {
	colour [2]string
	points [2]int64
	card   string // that decides by the proposal, or in force when it has none
}

// live scores accounts in every week, newest first.
func (r *healthSweep) live(ctx context.Context, tx db.Tx, ids []int64, lives map[int64][]pair) error {
	told, events, err := r.s.pasts(ctx, tx, ids, r.weeks[len(r.weeks)-1])
	if err != nil {
		return err
	}
	for _, at := range r.weeks {
		facts := map[int64]score.Facts{}
		var there []int64
		for _, id := range ids {
			if told[id] == nil {
				continue
			}
			for n := len(events[id]); n > 0 && events[id][n-1].Recorded.After(at); n-- {
				e := events[id][n-1]
				events[id] = events[id][:n-1]
				if e.Verb == AccountCreated {
					told[id] = nil
					break
				}
				if err := undo(e, told[id]); err != nil {
					return err
				}
			}
			if told[id] != nil {
				there = append(there, id)
				facts[id] = accountFacts(maps.Clone(told[id]), at)
			}
		}
		if err := r.s.complete(ctx, tx, there, r.readings, measure.Asked{At: at}, facts); err != nil {
			return err
		}
		for _, id := range there {
			var p pair
			for i, cards := range r.cards {
				c := score.Pick(cards, facts[id])
				if c == nil {
					continue
				}
				result := c.Score(facts[id])
				p.colour[i], p.card = result.Colour, c.Name
				p.points[i], _ = result.Hundredths()
			}
			lives[id] = append(lives[id], p)
		}
	}
	return nil
}

// pasts are accounts as they are now with what happened to them since a moment, oldest first.
func (s *Service) pasts(ctx context.Context, tx db.Tx, ids []int64, since time.Time) (told map[int64]map[string]any, events map[int64][]ledger.Event, err error) {
	accounts, err := s.accountsOf(ctx, tx, ids)
	told, events = map[int64]map[string]any{}, map[int64][]ledger.Event{}
	for _, a := range accounts {
		told[a.OrganizationID] = a.told()
		told[a.OrganizationID]["created"] = a.Created
		if events[a.OrganizationID], err = s.ledger.Named(ctx, tx, about(a.OrganizationID), []string{AccountCreated, AccountChanged}, since, s.clock().Add(time.Hour), changesKept); err != nil {
			return nil, nil, err
		}
	}
	return told, events, err
}

var colourRank = map[string]int{"": 0, score.Red: 1, score.Yellow: 2, score.Green: 3}

// compare counts what differs about one account.
func (r *healthSweep) compare(tally *replay.Tally, id int64, life []pair) {
	tally.Total++
	if len(life) == 0 {
		tally.Skip("the account was none yet in the window")
		return
	}
	tally.Replayed++
	var all []replay.Difference
	add := func(change, aspect string, p pair, sentence func() string) {
		all = append(all, replay.Difference{Kind: score.Kind, Name: p.card, Aspect: aspect, Change: change, Tell: func() (any, any, string) {
			return shownPair(p.colour[0], p.points[0]), shownPair(p.colour[1], p.points[1]), sentence()
		}})
	}
	if now := life[0]; now.colour[0] != now.colour[1] {
		change := worseNow
		switch was, is := colourRank[now.colour[0]], colourRank[now.colour[1]]; {
		case was == 0:
			change = scoredNow
		case is == 0:
			change = unscored
		case is > was:
			change = betterNow
		}
		add(change, now.words(), now, func() string {
			return fmt.Sprintf("would be %s instead of %s now", named(now.colour[1]), named(now.colour[0]))
		})
	}
	other, more, fewer := 0, 0, 0
	var first, firstMore, firstFewer int
	for i, p := range life {
		if p.colour[0] != p.colour[1] {
			other, first = other+1, i
		}
		if i+1 == len(life) {
			break
		}
		before := life[i+1]
		fell := func(n int) bool { return p.colour[n] != "" && colourRank[p.colour[n]] < colourRank[before.colour[n]] }
		switch was, would := fell(0), fell(1); {
		case would && !was:
			more, firstMore = more+1, i
		case was && !would:
			fewer, firstFewer = fewer+1, i
		}
	}
	if other > 0 {
		add(otherThen, "colour", life[first], func() string { return fmt.Sprintf("would have had another colour in %d of %d weeks", other, len(life)) })
	}
	if more > 0 {
		add(fallsMore, "fall", life[firstMore], func() string { return fmt.Sprintf("would have fallen in %d more weeks", more) })
	}
	if fewer > 0 {
		add(fallsFewer, "fall", life[firstFewer], func() string { return fmt.Sprintf("would not have fallen in %d weeks", fewer) })
	}
	tally.Differ(ledger.Ref{Kind: "account", ID: id}, all)
}

func named(colour string) string {
	if colour == "" {
		return "without a score"
	}
	return colour
}

func (p pair) words() string { return named(p.colour[0]) + " to " + named(p.colour[1]) }

func shownPair(colour string, points int64) any {
	if colour == "" {
		return nil
	}
	return map[string]any{"band": colour, "score": shown(points)}
}
