package tracker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"steward/internal/mail"
	"steward/internal/outbound"
)

// maxAnswer is how many bytes of an answer are read.
const maxAnswer = 4 << 20

// client calls trackers and keeps to their limits.
type client struct {
	http  *http.Client
	clock func() time.Time

	mu    sync.Mutex
	until map[int64]time.Time // by tracker: nothing is asked of it before
}

// call is one request.
type call struct {
	method string
	path   string // below the API, escaped
	query  url.Values
	body   any
	etag   string // of the last answer; "" for none
}

// answer is what came back.
type answer struct {
	status int
	etag   string
	next   bool // whether there is a further page
	body   []byte
}

// paused is until when a tracker is left alone; zero when it may be asked.
func (c *client) paused(id int64) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.until[id]; t.After(c.clock()) {
		return t
	}
	return time.Time{}
}

func (c *client) pause(id int64, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until[id] = until
}

// do makes a request. An error is a *Trouble, unless ctx ended.
func (c *client) do(ctx context.Context, w InForce, q call) (a answer, err error) {
	trouble := func(r Reason, status int, detail string) *Trouble {
		return &Trouble{Reason: r, Tracker: w.Title, Status: status, Detail: detail}
	}
	if until := c.paused(w.ID); !until.IsZero() {
		t := trouble(Limited, http.StatusTooManyRequests, "")
		t.Until = until
		return a, t
	}
	token, err := mail.ReadSecret(w.Spec.Token)
	if err != nil {
		return a, trouble(NoSecret, 0, err.Error())
	}
	req, err := c.request(ctx, w, q, strings.TrimSpace(token))
	if err != nil {
		return a, trouble(Unreachable, 0, "The address of the request cannot be made.")
	}
	res, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return a, ctx.Err()
		}
		return a, trouble(Unreachable, 0, outbound.Failure(err))
	}
	defer res.Body.Close()
	a.status, a.etag, a.next = res.StatusCode, res.Header.Get("ETag"), hasNext(res.Header)
	if a.body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1)); err != nil || len(a.body) > maxAnswer {
		return a, trouble(Unreachable, res.StatusCode, fmt.Sprintf("Its answer broke off or has more than %d MB.", maxAnswer>>20))
	}
	until := c.limit(res)
	if !until.IsZero() {
		c.pause(w.ID, until)
	}
	detail := said(a.body)
	switch s := res.StatusCode; {
	case s == http.StatusNotModified, s >= 200 && s < 300:
		return a, nil
	case s == http.StatusTooManyRequests, s == http.StatusForbidden && !until.IsZero():
		if until.IsZero() { // neither says when: GitHub asks for a minute at least
			until = c.clock().Add(time.Minute)
			c.pause(w.ID, until)
		}
		t := trouble(Limited, s, detail)
		t.Until = until
		return a, t
	case s >= 300 && s < 400:
		return a, trouble(Moved, s, "")
	case s == http.StatusUnauthorized:
		return a, trouble(Unauthorized, s, detail)
	case s == http.StatusForbidden:
		return a, trouble(Forbidden, s, detail)
	case s == http.StatusNotFound, s == http.StatusGone:
		return a, trouble(Gone, s, detail)
	case s >= 500:
		return a, trouble(Unreachable, s, detail)
	default:
		return a, trouble(Refused, s, detail)
	}
}

func (c *client) request(ctx context.Context, w InForce, q call, token string) (*http.Request, error) {
	var body io.Reader
	if q.body != nil {
		b, err := json.Marshal(q.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	address := w.api() + q.path
	if len(q.query) > 0 {
		address += "?" + q.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, q.method, address, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "Steward/1")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if q.etag != "" {
		req.Header.Set("If-None-Match", q.etag)
	}
	if w.Spec.Software == GitLab {
		req.Header.Set("Private-Token", token)
		return req, nil
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	return req, nil
}

// maxPause is the longest that a tracker can make itself be left alone.
const maxPause = 24 * time.Hour

// limit is until when the tracker wants to be left alone; zero when it does not say so. GitLab says
// RateLimit-Remaining and RateLimit-Reset, GitHub the same with X- in front, both Retry-After.
func (c *client) limit(res *http.Response) time.Time {
	now := c.clock()
	bounded := func(t time.Time) time.Time {
		if t.Before(now) {
			return time.Time{}
		}
		if most := now.Add(maxPause); t.After(most) {
			return most
		}
		return t
	}
	if text := res.Header.Get("Retry-After"); text != "" {
		if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
			return bounded(now.Add(time.Duration(min(seconds, 1<<20)) * time.Second))
		}
		if at, err := http.ParseTime(text); err == nil {
			return bounded(at)
		}
	}
	for _, prefix := range []string{"", "X-"} {
		reset, err := strconv.ParseInt(res.Header.Get(prefix+"RateLimit-Reset"), 10, 64)
		if err == nil && res.Header.Get(prefix+"RateLimit-Remaining") == "0" {
			return bounded(time.Unix(reset, 0))
		}
	}
	return time.Time{}
}

// hasNext reports whether an answer's Link header names a further page.
func hasNext(h http.Header) bool {
	return strings.Contains(h.Get("Link"), `rel="next"`) || h.Get("X-Next-Page") != ""
}

// said is what a tracker says about a failure: GitLab's message or error, GitHub's message.
func said(body []byte) string {
	var v struct {
		Message json.RawMessage `json:"message"`
		Error   json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &v) != nil {
		return ""
	}
	raw := v.Message
	if len(raw) == 0 {
		raw = v.Error
	}
	text := string(raw)
	var plain string
	if json.Unmarshal(raw, &plain) == nil {
		text = plain
	}
	return outbound.Clip(text, 300)
}
