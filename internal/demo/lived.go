package demo

import (
	"time"

	"steward/internal/desk"
)

// live is a whole life: some rounds of question and answer, solved, asked, closed.
func (d *draft) live() {
	share := d.used()
	d.first(share)
	at := d.within(desk.FirstReply, d.opened, share)
	for d.rounds = 1; d.rounds < 6 && d.rng.Float64() < .48; d.rounds++ {
		if d.rng.Float64() < .15 {
			d.reply(at, desk.StatusOpen, pick(d.rng, thankFor), pick(d.rng, lookings))
			at = d.last.Add(about(d.rng, 4*time.Hour, .8))
		} else if d.rng.Float64() < .12 {
			d.add(turn{at: at.Add(-2 * time.Minute), kind: notes, text: pick(d.rng, heldFor)})
			d.reply(at, desk.StatusHold, pick(d.rng, thankFor), pick(d.rng, lookings))
			at = d.last.Add(about(d.rng, 40*time.Hour, .6))
			continue
		}
		d.asks(at)
		d.explains(d.awakeAfter(4 * time.Hour))
		at = d.within(desk.NextReply, d.last, d.used())
		if d.rng.Float64() < .15 {
			d.add(turn{at: d.last.Add(about(d.rng, 20*time.Minute, .8)), kind: notes, text: d.words.fill(pick(d.rng, d.topic.notes)), agent: d.colleague()})
		}
	}
	d.solves(at)
	switch x := d.rng.Float64(); {
	case x < .07:
		d.says(d.awakeAfter(3*time.Hour), pick(d.rng, thanks))
		d.add(turn{at: d.within(desk.NextReply, d.last, d.used()*.7), kind: changes, status: desk.StatusSolved})
	case x < .11:
		d.says(d.awakeAfter(20*time.Hour), pick(d.rng, agains))
		d.solves(d.within(desk.NextReply, d.last, d.used()))
	}
	d.finish(.2)
	if d.rng.Float64() < d.again {
		d.followUp()
	}
}

// finish asks how it went and lets the ticket be closed.
func (d *draft) finish(answered float64) {
	solved := d.last
	if d.rng.Float64() < answered {
		at := d.awakeAfter(4 * time.Hour)
		at = at.Add(d.ask)
		t := turn{at: at, kind: answers, score: draw(d.rng, .58, .25, .12, 0, 7, 6, 5, 5)}
		unhappy := .03
		if d.late {
			unhappy += .08
		}
		if d.rounds > 3 {
			unhappy += .04
		}
		switch x := d.rng.Float64(); {
		case x < unhappy:
			t.score = 1 + d.rng.IntN(3)
		case x < unhappy+.05:
			t.score = 4
		}
		if d.rng.Float64() < .35 {
			t.text = pick(d.rng, good)
			if t.score < 4 {
				t.text = pick(d.rng, bad)
			}
		}
		if at.Before(solved.Add(closedAfter)) {
			d.add(t)
		}
	}
	if d.last = solved.Add(closedAfter); !d.last.Before(d.now) { // a time rule closes it
		d.over = true
	}
}

// followUp is a new ticket that grows out of a closed one.
func (d *draft) followUp() {
	if !d.says(d.awakeAfter(5*24*time.Hour), pick(d.rng, agains)) {
		return
	}
	share := d.used()
	begun := d.last
	d.add(turn{at: d.within(desk.FirstReply, begun, share*.5), kind: assigns, tags: d.topic.tags})
	d.solves(d.within(desk.FirstReply, begun, share))
	d.finish(0)
}

// unfinished is a life that is still going on.
func (d *draft) unfinished() {
	first, target := d.promise(desk.FirstReply)
	if first != nil && first.Between(d.opened, d.now) < time.Duration(1.15*float64(target)) && d.rng.Float64() < .6 {
		if d.rng.Float64() < .5 {
			d.first(d.used())
		}
		return // nobody has answered yet
	}
	share := d.used()
	d.first(share)
	at := d.within(desk.FirstReply, d.opened, share)
	if d.rng.Float64() < .5 {
		d.asks(at)
		d.explains(d.awakeAfter(5 * time.Hour))
		at = d.within(desk.NextReply, d.last, d.used())
	}
	recent := d.now.Add(-time.Duration(d.rng.Float64() * float64(6*24*time.Hour))).Truncate(time.Second)
	if recent.After(at) {
		d.reply(at, desk.StatusOpen, pick(d.rng, thankFor), pick(d.rng, lookings))
		at = recent
	}
	switch x := d.rng.Float64(); {
	case x < .42:
		d.asks(at)
	case x < .56:
		d.add(turn{at: at.Add(-2 * time.Minute), kind: notes, text: pick(d.rng, heldFor)})
		d.reply(at, desk.StatusHold, pick(d.rng, thankFor), pick(d.rng, lookings))
	case x < .68:
		d.reply(at, desk.StatusOpen, pick(d.rng, thankFor), pick(d.rng, lookings))
	default:
		// The customer answered and waits; the promise runs out soon, or has.
		wrote := d.ago(desk.NextReply, .02+1.1*d.rng.Float64())
		if at.After(wrote) {
			at = wrote.Add(-about(d.rng, 3*time.Hour, .5))
		}
		if d.asks(at) {
			d.explains(wrote)
		}
	}
}

// ago is when a message must have come for a share of its promise to be used up now.
func (d *draft) ago(m desk.Metric, share float64) time.Time {
	cal, within := d.promise(m)
	want := time.Duration(share * float64(within))
	if cal == nil {
		return d.now.Add(-want)
	}
	low, high := d.now.Add(-21*24*time.Hour), d.now
	for high.Sub(low) > time.Second {
		mid := low.Add(high.Sub(low) / 2)
		if cal.Between(mid, d.now) > want {
			low = mid
		} else {
			high = mid
		}
	}
	return high.Truncate(time.Second)
}
