package desk

import (
	"steward/internal/db"
	"steward/internal/mail"
)

// facts are what a transaction knows about a ticket because it has just made it so. The
// answer to a change is put together from them instead of being read back.
type facts struct {
	made   bool      // the ticket is new: nothing follows up on it and no survey asks about it
	clocks []*Clock  // all it ever had; nil when they were not looked at
	sent   *mail.Out // the mail that carries the newest message out
	now    *Ticket   // as the transaction is about to store it, while others ask about it; nil when it is as stored
	unseen []string  // whom the newest note names and who may not see the ticket
}

type knownKey struct{}

// known returns the facts about a ticket in this transaction.
func known(tx db.Tx, ticketID int64) *facts {
	all := tx.Value(knownKey{}, func() any { return map[int64]*facts{} }).(map[int64]*facts)
	if all[ticketID] == nil {
		all[ticketID] = &facts{}
	}
	return all[ticketID]
}
