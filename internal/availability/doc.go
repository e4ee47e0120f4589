// Package availability knows who is at work: regions with their working hours (blueprints.go), what
// somebody says about themselves (presence.go), time off (timeoff.go), and what follows from all of
// it for somebody at a moment (status.go). Routing reads it; nothing here gives anybody work.
package availability
