package mail

// Threading returns the tickets a message may belong to, best first: those whose signed
// reply address it was sent to (the envelope's recipients count too), then the one it
// answers by In-Reply-To, then References from the newest to the oldest. The subject never
// counts: anybody can write "Re: [#48213]".
//
// Only signed addresses and ids count, so a stranger cannot reach a ticket by guessing its
// number; whether this sender may add to the ticket is for the caller to decide.
func Threading(m *Message, keys Keys, recipients ...string) []int64 {
	var found []int64
	add := func(id int64, ok bool) {
		if !ok {
			return
		}
		for _, f := range found {
			if f == id {
				return
			}
		}
		found = append(found, id)
	}
	for _, r := range recipients {
		add(ParseReplyAddress(r, keys))
	}
	for _, list := range [][]Address{m.DeliveredTo, m.To, m.Cc} {
		for _, a := range list {
			add(ParseReplyAddress(a.Email, keys))
		}
	}
	byID := func(id string) {
		ref, ok := ParseMessageID(id, keys)
		add(ref.TicketID, ok)
	}
	byID(m.InReplyTo)
	for i := len(m.References) - 1; i >= 0; i-- {
		byID(m.References[i])
	}
	return found
}
