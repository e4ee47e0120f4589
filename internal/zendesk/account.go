package zendesk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/ledger"
)

func (s *Server) accountEndpoints() []endpoint {
	const locale = "the languages of the workspace; texts of the configuration have one"
	return []endpoint{
		get("/account/settings", accountSettings).partly("the settings that clients look at: branding, tickets, users, limits, features"),
		get("/locales", listLocales).partly(locale),
		get("/locales/agent", listLocales).partly(locale),
		get("/locales/public", listLocales).partly(locale),
		get("/locales/current", showLocale).partly(locale),
		get("/locales/{id}", showLocale).partly(locale),
		put("/locales/detect_best_locale", showLocale).partly(locale),
		get("/audit_logs", listAuditLogs).partly("filters source_type, source_id, actor_id and created_at; by cursor; changes tell what kind of change it was, not the old and new text; ip_address is null"),
		get("/audit_logs/{id}", showAuditLog).partly("as the list"),
	}
}

func accountSettings(c *call) (any, error) {
	if err := c.by.Require("read", "ticket"); err != nil {
		return nil, err
	}
	return map[string]any{"settings": map[string]any{
		"branding": map[string]any{"header_color": nil, "page_background_color": nil, "tab_background_color": nil, "text_color": nil},
		"apps":     map[string]any{"use": false, "create_private": false, "create_public": false},
		"tickets":  map[string]any{"comments_public_by_default": true, "list_newest_comments_first": false, "collaboration": true, "private_attachments": true, "email_attachments": true, "agent_collision": true, "tagging": true, "list_empty_views": true, "maximum_personal_views_to_list": 100, "markdown_ticket_comments": false, "emoji_autocompletion": false, "agent_ticket_deletion": true},
		"users":    map[string]any{"tagging": true, "time_zone_selection": true, "language_selection": false, "agent_created_welcome_emails": false, "end_user_phone_number_validation": false},
		"api":      map[string]any{"accepted_api_agreement": true, "api_password_access": "false", "api_token_access": "true"},
		"cdn":      map[string]any{"cdn_provider": "none", "hosts": []any{}},
		"limits":   map[string]any{"attachment_size": 50 << 20},
		"active_features": map[string]any{"user_tagging": true, "customer_satisfaction": true, "business_hours": true, "satisfaction_prediction": false, "light_agents": true, "on_hold_status": true,
			"ticket_forms": true, "user_org_fields": true, "organization_access_enabled": true, "csat_reason_code": false, "ticket_tagging": true, "markdown": false, "explore": false, "chat": false, "voice": false,
			"facebook": false, "twitter": false, "custom_dkim_domain": true, "allow_email_template_customization": true, "suspended_ticket_notification": false, "topic_suggestion": false, "automatic_answers": false,
			"automatic_tagging": false, "bcc_archiving": false, "advanced_analytics": false, "agent_forwarding": false, "chat_about_my_ticket": false, "fallback_composer": false, "forum_analytics": false, "good_data_and_explore": false,
			"google_login": false, "insights": false, "is_abusive": false, "rich_content_in_emails": true, "sandbox": false, "screencasts": false, "twitter_login": false, "voice_enabled": false},
		"localization":   map[string]any{"locale_ids": slices.Sorted(maps.Values(localeIDs)), "default_locale_identifier": "en-US", "uses_12_hour_clock": false, "time_zone": "UTC", "iana_time_zone": "Etc/UTC"},
		"billing":        map[string]any{"backend": "none"},
		"agents":         map[string]any{"agent_home": false, "agent_workspace": true, "aw_self_serve_migration_enabled": false, "focus_mode": false, "unified_agent_statuses": false, "idle_timeout_enabled": false},
		"brands":         map[string]any{"default_brand_id": c.firstOf("brand"), "require_brand_on_new_tickets": false},
		"groups":         map[string]any{"check_group_name_uniqueness": true},
		"statistics":     map[string]any{"forum": false, "search": true},
		"metrics":        map[string]any{"account_size": "small"},
		"active_tickets": map[string]any{},
	}}, nil
}

// firstOf is the id of the first blueprint of a kind, null for none.
func (c *call) firstOf(kind string) number {
	for _, e := range c.entries(kind) {
		return number(e.ID)
	}
	return 0
}

// localeIDs are Zendesk's numbers of the languages that the workspace speaks.
var localeIDs = map[string]int{"en": 1, "de": 8}

// localeOf is the number of the language that a locale such as de-AT is of.
func localeOf(locale string) int {
	code, _, _ := strings.Cut(locale, "-")
	return cmp.Or(localeIDs[strings.ToLower(code)], localeIDs[lang.English.Code])
}

// tellLocale is a language as Zendesk tells it.
func (c *call) tellLocale(l *lang.Language) map[string]any {
	id, code := localeIDs[l.Code], l.Code
	if l == lang.English {
		code = "en-US"
	}
	return map[string]any{"id": id, "url": c.url("/locales/%d.json", id), "locale": code, "name": l.Name, "native_name": l.Name, "presentation_name": l.Name, "rtl": l.Dir == "rtl", "default": l == lang.English,
		"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"}
}

