package zendesk

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/outbound"
)

const (
	// sourceTries is how often a call is tried while the source fails or asks to wait.
	sourceTries = 8
	// countTries is how often the source is asked how many there are: a move does without.
	countTries = 2
	// sourceTimeout is how long one call may take, an attachment included.
	sourceTimeout = 2 * time.Minute
	// longestWait is the longest pause between two tries.
	longestWait = time.Minute
	// maxAnswer is the largest answer read, in bytes.
	maxAnswer = 64 << 20
)

// Source is a Zendesk, or what speaks as one, that a company moves in from. Its rate limits are
// honoured: a 429 waits as long as Retry-After says, and a call that would be one too many waits before.
type Source struct {
	base   *url.URL // ends in /api/v2
	auth   string
	client *http.Client
	waits  func(ctx context.Context, d time.Duration)
}

// NewSource is the source at an address, with or without /api/v2 at its end. With an email the token is
// sent as Zendesk's API tokens are (Basic), without one as a bearer's. allow names hosts that may be called
// though they are not public; the source itself always may.
func NewSource(from, email, token string, allow []string) (*Source, error) {
	u, err := url.Parse(strings.TrimSuffix(strings.TrimSuffix(from, "/"), Prefix))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" {
		return nil, fault.Field("from", from, "an address such as https://company.zendesk.com", "The source's address cannot be read.")
	}
	allowed, err := outbound.Allow(append(allow, u.Hostname()))
	if err != nil {
		return nil, err
	}
	s := &Source{base: u.JoinPath(Prefix), auth: "Bearer " + token, client: outbound.Client(allowed)}
	if email != "" {
		s.auth = "Basic " + base64.StdEncoding.EncodeToString([]byte(email+"/token:"+token))
	}
	s.client.Timeout, s.client.CheckRedirect = sourceTimeout, nil // attachments lead on to where files are kept
	s.waits = func(ctx context.Context, d time.Duration) { db.Wait(ctx, nil, d) }
	return s, nil
}

// Name is the source's host, which external ids are kept under.
func (s *Source) Name() string { return s.base.Host }

// errGone says that the source has no such record, or not any more.
var errGone = errors.New("zendesk: the source has no such record")

// get reads an answer into v. path is below /api/v2, or a whole address that an answer gave.
func (s *Source) get(ctx context.Context, path string, v any) error {
	body, err := s.fetch(ctx, path)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(v); err != nil {
		return fault.New(fault.Unavailable, "The source's answer to %s cannot be read: %w", path, err)
	}
	return nil
}

// fetch opens an answer, with patience: what the source cannot answer now is asked again.
func (s *Source) fetch(ctx context.Context, path string) (io.ReadCloser, error) {
	return s.fetchIn(ctx, path, sourceTries)
}

// count is how many records a list has; 0 where the source does not say.
func (s *Source) count(ctx context.Context, path string) int64 {
	body, err := s.fetchIn(ctx, path, countTries)
	if err != nil {
		return 0
	}
	defer body.Close()
	var told struct {
		Count struct {
			Value int64 `json:"value"`
		} `json:"count"`
	}
	if json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(&told) != nil {
		return 0
	}
	return max(told.Count.Value, 0)
}

