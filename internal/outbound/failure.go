package outbound

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Failure says in a sentence why a call brought no answer, without its address, which may hold a
// secret. It is at most about 500 bytes long.
func Failure(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var t net.Error
	if errors.As(err, &t) && t.Timeout() {
		return fmt.Sprintf("No whole answer came within %d seconds.", int(Timeout.Seconds()))
	}
	return "The request failed: " + Clip(err.Error(), 500)
}

// Clip is what somebody else's server said as text that every database holds, at most n bytes long.
func Clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}
