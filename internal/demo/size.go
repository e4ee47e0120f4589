package demo

import "time"

// Size says how much there is.
type Size string

// The sizes.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// volume is what a size means.
type volume struct {
	tickets, agents, organizations, people int
	played                                 int // newest tickets that live through the services, with mail
}

var volumes = map[Size]volume{
	Small:  {tickets: 2_000, agents: 12, organizations: 120, people: 600, played: 40},
	Medium: {tickets: 100_000, agents: 60, organizations: 2_000, people: 12_000, played: 120},
	Large:  {tickets: 1_000_000, agents: 200, organizations: 8_000, people: 60_000, played: 120},
}

// span is how far back the history goes: eighteen months.
const span = 548 * 24 * time.Hour

// base is the moment a history ends when none is given.
var base = time.Date(2026, 1, 15, 14, 30, 0, 0, time.UTC)
