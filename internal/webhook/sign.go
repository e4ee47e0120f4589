package webhook

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"steward/internal/mail"
)

// sign is the value of webhook-signature: a signature with each of the secrets, which are
// references, with a space between. An error never tells a secret.
func sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	var all []string
	for _, ref := range secrets {
		text, err := mail.ReadSecret(ref)
		if err != nil {
			return "", err
		}
		key, ok := strings.CutPrefix(strings.TrimSpace(text), "whsec_")
		raw, err := base64.StdEncoding.DecodeString(key)
		if !ok || err != nil || len(raw) < 24 || len(raw) > 64 {
			return "", fmt.Errorf("the secret in %s is not whsec_ and 24 to 64 bytes in base64", ref)
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
