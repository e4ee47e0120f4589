package webhook

// The verbs of webhooks' events. Their subject is the webhook, by its blueprint's id.
const (
	Disabled = "webhook.disabled" // reason: failing or gone; failing_since: microseconds, 0 for none
	Enabled  = "webhook.enabled"  // a test or repeated delivery succeeded
)

// Test is the type of a delivery that somebody asked for to try a webhook.
const Test = "webhook.test"
