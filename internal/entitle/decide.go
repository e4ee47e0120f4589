package entitle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"steward/internal/rule"
)

// Reason is why somebody is refused; "" when they are not.
type Reason string

// The reasons for refusing somebody.
const (
	OnHold         Reason = "hold"            // support for the organization is on hold
	Expired        Reason = "expired"         // what it bought has ended, the time after its end too
	Unsupported    Reason = "unsupported"     // what it has includes no support
	NotListed      Reason = "not_listed"      // the organization lists its contacts, and they are none of them
	WrongForm      Reason = "form"            // their entitlement does not include the form
	NoOrganization Reason = "no_organization" // they belong to no organization, and what strangers have includes no support
)

// Reasons are all of them.
var Reasons = []Reason{OnHold, Expired, Unsupported, NotListed, WrongForm, NoOrganization}

// Facts are what a decision is made from.
type Facts struct {
	Vars         rule.Vars // values of Fields
	Organization int64     // 0 for none
	Hold         int64     // id of the hold in force, 0 for none
	Terms        []int64   // entitlements given to the organization by hand, by id
	Contacts     int       // how many contacts it lists
	Listed       bool      // whether the person is one of them
	Shared       bool      // whether the person may write for it though they belong to another
	Form         string    // name of the form that was chosen, "" for none
}

// Decision is whether somebody may ask for help, by which entitlement, and why not.
type Decision struct {
	Entitlement *Entitlement // nil when none is declared or none holds: then nobody is refused but by a hold
	Refused     Reason       // "" when they may
	LastDay     time.Time    // of what has expired, UTC; zero otherwise
	Until       time.Time    // when the time after its end was over
	Contacts    int          // how many contacts the organization lists
	Form        string       // the form that is not included

	// What the condition of the entitlement read; Private is what people wrote.
	Read, Private map[string]any
}

// Allowed reports whether they may.
func (d Decision) Allowed() bool { return d.Refused == "" }

// Decide finds the entitlement that holds and says whether the person may ask for help. It is
// pure: the same facts give the same decision.
func (c *Config) Decide(f Facts, now time.Time) (d Decision) {
	if c.None() {
		return d
	}
	d.Entitlement = c.holds(f)
	d.Contacts = f.Contacts
	e := d.Entitlement
	if e != nil && e.match != nil {
		d.Read, d.Private = e.match.Read(f.Vars)
	}
	if f.Hold != 0 {
		d.Refused = OnHold
		return d
	}
	if e == nil {
		return d
	}
	last, until, ends := e.ends(f.Vars)
	switch {
	case !e.Spec.Support && f.Organization == 0:
		d.Refused = NoOrganization
	case !e.Spec.Support:
		d.Refused = Unsupported
	case ends && !now.Before(until):
		d.Refused, d.LastDay, d.Until = Expired, last, until
	case e.Spec.Contacts != nil && e.Spec.Contacts.ListedOnly && f.Contacts > 0 && !f.Listed && !f.Shared:
		d.Refused = NotListed
	case f.Form != "" && len(e.Spec.Forms) > 0 && !slices.Contains(e.Spec.Forms, f.Form):
		d.Refused, d.Form = WrongForm, f.Form
	}
	return d
}

// holds is the first entitlement that somebody has; nil for none.
func (c *Config) holds(f Facts) *Entitlement {
	for _, e := range c.all {
		if e.Spec.Term != nil && !slices.Contains(f.Terms, e.ID) {
			continue
		}
		if e.match == nil {
			return e
		}
		// An error is a condition that costs too much; it was warned about when applied.
		if yes, err := e.match.Eval(f.Vars); err == nil && yes {
			return e
		}
	}
	return nil
}

// ends is the last day of what an organization bought, and when the time after it is over; ok is
// false when it never ends.
func (e *Entitlement) ends(vars rule.Vars) (last, until time.Time, ok bool) {
	if e.Spec.Expires == "" {
		return last, until, false
	}
	organization, _ := vars["organization"].(map[string]any)
	attributes, _ := organization["attributes"].(map[string]any)
	last, ok = attributes[e.Spec.Expires].(time.Time)
	return last, last.Add(24*time.Hour + e.Spec.Grace.Std()), ok
}

