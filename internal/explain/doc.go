// Package explain answers "why". For any event it follows the chain of causes back to a
// person, a mail, a clock or a version of a blueprint, says it in plain words, and shows what
// the deciding condition read at that moment, as the event recorded it. For a right it says
// which role grants it, since when, and what is missing where it does not (access.go).
//
// A module that owns a kind of record registers a Teller for it: who may ask, and what its
// events say. Kinds without one are told in the words of words.go.
package explain
