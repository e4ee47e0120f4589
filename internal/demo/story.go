package demo

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"steward/internal/bizcal"
	"steward/internal/desk"
)

// story is the life of a ticket, followed by that of its follow-up if there is one.
type story struct {
	opened   time.Time
	person   int // who asks
	channel  string
	priority desk.Priority
	tags     []string
	subject  string
	text     string
	file     bool // a log is attached
	turns    []turn
}

// turn is one thing that happens in a story.
type turn struct {
	at       time.Time
	kind     turnKind
	agent    int
	text     string
	status   desk.Status // with a reply or a change
	team     string      // with an assignment
	tags     []string    // with an assignment
	priority desk.Priority
	score    int
}

type turnKind int

const (
	assigns  turnKind = iota // an agent takes the ticket and sorts it
	replies                  // an agent writes to the customer
	notes                    // an agent writes to colleagues
	changes                  // an agent changes the state
	comments                 // the customer writes
	answers                  // the customer answers the survey
)

// closedAfter is how long a ticket stays solved until the time rule of the starter kit closes it.
const closedAfter = 7 * 24 * time.Hour

// author writes the stories of a company.
type author struct {
	seed    uint64
	now     time.Time
	n       int
	company *company
	rhythm  *rhythm
	cfg     *desk.Config
	ask     time.Duration // from solving to the survey
	active  float64       // share of tickets that are not finished yet
	again   float64       // share of closed tickets that are followed by another
}

// draft is a story being written.
type draft struct {
	*author
	story
	rng    *rand.Rand
	words  *words
	topic  topic
	team   string
	agent  int
	last   time.Time // when the last turn was
	rounds int
	over   bool // the next turn would come after now
	late   bool // a promise was missed
	asked  int  // questions so far

	changed desk.Priority // what an agent made of the priority
}

// story writes the i-th story. It depends on nothing but the seed, i and the moment.
func (a *author) story(i int) story {
	rng := rand.New(rand.NewPCG(a.seed, uint64(i)+100))
	d := &draft{author: a, rng: rng, words: newWords(rng)}
	d.opened = a.rhythm.at((float64(i) + rng.Float64()) / float64(a.n))
	d.person = pick(rng, a.company.byRegion[regionAt(rng, d.opened)])
	x := rng.IntN(totalWeight)
	for _, t := range topics {
		if x -= t.weight; x < 0 {
			d.topic = t
			break
		}
	}
	d.team = d.topic.team
	d.agent = pick(rng, a.company.byTeam[d.team])
	d.channel = pick(rng, []string{"mail", "mail", "mail", "mail", "mail", "mail", "mail", "web", "web", "api"})
	d.priority = draw(rng, .56, .2, .19, .05, desk.Priority("normal"), "low", "high", "urgent")
	if d.topic.tags[0] == "outage" {
		d.priority = draw(rng, .75, .25, 0, 0, desk.Priority("urgent"), "high", "high", "high")
	}
	d.subject = d.words.fill(pick(rng, d.topic.subjects))
	d.file = rng.Float64() < .12
	proof := ""
	if d.file {
		proof = pick(rng, attached)
	}
	d.text = letter(rng, pick(rng, hellos), a.company.people[d.person].name, d.words.fill(pick(rng, d.topic.problems)), pick(rng, urges), proof)
	d.last = d.opened
	// The newest tickets are mostly open still, those of a month ago hardly any.
	active := float64(a.n) * a.active
	if rank := float64(a.n - 1 - i); rng.Float64() < 1-rank/(2*active) {
		if d.premium() && rng.Float64() < .25 {
			d.priority = "urgent" // promised around the clock: something presses on Sundays too
		}
		d.unfinished()
	} else {
		d.live()
	}
	return d.story
}

func draw[T any](rng *rand.Rand, p1, p2, p3, p4 float64, a, b, c, d T) T {
	x := rng.Float64() * (p1 + p2 + p3 + p4)
	switch {
	case x < p1:
		return a
	case x < p1+p2:
		return b
	case x < p1+p2+p3:
		return c
	default:
		return d
	}
}

func (d *draft) premium() bool {
	plan := d.company.organization(d.person).plan
	return plan == "premium" || plan == "ultimate"
}

