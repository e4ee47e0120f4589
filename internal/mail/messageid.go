package mail

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// MessageRef is what a message id of ours says: the ticket and the comment a mail is
// about, and which of the mails about that comment it is (copies to other people must
// have ids of their own).
type MessageRef struct {
	TicketID  int64
	CommentID int64
	Copy      int
}

// MessageID returns the id, without angle brackets, of a mail about a comment. The same
// mail always has the same id, and References that contain it lead back to the ticket.
func MessageID(ref MessageRef, domain string, keys Keys) string {
	return signedID(fmt.Sprintf("%d.%d.%d", ref.TicketID, ref.CommentID, ref.Copy), "message", domain, keys)
}

// signedID is a message id that says something, signed for a purpose.
func signedID(what, purpose, domain string, keys Keys) string {
	var key []byte
	if len(keys) > 0 {
		key = keys[0]
	}
	return what + "." + sign(key, purpose, what) + "@" + domain
}

// verifiedID returns what a message id signed for a purpose says.
func verifiedID(id, purpose string, keys Keys) (what string, ok bool) {
	local, _, ok := cutAddress(strings.ToLower(strings.Trim(id, "<> ")))
	if !ok {
		return "", false
	}
	what, mac, ok := cutMAC(local)
	return what, ok && keys.verify(purpose, what, mac)
}

// ParseMessageID returns what a message id of ours says; ok is false for anybody else's.
func ParseMessageID(id string, keys Keys) (ref MessageRef, ok bool) {
	what, ok := verifiedID(id, "message", keys)
	if !ok {
		return MessageRef{}, false
	}
	parts := strings.Split(what, ".")
	if len(parts) != 3 {
		return MessageRef{}, false
	}
	ticket, ok1 := parseInt(parts[0])
	comment, err2 := strconv.ParseInt(parts[1], 10, 64)
	n, err3 := strconv.Atoi(parts[2])
	return MessageRef{ticket, comment, n}, ok1 && err2 == nil && err3 == nil
}

// NewMessageID returns an id, without angle brackets, for a mail that belongs to no
// ticket. Randomness and time are the caller's.
func NewMessageID(random io.Reader, now time.Time, domain string) (string, error) {
	var b [15]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("making a message id: %w", err)
	}
	return strconv.FormatInt(now.UnixMilli(), 36) + "." + lower.EncodeToString(b[:]) + "@" + domain, nil
}
