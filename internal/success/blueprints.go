package success

import "steward/internal/blueprint"

// Register adds the kinds of this module and what their conditions may read.
func Register(reg *blueprint.Registry) {}

// Config is the module's part of a configuration, compiled once when it comes into force.
type Config struct{}

// Compile reads the module's blueprints out of a configuration.
func Compile(set *blueprint.Set) *Config { return &Config{} }
