// Package zendesk is a second HTTP surface: the Zendesk Support API, version 2, under /api/v2, so
// that clients and integrations written for Zendesk work against Steward unchanged.
//
// Nothing is kept here but the state of jobs: a call is read, carried out by the same services as the
// native API (and so under the same permissions), and told in Zendesk's shapes. Ids are Steward's own:
// tickets, people and organizations by their record's id, teams (groups), roles and all rules by the id
// of their blueprint. A change of a rule through this API is a blueprint version like any other.
//
// One noun a file: each has a method that lists its endpoints (ticketEndpoints, userEndpoints …),
// handlers, and the shape it is told in. Start with server.go (how a call finds its handler) and call.go
// (what a handler works with); groups.go is a short example of everything. An endpoint says itself
// whether it is whole or what it lacks; docs/zendesk-api.md is written from that.
//
// The contract is developer.zendesk.com/api-reference (ticketing, introduction).
package zendesk
