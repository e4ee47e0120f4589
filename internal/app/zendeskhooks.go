package app

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/webhook"
	"steward/internal/zendesk"
)

// zendeskHooks lets the Zendesk API show webhooks without knowing how they are sent.
type zendeskHooks struct{ app *App }

var _ zendesk.Hooks = zendeskHooks{}

func (h zendeskHooks) Spec(name string) (zendesk.HookSpec, bool) {
	for _, w := range h.app.config.Load().webhooks {
		if w.Name == name {
			s := w.Spec
			return zendesk.HookSpec{URL: s.URL, Method: s.Method, Content: s.Content, Zendesk: s.Format == "zendesk", Events: s.Events, Headers: s.Headers,
				Authorization: s.Authorization, Disabled: s.Disabled}, true
		}
	}
	return zendesk.HookSpec{}, false
}

func (h zendeskHooks) Secret(ctx context.Context, tx db.Tx, by act.Actor, name string, renew bool) (string, error) {
	if renew {
		return h.app.Webhooks.RenewSecret(ctx, tx, by, name)
	}
	return h.app.Webhooks.Secret(ctx, tx, by, name)
}

func (h zendeskHooks) Authorize(ctx context.Context, tx db.Tx, by act.Actor, id int64, header string) error {
	return h.app.Webhooks.KeepAuthorization(ctx, tx, by, id, header)
}

func (h zendeskHooks) Calls(ctx context.Context, tx db.Tx, by act.Actor, name, state string, page db.Page) ([]zendesk.HookCall, string, error) {
	list, next, err := h.app.Webhooks.Deliveries(ctx, tx, by, name, webhook.State(state), page)
	out := make([]zendesk.HookCall, len(list))
	for i, d := range list {
		out[i] = hookCall(d)
	}
	return out, next, err
}

func (h zendeskHooks) Call(ctx context.Context, tx db.Tx, by act.Actor, name string, id int64) (zendesk.HookCall, error) {
	d, r, err := h.app.Webhooks.Show(ctx, tx, by, name, id)
	out := hookCall(d)
	out.Headers, out.Body = r.Headers, r.Body
	return out, err
}

func (h zendeskHooks) Attempts(ctx context.Context, tx db.Tx, by act.Actor, name string, id int64) ([]zendesk.HookAttempt, error) {
	list, err := h.app.Webhooks.Attempts(ctx, tx, by, name, id)
	out := make([]zendesk.HookAttempt, len(list))
	for i, a := range list {
		out[i] = zendesk.HookAttempt{At: a.Tried, Status: a.Status, Error: a.Error, Response: a.Response}
	}
	return out, err
}

func hookCall(d webhook.Delivery) zendesk.HookCall {
	return zendesk.HookCall{ID: d.ID, Verb: d.Type, State: string(d.State), Attempts: d.Attempts, Tried: d.Tried, Status: d.Status, Error: d.Error, Response: d.Response}
}

func (h zendeskHooks) Try(ctx context.Context, by act.Actor, name string, spec zendesk.HookSpec, body string) (zendesk.HookAnswer, error) {
	if h.app.Sandbox != nil {
		return zendesk.HookAnswer{}, fault.New(fault.Invalid, "This is a sandbox, which calls nobody.")
	}
	a, err := h.app.Webhooks.Try(ctx, by, name, webhook.Webhook{URL: spec.URL, Method: spec.Method, Content: spec.Content, Headers: spec.Headers, Format: "zendesk"}, body)
	return zendesk.HookAnswer{Status: a.Status, Headers: a.Headers, Body: a.Body}, err
}

func (h zendeskHooks) Verbs(theirs string) []string { return webhook.ZendeskVerbs(theirs) }

func (h zendeskHooks) Event(verb string) string { return webhook.ZendeskEvent(verb) }
