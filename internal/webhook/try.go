package webhook

import (
	"context"
	"encoding/base32"
	"fmt"
	"io"

	"steward/internal/act"
	"steward/internal/fault"
	"steward/internal/outbound"
)

// Answer is what a server said to a request that somebody tried.
type Answer struct {
	Status  int
	Headers map[string]string // one value each
	Body    string            // its beginning
}

// Try makes one request at once, signed as those of a webhook (by name), or unsigned for one that
// is not made yet (""). It is called outside transactions. Whoever may apply blueprints may.
func (s *Service) Try(ctx context.Context, by act.Actor, name string, spec Webhook, body string) (out Answer, err error) {
	if err := by.Require("apply", "blueprint"); err != nil {
		return out, err
	}
	w := InForce{Spec: spec}
	if name != "" {
		if w, err = s.named(name); err != nil {
			return out, err
		}
		spec.Secrets, spec.Authorization = w.Spec.Secrets, w.Spec.Authorization
		w.Spec = spec
	}
	random := make([]byte, 10)
	if _, err := io.ReadFull(by.Rand(), random); err != nil {
		return out, err
	}
	d := Delivery{MessageID: "msg_" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random), Tried: s.Clock(), text: textKept}
	req, err := s.signed(ctx, w, d, []byte(body))
	if err != nil {
		return out, err
	}
	res, err := s.Client.Do(req)
	if err != nil {
		return out, fault.New(fault.Invalid, "%s", outbound.Failure(err))
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, maxResponse))
	if err != nil {
		return out, fault.New(fault.Invalid, "%s", outbound.Failure(err))
	}
	out = Answer{Status: res.StatusCode, Headers: map[string]string{}, Body: outbound.Clip(string(said), maxResponse)}
	for k := range res.Header {
		out.Headers[k] = fmt.Sprintf("%.1000s", res.Header.Get(k))
	}
	return out, nil
}
