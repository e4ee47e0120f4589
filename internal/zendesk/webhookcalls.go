package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
)

func (s *Server) webhookEndpoints() []endpoint {
	const lacks = "subscriptions: what rules tell, and ticket.created, ticket.comment_added, user.created and organization.created, whose detail holds the id alone"
	return []endpoint{
		get("/webhooks", listWebhooks).partly("pages by cursor; filters: name_contains and status"),
		post("/webhooks", createWebhook).partly(lacks),
		post("/webhooks/test", tryWebhook),
		get("/webhooks/{id}", webhookRule.show),
		put("/webhooks/{id}", changeWebhook).answers(http.StatusNoContent).partly(lacks),
		{method: http.MethodPatch, path: "/webhooks/{id}", status: http.StatusNoContent, do: changeWebhook, lacks: lacks},
		del("/webhooks/{id}", webhookRule.remove).partly("one that rules name cannot go"),
		get("/webhooks/{id}/signing_secret", showSecret(false)),
		post("/webhooks/{id}/signing_secret", showSecret(true)),
		get("/webhooks/{id}/invocations", listInvocations).partly("filter[status] only; of the last 30 days"),
		get("/webhooks/{id}/invocations/{invocation}/attempts", listAttempts).partly("what was sent is told of the newest attempt alone, as it would be sent now"),
	}
}

func listWebhooks(c *call) (any, error) {
	q := c.r.URL.Query()
	words, status := strings.ToLower(q.Get("filter[name_contains]")), q.Get("filter[status]")
	if err := c.by.Require("read", "webhook"); err != nil {
		return nil, err
	}
	if !q.Has("page[size]") { // there is no paging by offset
		q.Set("page[size]", "100")
		c.r.URL.RawQuery = q.Encode()
	}
	return webhookRule.listed(c, func(e blueprint.Entry) bool {
		return strings.Contains(strings.ToLower(e.Title), words) && (status == "" || (status == "active") == webhookRule.inUse(c, e))
	})
}

// createWebhook makes a webhook, or one like another: ?clone_webhook_id=7. Whoever may apply blueprints may.
func createWebhook(c *call) (any, error) {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	if id := c.query("clone_webhook_id"); id != "" {
		return c.cloneWebhook(id)
	}
	m, err := webhookRule.sent(c)
	if err != nil {
		return nil, err
	}
	return c.makeWebhook(m)
}

// makeWebhook makes one of what was sent and answers with its secret.
func (c *call) makeWebhook(m members) (any, error) {
	a, err := sentAuthentication(m)
	if err != nil {
		return nil, err
	}
	title, _, err := titled(m)
	if err != nil {
		return nil, err
	}
	d, err := c.newDraft("webhook", title)
	if err != nil {
		return nil, err
	}
	if a != "" {
		d.set("authorization", "kept")
	}
	if err := webhookRule.fill(c, d, m); err != nil {
		return nil, err
	}
	made, err := c.apply(fmt.Sprintf("Zendesk API: webhook %q made", title), d)
	if err != nil {
		return nil, err
	}
	return c.answerWebhook(made[0], a)
}

