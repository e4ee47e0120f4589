// Package suggest finds what somebody probably meant: the known word nearest to the one they wrote.
// Every message about an unknown name uses it, so they all guess alike.
package suggest
