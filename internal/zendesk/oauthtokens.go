package zendesk

import (
	"context"
	"slices"
	"strings"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// toldToken is an API token as Zendesk tells an OAuth token.
type toldToken struct {
	ID           int64    `json:"id"`
	URL          string   `json:"url"`
	UserID       int64    `json:"user_id"`
	ClientID     number   `json:"client_id"`
	Name         string   `json:"name"`
	Token        string   `json:"token,omitempty"`      // never told again
	FullToken    string   `json:"full_token,omitempty"` // when it is made
	RefreshToken *string  `json:"refresh_token"`
	Scopes       []string `json:"scopes"`
	CreatedAt    stamp    `json:"created_at"`
	ExpiresAt    stamp    `json:"expires_at"`
	UsedAt       stamp    `json:"used_at"`
}

func (s *Server) tokenEndpoints() []endpoint {
	const own = "everybody's own tokens alone; there are no clients"
	return []endpoint{
		get("/oauth/tokens", listTokens).partly(own),
		get("/oauth/tokens/current", currentToken).partly(own),
		get("/oauth/tokens/{id}", showToken).partly(own),
		post("/oauth/tokens", makeToken).partly(own + "; client_id is ignored; scopes are told in Steward's words"),
		del("/oauth/tokens/{id}", revokeToken).partly(own),
	}
}

func (c *call) tellToken(t auth.Token) toldToken {
	return toldToken{ID: t.ID, URL: c.url("/oauth/tokens/%d.json", t.ID), UserID: t.PersonID, Name: t.Name, Scopes: t.Scopes, CreatedAt: stamp(t.Created), ExpiresAt: stamp(t.Expires), UsedAt: stamp(t.Used)}
}

// tokens are the caller's own, the newest first.
func (c *call) tokens() (out []toldToken, err error) {
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		all, err := c.Auth.Tokens(ctx, tx, c.by)
		out = nil
		for _, t := range all {
			out = append(out, c.tellToken(t))
		}
		return err
	})
	return out, err
}

func tokenID(t toldToken) int64 { return t.ID }

func listTokens(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	all, err := c.tokens()
	if err != nil {
		return nil, err
	}
	part, more := slice(p, all, tokenID)
	return list(c, p, "tokens", part, tokenID, more, func() (int64, error) { return int64(len(all)), nil })
}

func (c *call) token(id int64) (any, error) {
	all, err := c.tokens()
	i := slices.IndexFunc(all, func(t toldToken) bool { return t.ID == id })
	if err == nil && i < 0 {
		err = fault.Missing("token", id)
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"token": all[i]}, nil
}

func showToken(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.token(id)
}

func currentToken(c *call) (any, error) { return c.token(c.by.TokenID) }

// scopeKinds are our kinds of records by the words of Zendesk's scopes.
var scopeKinds = map[string][]string{"tickets": {"ticket"}, "users": {"person"}, "organizations": {"organization"}, "auditlogs": {"event"}, "webhooks": {"webhook", "blueprint"},
	"triggers": {"blueprint"}, "automations": {"blueprint"}, "macros": {"blueprint"}, "targets": {"webhook", "blueprint"}}

// scopes are ours for one that was sent: Zendesk's (read, write, tickets:read …) or one of our own.
func scopes(sent string) []string {
	of, action, ok := strings.Cut(sent, ":")
	kinds := scopeKinds[of]
	if !ok {
		action = sent
		if kinds = auth.Kinds(); sent == "write" {
			return []string{"*"}
		}
	}
	var out []string
	for _, k := range kinds {
		switch action {
		case "read":
			out = append(out, k+".read")
		case "write":
			out = append(out, k+".*")
		}
	}
	if out == nil && strings.Trim(sent, "abcdefghijklmnopqrstuvwxyz_.*") == "" && strings.ContainsAny(sent, ".*") {
		return []string{sent}
	}
	return out
}

// makeToken makes a token for the caller, told in full this once. Everybody may, within what they may do.
func makeToken(c *call) (any, error) {
	in, err := sentRecord[struct {
		Name    string    `json:"name"`
		Scopes  []string  `json:"scopes"`
		Expires time.Time `json:"expires_at"`
	}](c, "token")
	if err != nil {
		return nil, err
	}
	var ours []string
	for _, sent := range in.Scopes {
		more := scopes(sent)
		if more == nil {
			return nil, fault.Field("scopes", sent, "read, write, tickets:read, users:write and the like, or one of Steward's such as ticket.read", "There is no scope %q.", sent)
		}
		for _, s := range more {
			if !slices.Contains(ours, s) {
				ours = append(ours, s)
			}
		}
	}
	var told toldToken
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		t, text, err := c.Auth.NewLimitedToken(ctx, tx, c.by, first(in.Name, "Zendesk API"), ours, in.Expires, c.by.TokenRate)
		told = c.tellToken(t)
		told.FullToken = text
		return err
	})
	return map[string]any{"token": told}, err
}

func revokeToken(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return nil, c.write(func(ctx context.Context, tx db.Tx) error { return c.Auth.RevokeToken(ctx, tx, c.by, id) })
}
