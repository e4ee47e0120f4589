// Package act says who acts and when. Every service method takes an Actor; nothing of
// it hides in a context. Time and randomness are part of the Actor, so tests never sleep.
package act