func listLocales(c *call) (any, error) {
	out := []any{}
	for _, code := range lang.Spoken() {
		out = append(out, c.tellLocale(lang.Of(code)))
	}
	return map[string]any{"locales": out, "count": len(out), "next_page": nil, "previous_page": nil}, nil
}

// showLocale tells the language in the path, by its number or code; the caller's where there is none.
func showLocale(c *call) (any, error) {
	id := strings.ToLower(c.r.PathValue("id"))
	if id == "" {
		l := lang.In(c.ctx)
		if localeIDs[l.Code] == 0 {
			l = lang.English // a trial
		}
		return map[string]any{"locale": c.tellLocale(l)}, nil
	}
	for _, code := range lang.Spoken() {
		if l := lang.Of(code); id == code || id == fmt.Sprint(localeIDs[code]) || l == lang.English && id == "en-us" {
			return map[string]any{"locale": c.tellLocale(l)}, nil
		}
	}
	return nil, fault.Missing("locale", id)
}

// auditLog is a change of the configuration or of people as Zendesk tells it.
type auditLog struct {
	ID                int64   `json:"id"`
	URL               string  `json:"url"`
	Action            string  `json:"action"`
	ActionLabel       string  `json:"action_label"`
	ActorID           number  `json:"actor_id"`
	ActorName         string  `json:"actor_name"`
	SourceID          int64   `json:"source_id"`
	SourceType        string  `json:"source_type"`
	SourceLabel       string  `json:"source_label"`
	ChangeDescription string  `json:"change_description"`
	IPAddress         *string `json:"ip_address"`
	CreatedAt         stamp   `json:"created_at"`
}

// sources are the kinds of record that audit logs are about, by Zendesk's name.
var sources = map[string]string{"user": "person", "organization": "organization", "group": "team", "rule": "change"}

func (c *call) tellAudit(ctx context.Context, tx db.Tx, events []ledger.Event) ([]auditLog, error) {
	var ids []int64
	for _, e := range events {
		ids = append(ids, e.ActorID)
	}
	people, err := c.Directory.Names(ctx, tx, ids)
	out := []auditLog{}
	for _, e := range events {
		kind := e.Subject.Kind
		for theirs, ours := range sources {
			if ours == kind {
				kind = theirs
			}
		}
		action := "update"
		switch {
		case strings.HasSuffix(e.Verb, ".created") || strings.HasSuffix(e.Verb, ".added"):
			action = "create"
		case strings.HasSuffix(e.Verb, ".erased") || strings.HasSuffix(e.Verb, ".removed") || strings.HasSuffix(e.Verb, ".retired"):
			action = "destroy"
		case strings.HasSuffix(e.Verb, "signed_in"):
			action = "login"
		}
		name := cmp.Or(people[e.ActorID].Name, "System")
		out = append(out, auditLog{ID: e.ID, URL: c.url("/audit_logs/%d.json", e.ID), Action: action, ActionLabel: strings.ToUpper(action[:1]) + action[1:] + "d", ActorID: number(e.ActorID), ActorName: name,
			SourceID: e.Subject.ID, SourceType: kind, SourceLabel: fmt.Sprintf("%s %d", kind, e.Subject.ID), ChangeDescription: e.Verb, CreatedAt: stamp(e.At)})
	}
	return out, err
}

// mayAudit refuses those who may not read the ledger.
func mayAudit(by act.Actor) error { return by.Require("read", "event") }

func listAuditLogs(c *call) (any, error) {
	if err := mayAudit(c.by); err != nil {
		return nil, err
	}
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	q := c.r.URL.Query()
	f := ledger.Changes{Kinds: []string{"person", "organization", "team", "change", "change_request"}}
	if kind := q.Get("filter[source_type]"); kind != "" {
		ours := cmp.Or(sources[kind], kind)
		f.Kinds = []string{ours}
	}
	for name, to := range map[string]*int64{"filter[source_id]": &f.SubjectID, "filter[actor_id]": &f.ActorID} {
		if q.Get(name) != "" {
			if *to, err = c.number(name); err != nil {
				return nil, err
			}
		}
	}
	for i, text := range q["filter[created_at][]"] {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil || i > 1 {
			return nil, badRequest("InvalidValue", "filter[created_at][] takes two times such as 2026-01-31T00:00:00Z")
		}
		if i == 0 {
			f.From = at
		} else {
			f.To = at
		}
	}
	var out any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		events, more, err := c.Ledger.ChangesIn(ctx, tx, f, p.Window)
		if err != nil {
			return err
		}
		told, err := c.tellAudit(ctx, tx, events)
		if err != nil {
			return err
		}
		out, err = list(c, p, "audit_logs", told, func(a auditLog) int64 { return a.ID }, more, func() (int64, error) { return c.Ledger.CountChanges(ctx, tx, f) })
		return err
	})
	return out, err
}

func showAuditLog(c *call) (any, error) {
	if err := mayAudit(c.by); err != nil {
		return nil, err
	}
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var out any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		e, err := c.Ledger.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		told, err := c.tellAudit(ctx, tx, []ledger.Event{e})
		if err == nil {
			out = map[string]any{"audit_log": told[0]}
		}
		return err
	})
	return out, err
}
