package mail

import "slices"

// Threading returns the tickets a message may belong to, best first: those whose signed
// reply address it was sent to (the envelope's recipients count too), then the one it
// answers by In-Reply-To, then References from the newest to the oldest. The subject never
// counts: anybody can write "Re: [#48213]".
//
// Only signed addresses and ids count, so a stranger cannot reach a ticket by guessing its
// number; whether this sender may add to the ticket is for the caller to decide.
func Threading(m *Message, keys Keys, recipients ...string) []int64 {
	return threads(m, recipients, func(address string) (int64, bool) { return ParseReplyAddress(address, keys) }, func(id string) (int64, bool) {
		ref, ok := ParseMessageID(id, keys)
		return ref.TicketID, ok
	})
}

// threads are the records that a mail's addresses and the ids it answers lead to, each once.
func threads(m *Message, recipients []string, byAddress, byID func(string) (int64, bool)) []int64 {
	var found []int64
	add := func(id int64, ok bool) {
		if ok && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	for _, r := range recipients {
		add(byAddress(r))
	}
	for _, list := range [][]Address{m.DeliveredTo, m.To, m.Cc} {
		for _, a := range list {
			add(byAddress(a.Email))
		}
	}
	add(byID(m.InReplyTo))
	for i := len(m.References) - 1; i >= 0; i-- {
		add(byID(m.References[i]))
	}
	return found
}
