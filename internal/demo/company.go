package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"steward/internal/directory"
)

// company is who there is. It is drawn before anything is stored; storing adds the ids.
type company struct {
	agents   []agent // the first is the administrator
	orgs     []organization
	people   []person
	byRegion [][]int          // people by region, busy ones more than once
	byTeam   map[string][]int // agents by team
}

type agent struct {
	name, email, team, zone, region string
	directory.Person
}

type organization struct {
	name, domain, plan string
	region             int
	made               directory.Organization
	attributes         map[string]any
}

type person struct {
	name, email string
	org         int
	directory.Person
}

// teams of the demo; their blueprints are in blueprints and in the starter kit.
var teams = []string{"support", "runners", "platform", "licensing", "security"}

var (
	colours = []string{"Amber", "Basalt", "Cedar", "Dune", "Ember", "Fjord", "Granite", "Hazel", "Indigo", "Juniper", "Kelp", "Linden", "Maple", "Nectar", "Ochre", "Pearl", "Quartz", "Russet", "Saffron", "Teal"}
	given   = []string{"Casey", "Robin", "Alex", "Sam", "Jordan", "Taylor", "Morgan", "Jamie", "Riley", "Avery", "Quinn", "Rowan", "Skyler", "Emery", "Finley", "Harper", "Kai", "Logan", "Noor", "Sasha", "Ariel", "Dana", "Ellis", "Frankie", "Jules", "Kim", "Lou", "Marin", "Nico", "Remy"}
	trades  = [][2]string{{"Harbour", "Freight"}, {"Willow", "Analytics"}, {"Copper", "Insurance"}, {"Summit", "Robotics"}, {"Lantern", "Media"}, {"Meadow", "Health"}, {"Anchor", "Bank"}, {"Orchard", "Foods"}, {"Beacon", "Energy"}, {"Cobalt", "Games"}, {"Delta", "Airways"}, {"Fable", "Publishing"}, {"Glacier", "Telecom"}, {"Hollow", "Mining"}, {"Iris", "Pharma"}, {"Keystone", "Construction"}, {"Lagoon", "Travel"}, {"Mosaic", "Retail"}, {"Nimbus", "Cloud"}, {"Onyx", "Security"}, {"Prairie", "Rail"}, {"Quarry", "Steel"}, {"Ripple", "Payments"}, {"Solstice", "Solar"}, {"Timber", "Homes"}, {"Umbra", "Optics"}, {"Vertex", "Motors"}, {"Wharf", "Logistics"}, {"Yonder", "Maps"}, {"Zephyr", "Wind"}}
	plans   = []string{"free", "free", "free", "premium", "premium", "premium", "premium", "ultimate", "ultimate", "trial"}
)

// colleagueOf is the id of the next person of the same organization, 0 for nobody.
func (c *company) colleagueOf(person int) int64 {
	for i := 1; i <= 50 && person+i < len(c.people); i++ {
		if p := c.people[person+i]; p.org == c.people[person].org {
			return p.ID
		}
	}
	return 0
}

// newCompany draws the people of a company.
func newCompany(seed uint64, v volume) *company {
	rng := rand.New(rand.NewPCG(seed, 1))
	c := &company{byTeam: map[string][]int{}, byRegion: make([][]int, len(regions))}
	c.agents = append(c.agents, agent{name: "Agent Admin 00", email: "admin@company.example", team: "support"})
	for i := 1; i < v.agents; i++ {
		colour := colours[(i-1)%len(colours)]
		c.agents = append(c.agents, agent{name: fmt.Sprintf("Agent %s %02d", colour, i), email: fmt.Sprintf("%s.%02d@company.example", strings.ToLower(colour), i),
			team: teams[i%len(teams)], zone: regions[i%len(regions)].zone, region: regions[i%len(regions)].name})
	}
	for i, a := range c.agents {
		c.byTeam[a.team] = append(c.byTeam[a.team], i)
	}
	for i := range v.organizations {
		t, n := trades[i%len(trades)], i/len(trades)+1
		o := organization{name: fmt.Sprintf("%s %s Sample %02d", t[0], t[1], n), domain: fmt.Sprintf("%s%02d.example", strings.ToLower(t[0]), n),
			plan: plans[rng.IntN(len(plans))]}
		switch x := rng.Float64(); {
		case i < len(regions): // each has somebody
			o.region = i
		case x < regions[0].share:
			o.region = 0
		case x < regions[0].share+regions[1].share:
			o.region = 1
		default:
			o.region = 2
		}
		o.attributes = map[string]any{"plan": o.plan, "support_region": regions[o.region].name, "seats": float64(5 + rng.IntN(40)*rng.IntN(40)),
			"time_zone": regions[o.region].zone, "licence_ids": fmt.Sprintf("SMP-%04d-%s", 1000+i, strings.ToUpper(o.plan[:1]))}
		o.attributes["arr"] = o.attributes["seats"].(float64) * map[string]float64{"ultimate": 1188, "premium": 348}[o.plan] // what a seat costs in the demo
		c.orgs = append(c.orgs, o)
	}
	for i := range v.people {
		first := given[rng.IntN(len(given))]
		p := person{name: fmt.Sprintf("%s Sample %04d", first, i+1), org: i % v.organizations}
		if i >= v.organizations { // a few organizations have many people
			p.org = int(float64(v.organizations) * rng.Float64() * rng.Float64())
		}
		o := c.orgs[p.org]
		p.email = fmt.Sprintf("%s.%04d@%s", strings.ToLower(first), i+1, o.domain)
		c.people = append(c.people, p)
		for range 1 + rng.IntN(3)*rng.IntN(4) {
			c.byRegion[o.region] = append(c.byRegion[o.region], i)
		}
	}
	return c
}

func (c *company) organization(person int) *organization { return &c.orgs[c.people[person].org] }
