package zendesk

import (
	"context"
	"net/http"
	"strconv"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
)

// toldSession is a browser in which somebody is signed in, as Zendesk tells it.
type toldSession struct {
	ID              int64  `json:"id"`
	URL             string `json:"url"`
	UserID          int64  `json:"user_id"`
	AuthenticatedAt stamp  `json:"authenticated_at"`
	LastSeenAt      stamp  `json:"last_seen_at"`

	ours string
}

func (s *Server) sessionEndpoints() []endpoint {
	const own = "everybody's own sessions alone"
	return []endpoint{
		get("/sessions", listSessions).partly(own),
		get("/users/{id}/sessions", listSessions).partly(own),
		get("/users/{id}/sessions/{session}", showSession).partly(own),
		del("/users/{id}/sessions/{session}", endSession).partly(own),
		del("/users/{id}/sessions", endSessions).partly(own),
		get("/users/me/session", currentSession).partly("a token has no session"),
		del("/users/me/logout", endCurrent).partly("a token has no session"),
	}
}

// sessions are the caller's. A path that names somebody must name them.
func (c *call) sessions(ctx context.Context, tx db.Tx) (out []toldSession, current string, err error) {
	if who := c.r.PathValue("id"); who != "" && who != "me" {
		id, err := c.id("id")
		if err != nil {
			return nil, "", err
		}
		if id != c.by.PersonID {
			return nil, "", fault.New(fault.Forbidden, "Everybody sees and ends their own sessions alone.")
		}
	}
	cookie := ""
	if k, err := c.r.Cookie(c.SessionCookie); err == nil {
		cookie = k.Value
	}
	list, err := c.Auth.Sessions(ctx, tx, c.by, cookie)
	for _, n := range list {
		id := sessionID(n)
		out = append(out, toldSession{ID: id, URL: c.url("/users/%d/sessions/%d.json", c.by.PersonID, id), UserID: c.by.PersonID, AuthenticatedAt: stamp(n.Created), LastSeenAt: stamp(n.Seen), ours: n.ID})
		if n.Current {
			current = n.ID
		}
	}
	return out, current, err
}

// sessionID is a session's id as a number that every client can hold.
func sessionID(n auth.Session) int64 {
	id, _ := strconv.ParseUint(n.ID, 16, 64)
	return int64(id >> 11)
}

func listSessions(c *call) (any, error) {
	p, err := c.paging()
	if err != nil {
		return nil, err
	}
	var out any
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		all, _, err := c.sessions(ctx, tx)
		if err != nil {
			return err
		}
		id := func(s toldSession) int64 { return s.ID }
		part, more := slice(p, all, id)
		out, err = list(c, p, "sessions", part, id, more, func() (int64, error) { return int64(len(all)), nil })
		return err
	})
	return out, err
}

// session is the one that the path names.
func (c *call) session(ctx context.Context, tx db.Tx) (toldSession, error) {
	id, err := c.id("session")
	if err != nil {
		return toldSession{}, err
	}
	all, _, err := c.sessions(ctx, tx)
	for _, s := range all {
		if s.ID == id {
			return s, nil
		}
	}
	if err == nil {
		err = fault.Missing("session", id)
	}
	return toldSession{}, err
}

func showSession(c *call) (any, error) {
	var s toldSession
	err := c.read(func(ctx context.Context, tx db.Tx) (err error) { s, err = c.session(ctx, tx); return err })
	return map[string]any{"session": s}, err
}

func endSession(c *call) (any, error) {
	return nil, c.write(func(ctx context.Context, tx db.Tx) error {
		s, err := c.session(ctx, tx)
		if err != nil {
			return err
		}
		return c.Auth.EndSession(ctx, tx, c.by, s.ours)
	})
}

func endSessions(c *call) (any, error) {
	return nil, c.write(func(ctx context.Context, tx db.Tx) error {
		all, _, err := c.sessions(ctx, tx)
		for _, s := range all {
			if err == nil {
				err = c.Auth.EndSession(ctx, tx, c.by, s.ours)
			}
		}
		return err
	})
}

func currentSession(c *call) (any, error) {
	var out any
	err := c.read(func(ctx context.Context, tx db.Tx) error {
		all, current, err := c.sessions(ctx, tx)
		for _, s := range all {
			if s.ours == current {
				out = map[string]any{"session": s}
			}
		}
		if err == nil && out == nil {
			err = fault.Missing("session", "me")
		}
		return err
	})
	return out, err
}

func endCurrent(c *call) (any, error) {
	c.status = http.StatusNoContent
	return nil, c.write(func(ctx context.Context, tx db.Tx) error {
		_, current, err := c.sessions(ctx, tx)
		if err == nil && current == "" {
			err = fault.Missing("session", "me")
		}
		if err != nil {
			return err
		}
		return c.Auth.EndSession(ctx, tx, c.by, current)
	})
}
