package mail

import (
	"strconv"
	"strings"

	"steward/internal/fault"
)

// ReplyAddress returns the address whose replies belong to a ticket: the mailbox with the
// ticket and its signature after a plus, as in support+48213.k3v…@acme.example. The mailbox
// itself is not signed, so a mailbox that is renamed keeps its threads.
func ReplyAddress(mailbox string, ticketID int64, keys Keys) (string, error) {
	return signedAddress(mailbox, "reply", strconv.FormatInt(ticketID, 10), keys)
}

// signedAddress is the mailbox with what follows a plus, signed for a purpose.
func signedAddress(mailbox, purpose, what string, keys Keys) (string, error) {
	local, domain, ok := cutAddress(mailbox)
	if !ok {
		return "", fault.Field("mailbox", mailbox, "an address such as support@acme.example", "The mailbox %q is not an address.", mailbox)
	}
	if len(keys) == 0 {
		return "", fault.New(fault.Internal, "There is no key to sign reply addresses with.")
	}
	local += "+" + what + "." + sign(keys[0], purpose, what)
	if len(local) > 64 { // RFC 5321 section 4.5.3.1.1
		return "", fault.Field("mailbox", mailbox, "at most 30 characters before the at sign", "The mailbox %q is too long for reply addresses.", mailbox)
	}
	return local + "@" + domain, nil
}

// ParseReplyAddress returns the ticket a reply address belongs to; ok is false when the
// address is not one, or not signed by us.
func ParseReplyAddress(addr string, keys Keys) (ticketID int64, ok bool) {
	what, ok := signedPart(addr, "reply", keys)
	if !ok {
		return 0, false
	}
	return parseInt(what)
}

// signedPart is what stands signed for a purpose after the plus of an address.
func signedPart(addr, purpose string, keys Keys) (what string, ok bool) {
	local, _, ok := cutAddress(strings.ToLower(addr))
	if !ok {
		return "", false
	}
	i := strings.LastIndexByte(local, '+')
	if i < 0 {
		return "", false
	}
	what, mac, ok := cutMAC(local[i+1:])
	return what, ok && keys.verify(purpose, what, mac)
}

// PlainAddress removes the ticket or side conversation from a reply address, so that a mailbox is recognised
// whoever it was written for: support+48213.k3v…@acme.example is support@acme.example.
func PlainAddress(addr string, keys Keys) string {
	addr = strings.ToLower(addr)
	_, ticket := ParseReplyAddress(addr, keys)
	if _, side := ParseSideAddress(addr, keys); !ticket && !side {
		return addr
	}
	at, plus := strings.LastIndexByte(addr, '@'), strings.LastIndexByte(addr, '+')
	return addr[:plus] + addr[at:]
}

// cutAddress splits an address at its last at sign.
func cutAddress(s string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(s, '@')
	if i <= 0 || i == len(s)-1 || strings.ContainsAny(s, " \r\n\t<>,") {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}

// TimelineAddress splits the address of an account's timeline, such as timeline+48@acme.example, into the
// mailbox and the account's id. It is not signed: who may write there is asked of the sender.
func TimelineAddress(addr string) (mailbox string, account int64, ok bool) {
	local, domain, ok := cutAddress(strings.ToLower(addr))
	if !ok {
		return "", 0, false
	}
	box, id, ok := strings.Cut(local, "+")
	if !ok || box == "" {
		return "", 0, false
	}
	account, ok = parseInt(id)
	return box + "@" + domain, account, ok && account > 0
}