// answerWebhook keeps what lets a new webhook in and tells the webhook with its secret.
func (c *call) answerWebhook(e blueprint.Entry, header string) (any, error) {
	secret := ""
	err := c.write(func(ctx context.Context, tx db.Tx) (err error) {
		if header != "" {
			if err := c.Hooks.Authorize(ctx, tx, c.by, e.ID, header); err != nil {
				return err
			}
		}
		secret, err = c.Hooks.Secret(ctx, tx, c.by, e.Name, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	lives, err := c.times([]blueprint.Entry{e})
	if err != nil {
		return nil, err
	}
	told := c.tellWebhook(e, lives[e.ID])
	told.SigningSecret = &signingSecret{"SHA256", secret}
	return map[string]any{"webhook": told}, nil
}

// cloneWebhook makes a webhook like another, without what lets it in.
func (c *call) cloneWebhook(id string) (any, error) {
	e, ok := c.entryByID("webhook", id)
	if !ok {
		return nil, fault.Missing("webhook", id)
	}
	told := c.tellWebhook(e, span{})
	m := members{}
	for name, v := range map[string]any{"name": "Clone of " + told.Name, "description": told.Description, "endpoint": told.Endpoint, "http_method": told.Method,
		"request_format": told.Format, "status": told.Status, "subscriptions": told.Subscriptions, "custom_headers": told.CustomHeaders} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		m[name] = b
	}
	return c.makeWebhook(m)
}

// sentAuthentication is what was sent of authentication, as a header; "" for none.
func sentAuthentication(m members) (string, error) {
	var a *authentication
	if sent, err := m.has("authentication", &a); err != nil || !sent || a == nil {
		return "", err
	}
	return a.header()
}

// changeWebhook changes the members that were sent. Whoever may apply blueprints may.
func changeWebhook(c *call) (any, error) {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	e, err := webhookRule.entry(c)
	if err != nil {
		return nil, err
	}
	m, err := webhookRule.sent(c)
	if err != nil {
		return nil, err
	}
	a, err := sentAuthentication(m)
	if err != nil {
		return nil, err
	}
	d := editDraft(e)
	_, sent := m["authentication"]
	switch {
	case a != "":
		d.set("authorization", "kept")
	case sent:
		d.set("authorization", nil)
	}
	if err := webhookRule.fill(c, d, m); err != nil {
		return nil, err
	}
	if _, err := c.apply(fmt.Sprintf("Zendesk API: webhook %q changed", d.title), d); err != nil || !sent {
		return nil, err
	}
	return nil, c.write(func(ctx context.Context, tx db.Tx) error { return c.Hooks.Authorize(ctx, tx, c.by, e.ID, a) })
}

// showSecret tells the signing secret, made anew first when asked. Whoever may apply blueprints may.
func showSecret(renew bool) handler {
	return func(c *call) (any, error) {
		e, err := webhookRule.entry(c)
		if err != nil {
			return nil, err
		}
		secret := ""
		err = c.write(func(ctx context.Context, tx db.Tx) (err error) {
			secret, err = c.Hooks.Secret(ctx, tx, c.by, e.Name, renew)
			return err
		})
		return map[string]any{"signing_secret": signingSecret{"SHA256", secret}}, err
	}
}

// tryWebhook makes one request and answers with what came back: of a webhook (?webhook_id=7), or
// of one that is not made yet. Whoever may apply blueprints may.
func tryWebhook(c *call) (any, error) {
	if err := c.by.Require("apply", "blueprint"); err != nil {
		return nil, err
	}
	var body struct {
		Request struct {
			Endpoint string `json:"endpoint"`
			Method   string `json:"http_method"`
			Format   string `json:"request_format"`
			Payload  string `json:"payload"`
			Headers  []struct {
				Key, Value string
			} `json:"headers"`
		} `json:"request"`
	}
	if err := c.body(&body); err != nil {
		return nil, err
	}
	spec, name := HookSpec{}, ""
	if id := c.query("webhook_id"); id != "" {
		e, ok := c.entryByID("webhook", id)
		if !ok {
			return nil, fault.Missing("webhook", id)
		}
		name = e.Name
		spec, _ = c.Hooks.Spec(name)
	}
	r := body.Request
	if r.Endpoint != "" {
		if name != "" && r.Endpoint != spec.URL { // its secrets are for its own address
			return nil, fault.Field("request.endpoint", r.Endpoint, spec.URL, "A webhook that is made is tried at its own address.")
		}
		spec.URL = r.Endpoint
	}
	if !strings.HasPrefix(spec.URL, "https://") && !strings.HasPrefix(spec.URL, "http://") {
		return nil, fault.Field("request.endpoint", r.Endpoint, "https://host/path", "This is not an address.")
	}
	if r.Method != "" {
		if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, r.Method) {
			return nil, fault.Field("request.http_method", r.Method, "GET, POST, PUT, PATCH or DELETE", "There is no method %q.", r.Method)
		}
		spec.Method = r.Method
	}
	if contentOf[r.Format] != "" {
		spec.Content = contentOf[r.Format]
	}
	for _, h := range r.Headers {
		if spec.Headers == nil {
			spec.Headers = map[string]string{}
		}
		spec.Headers[h.Key] = h.Value
	}
	a, err := c.Hooks.Try(c.ctx, c.by, name, spec, r.Payload)
	if err != nil {
		return nil, err
	}
	headers := []map[string]string{}
	for k, v := range a.Headers {
		headers = append(headers, map[string]string{"key": k, "value": v})
	}
	slices.SortFunc(headers, func(x, y map[string]string) int { return strings.Compare(x["key"], y["key"]) })
	c.status = http.StatusOK
	return map[string]any{"response": map[string]any{"status": a.Status, "headers": headers, "payload": a.Body}}, nil
}

// listInvocations lists what a webhook was told, newest first. Whoever may read webhooks may.
func listInvocations(c *call) (any, error) {
	e, err := webhookRule.entry(c)
	if err != nil {
		return nil, err
	}
	p := db.Page{Limit: 100, Cursor: c.query("page[after]")}
	if n, err := strconv.Atoi(c.query("page[size]")); err == nil && n > 0 {
		p.Limit = min(n, 100)
	}
	status := c.query("filter[status]")
	state, ok := stateOfCalls[status]
	if !ok {
		return nil, badRequest("InvalidValue", "filter[status] is completed, pending or failed.")
	}
	var calls []HookCall
	next := ""
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) {
		calls, next, err = c.Hooks.Calls(ctx, tx, c.by, e.Name, state, p)
		return err
	})
	out := []map[string]any{}
	for _, h := range calls {
		out = append(out, map[string]any{"id": fmt.Sprint(h.ID), "webhook_id": fmt.Sprint(e.ID), "event_type": c.Hooks.Event(h.Verb), "invocation_status": callState(h), "status": callState(h),
			"status_code": number(h.Status), "latest_completed_at": stamp(h.Tried)})
	}
	links, meta := map[string]any{"next": nil, "prev": nil}, map[string]any{"has_more": next != "", "after_cursor": nil, "before_cursor": nil}
	if next != "" {
		meta["after_cursor"], links["next"] = next, c.here(map[string]string{"page[after]": next})
	}
	return map[string]any{"invocations": out, "meta": meta, "links": links}, err
}

