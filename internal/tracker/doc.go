// Package tracker speaks with the trackers of engineers: GitLab (REST v4) and GitHub (REST). It
// knows no tickets: others ask for an issue, and hear of its changes.
//
// An issue or merge request that somebody wants to know of is a row (Issue), shared by all who do. It
// is kept current in two ways: the tracker's webhooks, checked for their signature, stored and then
// worked on by a job; and asking, once an hour or as its tracker says, with the ETag of the last answer.
// Neither depends on the other. A change is an event, and those who asked with OnChange hear of it in
// the same transaction.
//
// Requests go through package outbound. A tracker that asks for patience (Retry-After, RateLimit-Reset)
// gets it: nothing is asked of it until then.
package tracker
