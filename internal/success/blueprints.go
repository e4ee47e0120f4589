package success

import (
	"steward/internal/blueprint"
	"steward/internal/directory"
)

// Register adds the kinds of this module and what their conditions may read.
func Register(reg *blueprint.Registry) {}

// Config is the module's part of a configuration, compiled once when it comes into force.
type Config struct {
	teams map[int64]string // titles, by id
	named map[string]int64 // teams by name
}

// Compile reads the module's blueprints out of a configuration.
func Compile(set *blueprint.Set) *Config {
	c := &Config{teams: map[int64]string{}, named: map[string]int64{}}
	for _, b := range blueprint.All[directory.Team](set) {
		c.teams[b.ID], c.named[b.Name] = b.Title, b.ID
	}
	return c
}
