package webhook

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// zendeskFormat is the format of requests that are as Zendesk's.
const zendeskFormat = "zendesk"

// accountID is the account that requests in Zendesk's format name: an instance has one.
const accountID = "1"

// contents are the media types of what is sent.
var contents = map[string]string{"": "application/json", "json": "application/json", "xml": "application/xml", "form": "application/x-www-form-urlencoded"}

// request is the signed request of an attempt.
func (s *Service) request(ctx context.Context, w InForce, r *result) (*http.Request, error) {
	body, err := s.body(ctx, w, r)
	if err != nil {
		return nil, err
	}
	return s.signed(ctx, w, r.Delivery, body)
}

// signed is a request with a body, signed at the time of the delivery's attempt.
func (s *Service) signed(ctx context.Context, w InForce, d Delivery, body []byte) (*http.Request, error) {
	secrets, err := s.signingSecrets(ctx, w)
	if err != nil {
		return nil, err
	}
	method := w.Spec.Method
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, w.Spec.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for k, v := range headers(w, d) {
		req.Header.Set(k, v)
	}
	if name, value, err := s.authorizationHeader(ctx, w); err != nil {
		return nil, err
	} else if name != "" {
		req.Header.Set(name, value)
	}
	switch {
	case len(secrets) == 0: // one that is tried before it is made
		return req, nil
	case w.Spec.Format == zendeskFormat:
		req.Header.Set("X-Zendesk-Webhook-Signature", signZendesk(secrets[0], d.Tried, body))
		req.Header.Set("X-Zendesk-Webhook-Signature-Timestamp", d.Tried.UTC().Format(zendeskTime))
		return req, nil
	}
	signature, err := sign(secrets, d.MessageID, d.Tried, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(d.Tried.Unix(), 10))
	req.Header.Set("Webhook-Signature", signature)
	return req, nil
}

// headers are those of a request that say nothing about the attempt, and are no secret.
func headers(w InForce, d Delivery) map[string]string {
	out := map[string]string{}
	for name, value := range w.Spec.Headers {
		out[http.CanonicalHeaderKey(name)] = value
	}
	out["Content-Type"], out["User-Agent"] = contents[""], "Steward-Webhook/1"
	if d.text != "" {
		out["Content-Type"] = contents[w.Spec.Content]
	}
	if w.Spec.Format == zendeskFormat {
		out["X-Zendesk-Account-Id"], out["X-Zendesk-Webhook-Id"] = accountID, strconv.FormatInt(w.ID, 10)
		out["X-Zendesk-Webhook-Invocation-Id"] = strconv.FormatInt(d.ID, 10)
	} else {
		out["Webhook-Id"] = d.MessageID
	}
	return out
}

// body is what a delivery tells, if the webhook may know it.
func (s *Service) body(ctx context.Context, w InForce, r *result) (body []byte, err error) {
	if r.EventID == 0 {
		r.final = true // somebody looks at a test now; tomorrow nobody does
	}
	var told string
	err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		body, told, err = s.told(ctx, tx, w, r.Delivery)
		return err
	})
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Invalid) {
		r.final = true
	}
	if told != "" {
		r.Type = told
	}
	return body, err
}

// told is the body of a delivery and the event's verb.
func (s *Service) told(ctx context.Context, tx db.Tx, w InForce, d Delivery) (body []byte, verb string, err error) {
	if d.EventID == 0 {
		body, err = testBody(w, d)
		return body, Test, err
	}
	e, err := s.Ledger.Get(ctx, tx, d.EventID)
	if err != nil {
		return nil, "", err
	}
	if !w.sees(e) {
		return nil, e.Verb, fault.New(fault.Forbidden, "The webhook's role and visibility do not let it know of this event.")
	}
	switch d.text {
	case textGone:
		return nil, e.Verb, fault.New(fault.Invalid, "What this was to tell was taken away with the words it held.")
	case textKept:
		var text string
		err := tx.QueryRow(ctx, `SELECT body FROM webhook_delivery WHERE id = $1`, d.ID).Scan(&text)
		return []byte(text), e.Verb, err
	}
	body, err = w.bodyOf(e, d)
	return body, e.Verb, err
}

// bodyOf is the body that tells of an event. The same event always gives the same bytes.
func (w InForce) bodyOf(e ledger.Event, d Delivery) ([]byte, error) {
	if w.Spec.Format == zendeskFormat {
		return zendeskBody(e, d)
	}
	return standardBody(e)
}
