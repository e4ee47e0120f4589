package api

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"steward/internal/act"
	"steward/internal/fault"
)

// quotas counts the requests of tokens with a limit, on this node, a minute at a time.
type quotas struct {
	mu    sync.Mutex
	clock func() time.Time
	used  map[int64]*minute // by token
}

// minute is how often a token was used since its minute began.
type minute struct {
	since time.Time
	count int
}

const (
	quotaWindow = time.Minute
	maxQuotas   = 10_000 // tokens remembered; beyond, minutes that are over are forgotten
)

func newQuotas(clock func() time.Time) *quotas {
	return &quotas{clock: clock, used: map[int64]*minute{}}
}

// take counts a request and says in the answer's headers what is left, as the IETF's draft of
// RateLimit fields does: q requests in w seconds; r are left, and in t seconds all are again.
func (q *quotas) take(h http.Header, by act.Actor) error {
	if by.TokenRate == 0 {
		return nil
	}
	left, wait := q.count(by)
	seconds := int(math.Ceil(wait.Seconds()))
	h.Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=%d`, by.TokenRate, int(quotaWindow.Seconds())))
	h.Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=%d`, max(left, 0), seconds))
	if left < 0 {
		return &fault.Error{Code: fault.TooMany, RetryAfter: wait,
			Message: fmt.Sprintf("This token may make %d requests a minute and has made them. Wait %d seconds.", by.TokenRate, seconds)}
	}
	return nil
}

// takeZendesk is take with what is left told as Zendesk tells it.
func (q *quotas) takeZendesk(h http.Header, by act.Actor) error {
	if by.TokenRate == 0 {
		return nil
	}
	left, wait := q.count(by)
	limit, rest, seconds := strconv.Itoa(by.TokenRate), strconv.Itoa(max(left, 0)), strconv.Itoa(int(math.Ceil(wait.Seconds())))
	h.Set("X-Rate-Limit", limit)
	h.Set("X-Rate-Limit-Remaining", rest)
	h.Set("ratelimit-limit", limit)
	h.Set("ratelimit-remaining", rest)
	h.Set("ratelimit-reset", seconds)
	if left < 0 {
		return &fault.Error{Code: fault.TooMany, RetryAfter: wait, Message: "Number of allowed API requests per minute exceeded"}
	}
	return nil
}

// count returns how many requests are left after this one, below 0 for none, and until when.
func (q *quotas) count(by act.Actor) (left int, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.clock()
	over := func(m *minute) bool { return now.Sub(m.since) >= quotaWindow || now.Before(m.since) } // before: the clock was set back
	m := q.used[by.TokenID]
	if m == nil || over(m) {
		if len(q.used) >= maxQuotas {
			for id, m := range q.used {
				if over(m) {
					delete(q.used, id)
				}
			}
		}
		m = &minute{since: now}
		q.used[by.TokenID] = m
	}
	if m.count <= by.TokenRate {
		m.count++
	}
	return by.TokenRate - m.count, m.since.Add(quotaWindow).Sub(now)
}
