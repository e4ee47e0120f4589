package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

// Keys are the secrets that sign reply addresses and message ids. The first one signs; all
// verify, so that a key can be replaced while old mail is still being answered.
type Keys [][]byte

// macBytes is the length of a signature: 96 bits, short enough for an address and far too
// long to guess by mail.
const macBytes = 12

// lower is base32 in lower case, because mail systems change the case of addresses.
var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// sign signs what for a purpose, so that a signature for one place is worth nothing in
// another.
func sign(key []byte, purpose, what string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write([]byte(what))
	return lower.EncodeToString(h.Sum(nil)[:macBytes])
}

// verify reports whether mac is the signature of any key.
func (k Keys) verify(purpose, what, mac string) bool {
	ok := false
	for _, key := range k {
		if hmac.Equal([]byte(sign(key, purpose, what)), []byte(mac)) {
			ok = true
		}
	}
	return ok
}

// parseInt reads a positive number below 2^53 in the one way it is written.
func parseInt(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n > 0 && n < 1<<53 && strconv.FormatInt(n, 10) == s
}

// cutMAC splits "what.mac" at its last dot.
func cutMAC(s string) (what, mac string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || i == len(s)-1 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}
