// Package auth says who somebody is and what they may do.
//
// A grant (action, kind, scope) comes from a role blueprint. Scope turns an actor's grants
// for one action on one kind into a Reach: as a predicate for lists (Where) and for one
// record (Covers), from the same rules, so the two cannot disagree. Services call Require,
// Scope or Denied themselves; surfaces only find out who acts (BySession, ByToken).
//
// Passwords are kept as Argon2id, sessions and tokens as SHA-256 of random secrets.
package auth
