// Package webhook tells other systems what happened: signed HTTP requests by the Standard
// Webhooks specification, described by blueprints of kind webhook.
//
// A follower of the ledger queues a delivery for every event that a webhook asks for and whose
// role may see it; Send does so for an action of a trigger. A delivery is a row and a job at its
// due time. One run at a time sends what is due for a webhook on a node, a few at once, so one
// that hangs delays nobody else's. What fails is tried again for three days and then stays,
// visible and repeatable; a webhook that fails for five days is disabled, with an event, until
// a test succeeds.
//
// An attempt sends the same id and bytes as the one before it; only the time and with it the
// signature differ. Requests go through package outbound: no redirects, no private addresses.
package webhook
