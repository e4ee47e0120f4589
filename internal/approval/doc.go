// Package approval says when something that several people decide is decided: by one, by all of some roles, by so many people,
// and never by its author. It is pure; who asks keeps the votes.
package approval
