// Package approval says when something that several people decide is decided: by one, by all of some roles, by so many people,
// and never by its author; and whose decision a record waits for. It is pure; who asks keeps the votes.
package approval
