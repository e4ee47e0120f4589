package tracker

// The verbs of the events of issues; their subject is the issue.
const (
	IssueTracked = "issue.tracked" // somebody asked to know of it: tracker_id, number
	IssueChanged = "issue.changed" // tracker_id; state as [old, new] when it changed; fields: which others changed
)
