package zendesk

import (
	"context"
	"net/http"
	"strings"
)

// webhooks come switched off: the secrets that sign their requests and let them in are not told, so whoever moves in
// sets both before anything is called.
func (m *Move) webhooks(ctx context.Context, s *Step) error {
	return m.blueprints(ctx, s, "/webhooks", "webhooks", "webhook", "webhook", func(_ context.Context, a *arrival, r record) (record, error) {
		out := r.only("name", "endpoint", "http_method", "request_format", "custom_headers")
		out["status"] = "inactive"
		told, _ := r["subscriptions"].([]any)
		heard, unheard := []string{}, []string{}
		for _, one := range told {
			if name, _ := one.(string); name == ruleEvents || len(m.server.Hooks.Verbs(name)) > 0 {
				heard = append(heard, name)
			} else {
				unheard = append(unheard, name)
			}
		}
		if len(unheard) > 0 && len(heard) == 0 {
			return nil, &refusal{http.StatusUnprocessableEntity, "it is told of " + strings.Join(unheard, ", ") + ", which webhooks here are not"}
		}
		if len(unheard) > 0 {
			a.say("%s is not told of %s here", r.label(), strings.Join(unheard, ", "))
		}
		out["subscriptions"] = heard
		a.say("%s is switched off until its secret is set: give its new signing secret to whoever takes its requests, then switch it on", r.label())
		if of, _ := r["authentication"].(map[string]any); of != nil {
			a.say("%s: what lets its requests in (%s) is not told: set it by hand", r.label(), record(of).text("type"))
		}
		return out, nil
	})
}