const day = "2 Jan 2006"

// Sentence says why somebody is refused, in words for everybody. organization is its name, "" for
// none.
func (d Decision) Sentence(organization string) string {
	title := "What you have"
	if d.Entitlement != nil {
		title = d.Entitlement.Title
	}
	if organization = short(organization); organization == "" {
		organization = "your organization"
	}
	switch d.Refused {
	case OnHold:
		return fmt.Sprintf("Support for %s is on hold.", organization)
	case Expired:
		text := fmt.Sprintf("%s of %s ended on %s", title, organization, d.LastDay.Format(day))
		if grace := d.Entitlement.Spec.Grace.Std(); grace > 0 {
			return fmt.Sprintf("%s, and the %s after it on %s (UTC).", text, length(grace), d.Until.Format(day))
		}
		return text + " (UTC)."
	case Unsupported:
		return fmt.Sprintf("%s does not include support.", title)
	case NotListed:
		return fmt.Sprintf("%s lists who may write for it, and you are not on the list.", upper(organization))
	case WrongForm:
		return fmt.Sprintf("%s does not include requests of this sort.", title)
	case NoOrganization:
		return "We could not tell which organization you belong to, so we do not know what it bought."
	default:
		return ""
	}
}

// Inside says the same to colleagues; requester is the person's name.
func (d Decision) Inside(requester, organization string) string {
	requester, organization = short(requester), short(organization)
	switch d.Refused {
	case NoOrganization:
		return fmt.Sprintf("%s belongs to no organization, so nobody knows what they bought.", requester)
	case NotListed:
		return fmt.Sprintf("%s lists who may write for it, and %s is not on the list.", organization, requester)
	case Unsupported:
		return fmt.Sprintf("%s has %s, which does not include support.", organization, d.Entitlement.Title)
	default:
		return d.Sentence(organization)
	}
}

// Advice says what a refused person can do.
func (d Decision) Advice() string {
	if d.Entitlement != nil && d.Entitlement.Spec.Advice != "" && d.Refused != OnHold && d.Refused != NotListed {
		return d.Entitlement.Spec.Advice
	}
	switch d.Refused {
	case OnHold:
		return "Ask whoever looks after the contract in your organization. Your request is kept."
	case Expired:
		return "Once it is renewed, answer this message and we go on with your request."
	case NotListed:
		return "Ask one of its contacts to write, or to have you added."
	case WrongForm:
		return fmt.Sprintf("It includes: %s.", strings.Join(d.Entitlement.Spec.Forms, ", "))
	case NoOrganization:
		return "Write from your company's address and tell us what proves the purchase: " + d.Entitlement.proofs() + "."
	default:
		return "Your request is kept. Ask whoever bought it for you what it includes."
	}
}

// proofs names what is taken as proof of a purchase.
func (e *Entitlement) proofs() string {
	if e == nil || e.Spec.Proof == nil {
		return "the name it was sold to"
	}
	var out []string
	for _, a := range e.Spec.Proof.Accepts {
		out = append(out, a.words())
	}
	if n := len(out); n > 1 {
		return strings.Join(out[:n-1], ", ") + " or " + out[n-1]
	}
	return strings.Join(out, "")
}

func (a Accepted) words() string {
	if a.Title != "" {
		return strings.ToLower(a.Title[:1]) + a.Title[1:]
	}
	return strings.ReplaceAll(a.Name, "_", " ")
}

// longest is how many characters of a name a sentence keeps, so that the reason behind it stays in sight.
const longest = 60

func short(name string) string {
	if r := []rune(name); len(r) > longest {
		return strings.TrimSpace(string(r[:longest-1])) + "…"
	}
	return name
}

func upper(s string) string {
	if strings.HasPrefix(s, "your ") {
		return "Y" + s[1:]
	}
	return s
}

// length says a duration of days and hours: "15 days", "36 hours".
func length(d time.Duration) string {
	n, unit := int(d/time.Hour), "hour"
	if n%24 == 0 {
		n, unit = n/24, "day"
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
