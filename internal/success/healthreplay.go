package success

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/replay"
	"steward/internal/success/score"
)

// HealthReplayer scores the accounts of the past by two configurations, week by week, from
// everything that is known now, and asks the rules of calls to action: which accounts would have
// another colour, of which falls people would have been told that they were not, and which calls
// would have been opened.
type HealthReplayer struct{ s *Service }

var _ replay.Replayer = HealthReplayer{}

// HealthReplayer returns the replayer of scorecards.
func (s *Service) HealthReplayer() HealthReplayer { return HealthReplayer{s} }

// Kinds implements replay.Replayer.
func (HealthReplayer) Kinds() []string {
	return []string{score.Kind, callRuleKind, "usage_metric", "usage_measure", "manual_measure", "role_measure"}
}

// What may differ about an account.
const (
	worseNow   = "worse"
	betterNow  = "better"
	scoredNow  = "scored"
	unscored   = "unscored"
	otherThen  = "other_colour"
	fallsMore  = "falls"
	fallsFewer = "no_falls"
	callsMore  = "calls"
	callsFewer = "no_calls"
)

var healthTotals = []replay.Total{
	{Change: worseNow, Sentence: "would have a worse colour now"},
	{Change: betterNow, Sentence: "would have a better colour now"},
	{Change: scoredNow, Sentence: "would have a score that have none"},
	{Change: unscored, Sentence: "would have no score that have one"},
	{Change: otherThen, Sentence: "would have had another colour in some week"},
	{Change: fallsMore, Sentence: "would have fallen to a worse colour in a week in which they did not: people would have been told"},
	{Change: fallsFewer, Sentence: "would not have fallen to a worse colour in a week in which they did: people would not have been told"},
	{Change: callsMore, Sentence: "would have had a call to action that they had not"},
	{Change: callsFewer, Sentence: "would not have had a call to action that they had"},
}

const week = 7 * day24h

// weeks are the moments of a window that are looked at, newest first.
func weeks(since, until time.Time) (out []time.Time) {
	for at := until; !at.Before(since); at = at.Add(-week) {
		out = append(out, at)
	}
	return out
}

// perReplay is how many accounts are told at once: all weeks of them are held in memory.
const perReplay = 100

// healthSweep is one run.
type healthSweep struct {
	in    replay.Input
	sides [2]side // in force, proposed
	alike bool    // both sides measure the same
	same  bool    // and score by the same cards
	cards bool    // scores are asked for: scorecards differ, or a rule reads a colour
	weeks []time.Time
	total int64
	mu    sync.Mutex
	after int64
	done  int64
	tally *replay.Tally
}

// Replay implements replay.Replayer. It checks no permission: a report holds ids and colours.
func (h HealthReplayer) Replay(ctx context.Context, in replay.Input) (replay.Section, error) {
	r := h.sweep(in)
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
			rows, err := tx.Query(ctx, `SELECT organization_id FROM account WHERE organization_id > $1 ORDER BY organization_id LIMIT $2`, after, perReplay)
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
		lives := make(map[int64]life, len(ids))
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

// pasts are accounts as they are now with what happened to them since a moment, oldest first.
func (s *Service) pasts(ctx context.Context, tx db.Tx, ids []int64, since time.Time) (told map[int64]map[string]any, events map[int64][]ledger.Event, err error) {
	accounts, err := s.accountsOf(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	told = map[int64]map[string]any{}
	for _, a := range accounts {
		told[a.OrganizationID] = a.told()
		told[a.OrganizationID]["created"] = a.Created
	}
	events, err = s.ledger.NamedAmong(ctx, tx, about(0).Kind, ids, []string{AccountCreated, AccountChanged}, since)
	return told, events, err
}

var colourRank = map[string]int{"": 0, score.Red: 1, score.Yellow: 2, score.Green: 3}

// compare counts what differs about one account.
func (r *healthSweep) compare(tally *replay.Tally, id int64, l life) {
	tally.Total++
	if len(l.weeks) == 0 {
		tally.Skip("the account was none yet in the window")
		return
	}
	tally.Replayed++
	tally.Differ(ledger.Ref{Kind: "account", ID: id}, append(l.colours(), r.callsOf(l)...))
}

// colours are the differences of an account's colours.
func (l life) colours() (all []replay.Difference) {
	add := func(change, aspect string, p pair, sentence func() string) {
		all = append(all, replay.Difference{Kind: score.Kind, Name: p.card, Aspect: aspect, Change: change, Tell: func() (any, any, string) {
			return shownPair(p.colour[0], p.points[0]), shownPair(p.colour[1], p.points[1]), sentence()
		}})
	}
	if now := l.weeks[0]; now.colour[0] != now.colour[1] {
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
	for i, p := range l.weeks {
		if p.colour[0] != p.colour[1] {
			other, first = other+1, i
		}
		if i+1 == len(l.weeks) {
			break
		}
		before := l.weeks[i+1]
		fell := func(n int) bool { return p.colour[n] != "" && colourRank[p.colour[n]] < colourRank[before.colour[n]] }
		switch was, would := fell(0), fell(1); {
		case would && !was:
			more, firstMore = more+1, i
		case was && !would:
			fewer, firstFewer = fewer+1, i
		}
	}
	if other > 0 {
		add(otherThen, "colour", l.weeks[first], func() string {
			return fmt.Sprintf("would have had another colour in %d of %d weeks", other, len(l.weeks))
		})
	}
	if more > 0 {
		add(fallsMore, "fall", l.weeks[firstMore], func() string { return fmt.Sprintf("would have fallen in %d more weeks", more) })
	}
	if fewer > 0 {
		add(fallsFewer, "fall", l.weeks[firstFewer], func() string { return fmt.Sprintf("would not have fallen in %d weeks", fewer) })
	}
	return all
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