// promise is what the starter kit promises this customer.
func (d *draft) promise(m desk.Metric) (*bizcal.Calendar, time.Duration) {
	policy, priority := "standard", d.priority
	if d.premium() {
		policy = "premium"
	}
	if d.changed != "" {
		priority = d.changed
	}
	for _, p := range d.cfg.Policies {
		for _, t := range p.Targets {
			if p.Name == policy && t.Metric == m && t.Priority == priority {
				return t.Calendar, t.Within
			}
		}
	}
	return nil, 8 * time.Hour
}

// within is the moment when a share of a promise is used up, counted from a moment.
func (d *draft) within(m desk.Metric, from time.Time, share float64) time.Time {
	cal, within := d.promise(m)
	if cal == nil {
		return from.Add(time.Duration(share * float64(within)))
	}
	at, _ := cal.After(from, time.Duration(share*float64(within)))
	return at.Truncate(time.Second)
}

// add adds a turn, at least some seconds after the last; none comes after now.
func (d *draft) add(t turn) bool {
	if least := d.last.Add(time.Duration(20+d.rng.IntN(200)) * time.Second); t.at.Before(least) {
		t.at = least
	}
	if d.over || !t.at.Before(d.now) {
		d.over = true
		return false
	}
	if t.agent == 0 && t.kind != comments && t.kind != answers {
		t.agent = d.agent
	}
	d.turns = append(d.turns, t)
	d.last = t.at
	return true
}

// used is how much of a promise an answer takes: mostly a third, seldom more than all of it.
func (d *draft) used() float64 {
	share := .3 * math.Exp(.68*d.rng.NormFloat64())
	d.late = d.late || share > 1
	return share
}

// first is what happens until somebody has looked at the ticket.
func (d *draft) first(share float64) {
	t := turn{at: d.within(desk.FirstReply, d.opened, share*.5), kind: assigns, tags: d.topic.tags}
	if d.team != "support" {
		t.team = d.team
	}
	if d.rng.Float64() < .06 {
		t.priority = draw(d.rng, .4, .4, .2, 0, desk.Priority("high"), "normal", "low", "low")
		if t.priority == d.priority {
			t.priority = ""
		}
	}
	if d.add(t) && t.priority != "" {
		d.changed = t.priority
	}
	if d.rng.Float64() < .2 {
		d.add(turn{at: d.last.Add(about(d.rng, 8*time.Minute, .7)), kind: notes, text: d.words.fill(pick(d.rng, d.topic.notes)), agent: d.colleague()})
	}
}

func (d *draft) colleague() int { return pick(d.rng, d.company.byTeam[d.team]) }

func (d *draft) name() string { return d.company.agents[d.agent].name }

func (d *draft) customer() string { return d.company.people[d.person].name }

// reply is an agent's message.
func (d *draft) reply(at time.Time, status desk.Status, parts ...string) bool {
	return d.add(turn{at: at, kind: replies, status: status, text: letter(d.rng, "Hello "+strings.Fields(d.customer())[0]+",", d.name(), parts...)})
}

// asks puts a question: one about the topic first, then others.
func (d *draft) asks(at time.Time) bool {
	questions := append(slices.Clone(d.topic.asks), moreAsks...)
	q := questions[d.asked%len(questions)]
	d.asked++
	return d.reply(at, desk.StatusPending, pick(d.rng, thankFor), d.words.fill(q))
}

// explains is the customer's answer to the last question.
func (d *draft) explains(at time.Time) bool {
	text := pick(d.rng, moreDetails)
	if d.asked <= len(d.topic.details) {
		text = d.topic.details[d.asked-1]
	}
	return d.says(at, d.words.fill(text))
}

func (d *draft) solves(at time.Time) bool {
	fix, docs := d.words.fill(pick(d.rng, d.topic.fixes)), ""
	if d.person%3 == 0 && len(d.topic.tags) > 0 { // nothing is drawn for it: everything else stays as it was
		docs = "Step by step: https://docs.company.example/" + strings.Join(d.topic.tags, "/")
	}
	return d.reply(at, desk.StatusSolved, fix, docs, pick(d.rng, closers))
}

func (d *draft) says(at time.Time, parts ...string) bool {
	return d.add(turn{at: at, kind: comments, text: letter(d.rng, pick(d.rng, hellos), d.customer(), parts...)})
}

// awakeAfter is when a customer answers: some hours later, by day.
func (d *draft) awakeAfter(median time.Duration) time.Time {
	return regions[d.company.organization(d.person).region].awake(d.rng, d.last.Add(about(d.rng, median, 1.1)))
}
