package portal

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"steward/internal/desk"
)

// stamp is which form a page shows, in which version, since when.
type stamp struct {
	form  string // id and version
	at    time.Time
	nonce string
}

func (s *Portal) sign(st stamp) string {
	return s.Signer.SignText(stampPurpose, st.form+"|"+strconv.FormatInt(st.at.Unix(), 10)+"|"+st.nonce)
}

func (s *Portal) stamped(token string) (st stamp, ok bool) {
	text, ok := s.Signer.VerifyText(stampPurpose, token)
	parts := strings.Split(text, "|")
	if !ok || len(parts) != 3 {
		return st, false
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	return stamp{parts[0], time.Unix(at, 0), parts[2]}, err == nil
}

func (s *Portal) fresh(f *desk.Form) stamp { return s.freshStamp(f.Stamp()) }

func (s *Portal) freshStamp(form string) stamp {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails; it stops the program when there is no randomness
	return stamp{form, s.Clock(), base64.RawURLEncoding.EncodeToString(b)}
}
