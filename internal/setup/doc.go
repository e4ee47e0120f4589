// Package setup walks whoever runs a new instance through its first steps: the first administrator, a mailbox whose
// servers are tried, a test mail that is followed until it arrives, a team, a service level, and colleagues who are
// invited by mail. It keeps how far somebody came; what it sets up are blueprints, which go the usual way of changes.
package setup
