package doctor

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	"steward/internal/bizcal"
	"steward/internal/blueprint"
	"steward/internal/mail"
)

// connectFor is how long a mail server may take to answer.
const connectFor = 3 * time.Second

// mailboxes connects to every server that mail leaves through, all at once.
func (e *examination) mailboxes(ctx context.Context) error {
	var mu sync.Mutex
	var all sync.WaitGroup
	found, tried := len(e.report.Checks), 0
	for _, b := range blueprint.All[mail.Mailbox](e.Blueprint.Set()) {
		if b.Spec.Outgoing == nil {
			e.warn("mailboxes", "Name its server under outgoing, or leave it when it only receives.", "Mailbox %s has no outgoing server; its mail is held.", b.Name)
			continue
		}
		if e.Sandbox {
			continue
		}
		tried++
		all.Go(func() {
			err := reach(ctx, mail.RouteOf(b.Spec))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				e.fail("mailboxes", "Check outgoing of the mailbox, its secret, and the network; mail waits meanwhile.", "The server of mailbox %s cannot be used: %v", b.Name, err)
			}
		})
	}
	all.Wait()
	if len(e.report.Checks) == found {
		e.ok("mailboxes", "%d mail servers answer.", tried)
	}
	return nil
}

func reach(ctx context.Context, r mail.Route) error {
	if err := r.Check(); err != nil {
		return err
	}
	d := net.Dialer{Timeout: connectFor}
	c, err := d.DialContext(ctx, "tcp", net.JoinHostPort(r.Host, strconv.Itoa(r.Port)))
	if err != nil {
		return err
	}
	return c.Close()
}

// calendars looks for holidays that run out: from then on clocks count days on which nobody works.
func (e *examination) calendars(context.Context) error {
	found := len(e.report.Checks)
	for _, c := range blueprint.All[bizcal.Spec](e.Blueprint.Set()) {
		var last bizcal.Date
		for _, h := range c.Spec.Holidays {
			if h.Date.String() > last.String() {
				last = h.Date
			}
		}
		if len(c.Spec.Holidays) > 0 && last.String() < e.now.AddDate(0, 2, 0).Format(time.DateOnly) {
			e.warn("calendars", "Add the holidays of the coming year.", "The last holiday of calendar %s is %s.", c.Name, last)
		}
	}
	if len(e.report.Checks) == found {
		e.ok("calendars", "No calendar runs out of holidays within two months.")
	}
	return nil
}

// configuration compiles what is in force again and shows what the kinds say about it.
func (e *examination) configuration(context.Context) error {
	set := e.Blueprint.Set()
	var docs []blueprint.Document
	var findings []blueprint.Finding
	for _, entry := range set.Entries() {
		if !entry.Retired {
			d, f := blueprint.ParseFile(entry.Kind+"/"+entry.Name, entry.Text)
			docs, findings = append(docs, d...), append(findings, f...)
		}
	}
	_, more := blueprint.Compile(set.Registry(), docs)
	errors, warnings, first := 0, 0, ""
	for _, f := range append(findings, more...) {
		switch f.Severity {
		case blueprint.Error:
			errors++
		case blueprint.Warning:
			warnings++
		default:
			continue
		}
		if first == "" || errors == 1 && f.Severity == blueprint.Error {
			first = f.String()
		}
	}
	const do = "Run steward export and steward plan on it to see all, and apply what mends them."
	switch {
	case errors > 0:
		e.fail("configuration", do, "The configuration in force has %d errors; the first: %s", errors, first)
	case warnings > 0:
		e.warn("configuration", do, "The configuration in force has %d warnings; the first: %s", warnings, first)
	default:
		e.ok("configuration", "Generation %d, %d blueprints, nothing to remark.", set.Generation(), len(docs))
	}
	return nil
}

// publicURL looks at the address that links in mail lead to.
func (e *examination) publicURL(context.Context) error {
	const do = "Put a reverse proxy with TLS in front and give its address as --base-url (STEWARD_BASE_URL)."
	u, err := url.Parse(e.BaseURL)
	switch {
	case e.BaseURL == "":
		e.warn("public_url", do, "No public address is set here; links in mail lead to the address the server listens on.")
	case err != nil || u.Host == "":
		e.fail("public_url", do, "The public address cannot be read.")
	case u.Scheme != "https":
		e.warn("public_url", do, "The public address is not https: passwords and mail travel in the clear.")
	default:
		e.ok("public_url", "Links in mail lead to %s.", u.Host)
	}
	return nil
}
