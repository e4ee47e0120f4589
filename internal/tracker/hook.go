package tracker

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
	"steward/internal/mail"
	"steward/internal/outbound"
	"steward/internal/rest"
)

// maxHook is the largest webhook taken, in bytes. GitHub sends 25 MB at most, of pushes; what is told
// of an issue is far below this.
const maxHook = 5 << 20

// tolerance is how old a signed time may be, and how far ahead.
const tolerance = 5 * time.Minute

// deliveryJob is the kind of job that works on a webhook that was taken.
const deliveryJob = "tracker.delivery"

// keepDeliveries is how long a delivery's id is known, and sweepBatch how many a sweep removes at most.
const (
	keepDeliveries = 30 * 24 * time.Hour
	sweepBatch     = 20_000
)

// Hooks is the handler of POST /hooks/trackers/{name}: it checks the signature, stores what came and
// answers 202; a job works on it. What is of no concern, or came before, is answered with 200.
func (s *Service) Hooks() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, err := s.take(w, r)
		if err != nil {
			rest.Fail(w, err)
			return
		}
		w.WriteHeader(status)
	})
}

func (s *Service) take(w http.ResponseWriter, r *http.Request) (int, error) {
	name := r.PathValue("name")
	t, ok := s.Named(name)
	if !ok {
		return 0, fault.Missing("tracker", outbound.Clip(name, 100))
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return 0, fault.New(fault.TooLarge, "This webhook has more than %d MB, the most that is taken.", maxHook>>20)
	}
	if err != nil {
		return 0, fault.New(fault.Malformed, "The webhook broke off.")
	}
	if err := verify(t, r.Header, body, s.Clock()); err != nil {
		return 0, err
	}
	event := r.Header.Get("X-GitHub-Event")
	if t.Spec.Software == GitLab {
		event = r.Header.Get("X-Gitlab-Event")
	}
	if !slices.Contains(events[t.Spec.Software], event) {
		return http.StatusOK, nil
	}
	status := http.StatusAccepted
	err = s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		var id int64
		now := s.Clock()
		rows, err := tx.Query(ctx, `INSERT INTO tracker_delivery (tracker_id, delivery, event, body, received, state, error) VALUES ($1, $2, $3, $4, $5, 'queued', '')
			ON CONFLICT (tracker_id, delivery) DO NOTHING RETURNING id`, t.ID, deliveryID(t, r.Header, body), event, outbound.Clip(string(body), maxHook), db.Micros(now))
		ids, err := db.Collect(rows, err, func(row db.Scanner) (int64, error) { err := row.Scan(&id); return id, err })
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			status = http.StatusOK // it came before
			return nil
		}
		status = http.StatusAccepted
		return s.Jobs.Enqueue(ctx, tx, now, job.Spec{Kind: deliveryJob, Key: strconv.FormatInt(id, 10), Subject: ledger.Ref{Kind: "tracker_delivery", ID: id}, Due: now})
	})
	return status, err
}

// events are those that tell of issues, by software.
var events = map[string][]string{
	GitLab: {"Issue Hook", "Confidential Issue Hook", "Work Item Hook", "Merge Request Hook"},
	GitHub: {"issues", "pull_request"},
}

// deliveryID names a delivery, the same when it is repeated. GitLab's Idempotency-Key came with 17.4; its
// X-Gitlab-Event-UUID is shared by webhooks that lead to one another, so the body belongs to it.
func deliveryID(t InForce, h http.Header, body []byte) string {
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:16])
	if t.Spec.Software == GitHub {
		if id := h.Get("X-GitHub-Delivery"); id != "" {
			return outbound.Clip(id, 100)
		}
		return digest
	}
	for _, name := range []string{"Webhook-Id", "Idempotency-Key"} {
		if id := h.Get(name); id != "" {
			return outbound.Clip(id, 100)
		}
	}
	return outbound.Clip(h.Get("X-Gitlab-Event-UUID"), 100) + ":" + digest
}

// verify checks that a webhook is of the tracker.
func verify(t InForce, h http.Header, body []byte, now time.Time) error {
	wrong := func(text string) error { return fault.New(fault.SignedOut, "%s", text) }
	var secrets []string
	for _, ref := range t.Spec.WebhookSecrets {
		if text, err := mail.ReadSecret(ref); err == nil && strings.TrimSpace(text) != "" {
			secrets = append(secrets, strings.TrimSpace(text))
		}
	}
	if len(secrets) == 0 {
		return wrong("The tracker " + t.Name + " has no webhook secret that can be read here, so its webhooks are refused.")
	}
	fits := func(check func(secret string) bool) bool { return slices.ContainsFunc(secrets, check) }
	switch {
	case t.Spec.Software == GitHub:
		signature := h.Get("X-Hub-Signature-256")
		if !fits(func(secret string) bool { return hmac.Equal([]byte(signature), []byte(githubSignature(secret, body))) }) {
			return wrong("The signature (X-Hub-Signature-256) is missing or wrong.")
		}
	case h.Get("Webhook-Signature") != "":
		at, err := strconv.ParseInt(h.Get("Webhook-Timestamp"), 10, 64)
		if age := now.Sub(time.Unix(at, 0)); err != nil || age > tolerance || age < -tolerance {
			return wrong("The signed time (webhook-timestamp) is more than 5 minutes away from ours.")
		}
		signed := []byte(h.Get("Webhook-Id") + "." + h.Get("Webhook-Timestamp") + "." + string(body))
		if !fits(func(secret string) bool { return signedBy(secret, signed, h.Get("Webhook-Signature")) }) {
			return wrong("The signature (webhook-signature) is wrong.")
		}
	default:
		token := sha256.Sum256([]byte(h.Get("X-Gitlab-Token")))
		if !fits(func(secret string) bool {
			want := sha256.Sum256([]byte(secret))
			return subtle.ConstantTimeCompare(token[:], want[:]) == 1
		}) {
			return wrong("The token (X-Gitlab-Token) or signature (webhook-signature) is missing or wrong.")
		}
	}
	return nil
}

func githubSignature(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// signedBy checks one secret against the signatures of a header, which stand with spaces between:
// v1,BASE64. A secret that begins with whsec_ is in base64, by the Standard Webhooks specification.
func signedBy(secret string, signed []byte, header string) bool {
	key := []byte(secret)
	if text, ok := strings.CutPrefix(secret, "whsec_"); ok {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return false
		}
		key = raw
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(signed)
	want := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return slices.ContainsFunc(strings.Fields(header), func(one string) bool { return hmac.Equal([]byte(one), want) })
}
