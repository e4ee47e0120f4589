// Package entitle says who may ask for help: what an organization bought, until when, and who
// may write for it. Entitlements are blueprints, looked at in order; the first whose condition
// holds decides (decide.go, a pure function). Beside the configuration it keeps what people
// record about single organizations: listed contacts, holds, accepted sharing of tickets, terms
// given by hand (prospects) and proofs of purchase.
//
// Without any entitlement everybody may ask for help.
package entitle
