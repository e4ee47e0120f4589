package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// sign is the value of webhook-signature: a signature with each of the secrets, with a space
// between. An error never tells a secret.
func sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	var all []string
	for _, text := range secrets {
		key, ok := strings.CutPrefix(text, "whsec_")
		raw, err := base64.StdEncoding.DecodeString(key)
		if !ok || err != nil || len(raw) < 24 || len(raw) > 64 {
			return "", errors.New("a secret is not whsec_ and 24 to 64 bytes in base64")
		}
		w, err := standardwebhooks.NewWebhookRaw(raw)
		if err != nil {
			return "", err
		}
		s, err := w.Sign(id, at, body)
		if err != nil {
			return "", err
		}
		all = append(all, s)
	}
	return strings.Join(all, " "), nil
}

// zendeskTime is how Zendesk's signatures write their time.
const zendeskTime = "2006-01-02T15:04:05Z"

// signZendesk is the value of X-Zendesk-Webhook-Signature: base64 of HMAC-SHA256 over the time's text and
// the body, with the secret's text as key. Source: developer.zendesk.com, "Verifying webhook
// authenticity".
func signZendesk(secret string, at time.Time, body []byte) string {
	m := hmac.New(sha256.New, []byte(strings.TrimPrefix(secret, "whsec_")))
	m.Write([]byte(at.UTC().Format(zendeskTime)))
	m.Write(body)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}
