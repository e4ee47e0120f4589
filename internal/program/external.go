package program

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/mail"
	"steward/internal/outbound"
	"steward/internal/rest"
)

// expectJob is the kind of timer that ends the wait for another system's answer.
const expectJob = "program.expect"

// maxVerdict is how many bytes another system's answer may have.
const maxVerdict = 64 << 10

// external asks another system, which answers at once or calls back. Question and answer are signed as Standard
// Webhooks are, with one secret.
type external struct{}

// verdictText is what another system answers.
type verdictText struct {
	State CheckState `json:"state"` // passed, failed or unclear
	Say   string     `json:"say"`   // the reason, for the applicant
}

func (v verdictText) finding() (Finding, bool) {
	f := Finding{State: v.State, Say: outbound.Clip(strings.TrimSpace(v.Say), 1000)}
	if f.Say == "" {
		f.Say = map[CheckState]string{Passed: "Verified.", Failed: "It could not be verified.", Unclear: "A colleague looks at it."}[v.State]
	}
	return f, v.State.Done()
}

// Look implements Adapter.
func (external) Look(ctx context.Context, s *Service, c Case) (Finding, error) {
	if s.Sandbox {
		return Finding{State: Unclear, Say: "A colleague looks at it."}, nil
	}
	sends := map[string]any{}
	for _, name := range c.Check.Sends {
		if f := c.Program.fields[name]; f != nil {
			if v := c.Application.Attributes.Of(f); v != nil {
				sends[f.Name] = v
			}
		}
	}
	body, err := json.Marshal(map[string]any{"id": c.Run.Key, "program": c.Program.Name, "check": c.Check.Name, "answers": sends, "answer_to": s.BaseURL() + "/hooks/verifications/" + c.Run.Key})
	if err != nil {
		return Finding{}, err
	}
	w, err := signer(c.Check.Secret)
	if err != nil {
		return Finding{}, err
	}
	now := s.Clock()
	signature, err := w.Sign(c.Run.Key, now, body)
	if err != nil {
		return Finding{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Check.URL, bytes.NewReader(body))
	if err != nil {
		return Finding{}, err
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "User-Agent": "Steward/1", "webhook-id": c.Run.Key, "webhook-timestamp": fmt.Sprint(now.Unix()), "webhook-signature": signature} {
		req.Header.Set(name, value)
	}
	res, err := s.Client.Do(req)
	if err != nil {
		return Finding{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusAccepted {
		return Finding{}, fault.New(fault.Unavailable, "The verifier answered with status %d.", res.StatusCode)
	}
	later := c.Check.Timeout.Std()
	if later == 0 {
		later = 24 * time.Hour
	}
	waits := Finding{State: Elsewhere, Say: "We wait for the answer of our verifier.", Later: later}
	var v verdictText
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxVerdict))
	if err != nil || res.StatusCode == http.StatusAccepted || json.Unmarshal(answer, &v) != nil {
		return waits, nil
	}
	if f, ok := v.finding(); ok {
		return f, nil
	}
	return waits, nil
}

// signer signs and checks with a secret that a reference names.
func signer(ref string) (*standardwebhooks.Webhook, error) {
	text, err := mail.ReadSecret(ref)
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(text), "whsec_"))
	if err != nil || len(raw) < 24 {
		return nil, fault.New(fault.Unavailable, "The secret in %s is not whsec_ and at least 24 bytes in base64.", ref)
	}
	return standardwebhooks.NewWebhookRaw(raw)
}

// expect sets the end of the wait for an answer.
func (s *Service) expect(ctx context.Context, tx db.Tx, by act.Actor, a *Application, run CheckRun, later time.Duration) error {
	return s.Jobs.Set(ctx, tx, by.Now(), job.Spec{Kind: expectJob, Key: fmt.Sprint(run.ID), Subject: a.Ref(), Due: by.Now().Add(later)})
}

// onExpect gives a proof to a colleague whose verifier never answered.
func (s *Service) onExpect(ctx context.Context, tx db.Tx, j job.Job) error {
	var id int64
	if _, err := fmt.Sscan(j.Key, &id); err != nil {
		return err
	}
	run, ok, err := s.checkBy(ctx, tx, "id", id)
	if err != nil || !ok || run.State != Elsewhere {
		return err
	}
	a, err := s.load(ctx, tx, run.ApplicationID)
	if err != nil {
		return err
	}
	return s.found(ctx, tx, s.system(act.Clock), a, run, Finding{State: Unclear, Say: "The verifier did not answer in time, so a colleague looks at it.", Evidence: run.Evidence}, 0)
}

// Hooks is the handler of POST /hooks/verifications/{key}: a verifier's answer. One that is not signed is refused, one
// that comes twice changes nothing.
func (s *Service) Hooks() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.verdict(w, r); err != nil {
			rest.Fail(w, err)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

func (s *Service) verdict(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxVerdict))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.New(fault.TooLarge, "This answer has more than %d kB, the most that is taken.", maxVerdict>>10)
	}
	if err != nil {
		return fault.New(fault.Malformed, "The answer broke off.")
	}
	key := outbound.Clip(r.PathValue("key"), 100)
	var secret string
	err = s.DB.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		run, ok, err := s.checkBy(ctx, tx, "key", key)
		if err != nil || !ok || run.Kind != "external" {
			return errors.Join(err, fault.Missing("verification", key))
		}
		a, err := s.load(ctx, tx, run.ApplicationID)
		if err != nil {
			return err
		}
		p, err := s.of(ctx, tx, a)
		if err != nil {
			return err
		}
		c, _ := p.check(run.Name)
		secret = c.Secret
		return nil
	})
	if err != nil {
		return err
	}
	sign, err := signer(secret)
	if err != nil {
		return err
	}
	if r.Header.Get("webhook-id") != key || sign.VerifyIgnoringTimestamp(body, r.Header) != nil || s.old(r.Header.Get("webhook-timestamp")) {
		return fault.New(fault.SignedOut, "The answer is not signed as agreed. Sign it as Standard Webhooks says, with the id of the question.")
	}
	var v verdictText
	if err := json.Unmarshal(body, &v); err != nil {
		return fault.New(fault.Malformed, "Send state and say as JSON.")
	}
	f, ok := v.finding()
	if !ok {
		return fault.Field("state", v.State, "passed, failed or unclear", "There is no such answer.")
	}
	return s.DB.Write(r.Context(), func(ctx context.Context, tx db.Tx) error {
		run, ok, err := s.checkBy(ctx, tx, "key", key)
		if err != nil || !ok || run.State.Done() {
			return err // it came before, or too late
		}
		a, err := s.load(ctx, tx, run.ApplicationID)
		if err != nil {
			return err
		}
		if err := s.Jobs.Cancel(ctx, tx, expectJob, fmt.Sprint(run.ID)); err != nil {
			return err
		}
		return s.found(ctx, tx, s.system(act.Rule), a, run, f, 0)
	})
}

// tolerance is how old a signed answer may be, and how far ahead.
const tolerance = 5 * time.Minute

func (s *Service) old(stamp string) bool {
	var at int64
	if _, err := fmt.Sscan(stamp, &at); err != nil {
		return true
	}
	d := s.Clock().Sub(time.Unix(at, 0))
	return d > tolerance || d < -tolerance
}