func (s *Source) fetchIn(ctx context.Context, path string, tries int) (io.ReadCloser, error) {
	var last error
	for try := range tries {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		res, err := s.ask(ctx, path)
		wait := min(time.Second<<try, longestWait)
		switch {
		case err != nil:
			last = fmt.Errorf("the source cannot be reached: %w", err)
		case res.StatusCode == http.StatusOK:
			if left, err := strconv.Atoi(res.Header.Get("X-Rate-Limit-Remaining")); err == nil && left < 1 {
				s.waits(ctx, seconds(res.Header.Get("ratelimit-reset"), time.Second))
			}
			return res.Body, nil
		case res.StatusCode == http.StatusTooManyRequests:
			last = errors.New("the source asks to wait (429)")
			wait = seconds(res.Header.Get("Retry-After"), wait)
		case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone:
			closeAll(res)
			return nil, errGone
		case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
			closeAll(res)
			return nil, fault.New(fault.Forbidden, "The source refuses %s (%d). The token must be an administrator's.", path, res.StatusCode)
		case res.StatusCode >= 500:
			last = fmt.Errorf("the source answers %d", res.StatusCode)
			wait = seconds(res.Header.Get("Retry-After"), wait)
		default:
			closeAll(res)
			return nil, fault.New(fault.Invalid, "The source answers %d to %s.", res.StatusCode, path)
		}
		if res != nil {
			closeAll(res)
		}
		if try < tries-1 {
			s.waits(ctx, wait)
		}
	}
	return nil, fault.New(fault.Unavailable, "%s: %w. Run the import again to go on where it stopped.", path, last)
}

func (s *Source) ask(ctx context.Context, path string) (*http.Response, error) {
	u := path
	if !strings.Contains(path, "://") {
		u = s.base.String() + path
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	if req.URL.Host == s.base.Host { // the token goes nowhere else
		req.Header.Set("Authorization", s.auth)
	}
	req.Header.Set("Accept", "application/json")
	return s.client.Do(req)
}

func closeAll(res *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16))
	_ = res.Body.Close()
}

func seconds(text string, otherwise time.Duration) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	return otherwise
}

// listed is where a page of any list stands.
type listed struct {
	Meta struct {
		HasMore bool `json:"has_more"`
	}
	Links struct {
		Next string `json:"next"`
	}
	Next  string // by number, and of exports by time
	After string // of exports by cursor
	End   bool   // of exports
}

// each calls fn for every page of a list or of an export, from where the path begins. member is the list's name in the
// answer.
func (s *Source) each(ctx context.Context, path, member string, fn func(ctx context.Context, items []json.RawMessage) error) error {
	return s.pages(ctx, path, member, func(ctx context.Context, items []json.RawMessage, _ answer) error { return fn(ctx, items) })
}

// answer is a page of a list as the source tells it.
type answer map[string]json.RawMessage

// pages is each for who looks at what stands beside the list, too.
func (s *Source) pages(ctx context.Context, path, member string, fn func(ctx context.Context, items []json.RawMessage, all answer) error) error {
	next := path
	if !strings.HasPrefix(path, "/incremental/") { // exports have pages of their own size
		sign := "?"
		if strings.Contains(path, "?") {
			sign = "&"
		}
		next += sign + "page[size]=100"
	}
	for next != "" {
		var raw answer
		if err := s.get(ctx, next, &raw); err != nil {
			return err
		}
		var items []json.RawMessage
		if err := json.Unmarshal(raw[member], &items); err != nil {
			return fault.New(fault.Unavailable, "The source's answer to %s has no list %s.", next, member)
		}
		if err := fn(ctx, items, raw); err != nil {
			return err
		}
		var err error
		if next, err = nextPage(next, raw, len(items)); err != nil {
			return err
		}
	}
	return nil
}

// nextPage is where a list goes on; "" at its end.
func nextPage(now string, raw answer, items int) (string, error) {
	var at listed
	for name, to := range map[string]any{"meta": &at.Meta, "links": &at.Links, "next_page": &at.Next, "after_url": &at.After, "end_of_stream": &at.End} {
		if text := raw[name]; text != nil && json.Unmarshal(text, to) != nil {
			return "", fault.New(fault.Unavailable, "The source's answer to %s has a %s that cannot be read.", now, name)
		}
	}
	switch {
	case at.End || raw["end_of_stream"] != nil && items == 0:
		return "", nil
	case at.Meta.HasMore:
		return at.Links.Next, nil
	case raw["meta"] != nil:
		return "", nil
	case at.After != "":
		return at.After, nil
	case at.Next != now:
		return at.Next, nil
	}
	return "", nil
}