// stateOfCalls are our words for how invocations end, by Zendesk's.
var stateOfCalls = map[string]string{"": "", "completed": "delivered", "failed": "failed", "pending": "queued"}

// callState is how an invocation ended, in Zendesk's words.
func callState(h HookCall) string {
	for theirs, ours := range stateOfCalls {
		if ours == h.State {
			return theirs
		}
	}
	return "pending"
}

// listAttempts tells the attempts of an invocation, the newest first. Whoever may read webhooks may.
func listAttempts(c *call) (any, error) {
	e, err := webhookRule.entry(c)
	if err != nil {
		return nil, err
	}
	id, err := c.id("invocation")
	if err != nil {
		return nil, err
	}
	var h HookCall
	var tries []HookAttempt
	if err := c.read(func(ctx context.Context, tx db.Tx) (err error) {
		if h, err = c.Hooks.Call(ctx, tx, c.by, e.Name, id); err != nil {
			return err
		}
		tries, err = c.Hooks.Attempts(ctx, tx, c.by, e.Name, id)
		return err
	}); err != nil {
		return nil, err
	}
	attempts := []map[string]any{}
	for i, a := range tries {
		told := map[string]any{"id": fmt.Sprintf("%d-%d", h.ID, i+1), "invocation_id": fmt.Sprint(h.ID), "status": "failed", "status_code": number(a.Status),
			"completed_at": stamp(a.At), "error": emptyNil(a.Error), "response": map[string]any{"payload": a.Response}}
		if i == len(tries)-1 {
			told["request"] = map[string]any{"headers": h.Headers, "payload": h.Body}
		}
		if a.Error == "" {
			told["status"] = "completed"
		}
		attempts = append(attempts, told)
	}
	slices.Reverse(attempts)
	return map[string]any{"attempts": attempts}, nil
}
