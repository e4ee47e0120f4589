package success

// The verbs of this module. Their subject is the organization whose account it is; values are ids
// and plain values. What people wrote stays in the records.
const (
	AccountCreated = "account.created" // every field that is set, as in Changed
	AccountChanged = "account.changed" // changes: field: [old, new]
)

// Verbs about who is what at a customer.
const (
	ContactAdded   = "account.contact_added"   // person_id, role
	ContactRemoved = "account.contact_removed" // person_id, role
)

// Verbs about what products report.
const (
	UsageReported = "usage.reported"         // batch, instances, metrics, points, from, to
	UsageClaimed  = "usage.claimed"          // unknown, source, points: kept points are this account's
	InstanceSet   = "usage.instance_set"     // instance, chosen: [old, new], purpose: [old, new]
	Judged        = "measure.judged"         // judgement, measure_id, value or word, until; the reason is in the record
	JudgementOver = "measure.judgement_over" // judgement, measure_id: taken back
)

// Verbs about what happened and what is to be done.
const (
	HealthNoticed = "account.health_noticed" // band: [old, new], people: who are told of the change; read: what the notice's condition read
	EntryAdded    = "timeline.added"         // entry, kind, effort, people, roles, mail: whether it came as one, impact and reason of a health update; it happened when the entry says
	EntryChanged  = "timeline.changed"       // entry, kind, effort: [old, new]; what it says is in the record
	EntryRemoved  = "timeline.removed"       // entry, kind, effort
	UpdateAsked   = "account.update_asked"   // from, due, owner_id: a health update is asked for
	CallOpened    = "call.opened"            // call, type, priority, owner_id, rule_id
	CallChanged   = "call.changed"           // call, changes: field: [old, new]
	CallClosed    = "call.closed"            // call, type, closure
)
