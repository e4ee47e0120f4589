package auth

import (
	"sync"
	"time"

	"steward/internal/fault"
)

// tries counts failed sign-ins by account and by address on this node. It forgets after the window.
type tries struct {
	mu    sync.Mutex
	clock func() time.Time
	seen  map[string]*failures
}

type failures struct {
	count int
	since time.Time
}

const (
	tryWindow     = 15 * time.Minute
	perAccount    = 10
	perRemote     = 50
	maxRemembered = 100_000
)

// begin counts a try as failed until it turns out otherwise, so that a thousand at once are
// not all looked at. It refuses when either key has failed too often.
func (t *tries) begin(account, remote string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	for key, most := range map[string]int{"a:" + account: perAccount, "r:" + remote: perRemote} {
		if f := t.seen[key]; f != nil && f.count >= most {
			left := f.since.Add(tryWindow).Sub(now)
			if left > 0 && left <= tryWindow { // more: the clock was set back
				return &fault.Error{Code: fault.TooMany, RetryAfter: left,
					Message: "Too many failed sign-ins. Wait " + left.Round(time.Minute).String() + " and try again, or ask an administrator for a new password."}
			}
			delete(t.seen, key)
		}
	}
	t.count(account, remote, now)
	return nil
}

func (t *tries) count(account, remote string, now time.Time) {
	if len(t.seen) >= maxRemembered {
		for k, f := range t.seen {
			if now.Sub(f.since) > tryWindow {
				delete(t.seen, k)
			}
		}
		if len(t.seen) >= maxRemembered {
			clear(t.seen)
		}
	}
	for _, key := range []string{"a:" + account, "r:" + remote} {
		f := t.seen[key]
		if f == nil || now.Sub(f.since) > tryWindow {
			f = &failures{since: now}
			t.seen[key] = f
		}
		f.count++
	}
}

// succeeded clears an account after it signed in, and takes back its try at the address.
func (t *tries) succeeded(account, remote string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, "a:"+account)
	t.undo("r:" + remote)
}

// cancelled takes a try back that was not looked at: the database was away.
func (t *tries) cancelled(account, remote string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.undo("a:" + account)
	t.undo("r:" + remote)
}

func (t *tries) undo(key string) {
	if f := t.seen[key]; f != nil && f.count > 0 {
		f.count--
	}
}
