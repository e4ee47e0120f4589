package notify

import (
	"slices"
	"strings"
	"time"
)

// Kinds are what people can be told of, in the order of the screen.
var Kinds = []string{"assigned", "mentioned", "replied", "due", "breached", "approval", "decision", "aside", "discussed", "stock", "health"}

// Way is how one kind of news reaches somebody.
type Way struct{ App, Mail, Browser bool }

// usual is what holds for who has chosen nothing.
var usual = map[string]Way{
	"assigned": {App: true, Browser: true}, "mentioned": {App: true, Browser: true}, "replied": {App: true},
	"due": {App: true}, "breached": {App: true, Browser: true}, "approval": {App: true, Browser: true},
	"decision": {App: true}, "aside": {App: true, Browser: true}, "discussed": {App: true, Browser: true},
	"stock": {App: true, Mail: true}, "health": {App: true, Mail: true},
}

// choice is what somebody chose, from their choices "notify" ("assigned:amb,due:,…": a in the workspace, m by mail, b by the browser)
// and "notify_mail" (now, hourly or daily).
type choice struct {
	ways map[string]Way
	mail string
}

func chosen(all map[string]string) choice {
	c := choice{ways: map[string]Way{}, mail: all["notify_mail"]}
	for k, w := range usual {
		c.ways[k] = w
	}
	for _, part := range strings.Split(all["notify"], ",") {
		kind, ways, ok := strings.Cut(part, ":")
		if ok && slices.Contains(Kinds, kind) {
			c.ways[kind] = Way{App: strings.Contains(ways, "a"), Mail: strings.Contains(ways, "m"), Browser: strings.Contains(ways, "b")}
		}
	}
	return c
}

// gather is how long news wait for others when they are mailed at once.
const gather = time.Minute

// due is when news of a moment are mailed: a minute later, at the next full hour, or at eight in the morning of the person's zone.
func (c choice) due(now time.Time, zone string) time.Time {
	switch c.mail {
	case "now":
		return now.Add(gather)
	case "daily":
		loc, err := time.LoadLocation(zone)
		if err != nil {
			loc = time.UTC
		}
		local := now.In(loc)
		at := time.Date(local.Year(), local.Month(), local.Day(), 8, 0, 0, 0, loc)
		if !at.After(now) {
			at = time.Date(local.Year(), local.Month(), local.Day()+1, 8, 0, 0, 0, loc)
		}
		return at.UTC()
	}
	return now.Truncate(time.Hour).Add(time.Hour)
}
