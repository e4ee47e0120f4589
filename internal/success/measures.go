package success

import (
	"encoding/json"
	"slices"
	"time"

	"steward/internal/ledger"
	"steward/internal/measure"
)

// timelineFacts are what measures need of what was noted about an account.
type timelineFacts struct {
	Account int64  `json:"account,omitempty"`
	Kind    string `json:"kind,omitempty"` // of the entry that the event is about
	Effort  int64  `json:"effort,omitempty"`
	Edit    bool   `json:"edit,omitempty"`   // the event only corrects an entry
	Impact  string `json:"impact,omitempty"` // of a health update: what is at risk
	Reason  string `json:"reason,omitempty"` // and why
}

func (f *timelineFacts) fold(e ledger.Event) error {
	f.Account = e.Subject.ID
	var d struct {
		Kind   string          `json:"kind"`
		Effort json.RawMessage `json:"effort"`
		Impact string          `json:"impact"`
		Reason string          `json:"reason"`
	}
	if err := e.Decode(&d); err != nil {
		return err
	}
	f.Kind, f.Effort, f.Edit, f.Impact, f.Reason = d.Kind, 0, e.Verb == EntryChanged, d.Impact, d.Reason
	if f.Edit { // what was added to the effort
		var both [2]int64
		if err := json.Unmarshal(d.Effort, &both); err != nil {
			return err
		}
		f.Effort = both[1] - both[0]
	} else if len(d.Effort) > 0 {
		return json.Unmarshal(d.Effort, &f.Effort)
	}
	return nil
}

// lifeFacts are what measures need of an account itself.
type lifeFacts struct {
	Account int64 `json:"account,omitempty"`
}

func (f *lifeFacts) fold(e ledger.Event) error {
	f.Account = e.Subject.ID
	return nil
}

// Measures declares what is measured about accounts, beside what a configuration adds.
func Measures(reg *measure.Registry) {
	for _, f := range []measure.Family{
		{Name: usagePrefix + "NAME", Kind: "usage_measure", Doc: "A formula over what products report, of the primary installation or of all."},
		{Name: manualPrefix + "NAME", Kind: "manual_measure", Doc: "What somebody judged, with a reason, for a time."},
		{Name: judgedPrefix + "NAME", Kind: "manual_measure", Doc: "Time since it was judged, whether the judgement holds still or has expired; what was taken back does not count."},
		{Name: rolesPrefix + "NAME", Kind: "role_measure", Doc: "How many of the roles that are wanted at an account somebody has and were met within a time (90 days when the blueprint says none): a call, meeting, workshop or review of the timeline in which somebody took part who had the role then. Each role counts once; an entry that is taken off the timeline counts no more; 0 where none was met, also at an account without contacts."},
	} {
		reg.Describe(f)
	}
	notes := measure.Follow(reg, measure.Source{Name: "success.timeline", Kind: "organization", Version: 2, Verbs: []string{EntryAdded, EntryChanged, EntryRemoved}}, (*timelineFacts).fold)
	when := func(kinds ...string) func(f timelineFacts, e ledger.Event) (int64, measure.Value) {
		return func(f timelineFacts, e ledger.Event) (int64, measure.Value) {
			if e.Verb != EntryAdded || !slices.Contains(kinds, f.Kind) {
				return 0, measure.Value{}
			}
			return f.Account, measure.At(e.At)
		}
	}
	for _, m := range []struct {
		name, title, doc string
		kinds            []string
	}{
		{"contact", "contact", "a call, meeting, workshop or review", contactKinds},
		{"review", "review", "a business review", []string{"review"}},
		{"health_update", "health update", "a health update", []string{"health_update"}},
	} {
		notes.Latest(measure.Measure{Name: "success.last_" + m.name, Title: "Last " + m.title, Subject: "organization", Type: measure.Time, Direction: measure.Neutral,
			Doc: "When somebody noted " + m.doc + " last. One that is taken off the timeline again counts still."}, when(m.kinds...))
		notes.Since(measure.Measure{Name: "success.since_" + m.name, Title: "Time since the last " + m.title, Subject: "organization", Type: measure.Duration, Direction: measure.LessIsBetter,
			Doc: "Time since " + m.doc + " was noted. There is none where none was."}, "success.last_"+m.name)
	}
	for _, m := range []struct {
		name, title, doc string
		of               func(f timelineFacts) string
	}{
		{"risk_impact", "Risk: what is at risk", "What the last health update says is at risk: churn, tier_downgrade, seat_churn, sentiment, competitor, stage or none.", func(f timelineFacts) string { return f.Impact }},
		{"risk_reason", "Risk: why", "Why, as the last health update says: adoption, product, quality, engagement, budget, corporate_decision, other or none.", func(f timelineFacts) string { return f.Reason }},
	} {
		notes.Latest(measure.Measure{Name: "success." + m.name, Title: m.title, Subject: "organization", Type: measure.Text, Direction: measure.Neutral, Doc: m.doc + " Updates from before this was kept in events say nothing."},
			func(f timelineFacts, e ledger.Event) (int64, measure.Value) {
				if e.Verb != EntryAdded || f.Kind != "health_update" || m.of(f) == "" {
					return 0, measure.Value{}
				}
				return f.Account, measure.Word(m.of(f))
			})
	}
	sum := func(amount func(f timelineFacts) int64) func(f timelineFacts, e ledger.Event) (int64, int64) {
		return func(f timelineFacts, e ledger.Event) (int64, int64) {
			if e.Verb == EntryRemoved {
				return f.Account, -amount(f)
			}
			return f.Account, amount(f)
		}
	}
	notes.Within(measure.Measure{Name: "success.contacts_90d", Title: "Contacts in 90 days", Unit: "contacts", Subject: "organization", Type: measure.Count, Direction: measure.MoreIsBetter,
		Doc: "Calls, meetings, workshops and reviews of the last 90 days."}, 90*day24, sum(func(f timelineFacts) int64 {
		if !f.Edit && slices.Contains(contactKinds, f.Kind) {
			return 1
		}
		return 0
	}))
	notes.Within(measure.Measure{Name: "success.effort_90d", Title: "Effort in 90 days", Unit: "minutes", Subject: "organization", Type: measure.Count, Direction: measure.Neutral,
		Doc: "Minutes that entries of the last 90 days say were spent."}, 90*day24, sum(func(f timelineFacts) int64 { return f.Effort }))
	lives := measure.Follow(reg, measure.Source{Name: "success.account", Kind: "organization", Version: 1, Verbs: []string{AccountCreated, AccountChanged}}, (*lifeFacts).fold)
	lives.Latest(measure.Measure{Name: "success.began", Title: "Account since", Subject: "organization", Type: measure.Time, Direction: measure.Neutral,
		Doc: "When the organization became an account here, or a customer if that is known."}, func(f lifeFacts, e ledger.Event) (int64, measure.Value) {
		var d struct {
			Since string `json:"since"`
		}
		if e.Verb != AccountCreated {
			return 0, measure.Value{}
		}
		if e.Decode(&d) == nil {
			if t, err := time.Parse(time.DateOnly, d.Since); err == nil {
				return f.Account, measure.At(t)
			}
		}
		return f.Account, measure.At(e.At)
	})
	lives.Since(measure.Measure{Name: "success.age", Title: "Age of the account", Subject: "organization", Type: measure.Duration, Direction: measure.Neutral,
		Doc: "Time since it became a customer."}, "success.began")
	lives.Latest(measure.Measure{Name: "success.renewal_at", Title: "Renewal", Subject: "organization", Type: measure.Time, Direction: measure.Neutral,
		Doc: "When its contract is renewed next, as it was known at the moment asked about: the midnight, UTC, with which that day begins. There is none without a date."}, renewalSaid)
	lives.Until(measure.Measure{Name: "success.until_renewal", Title: "Time until the renewal", Subject: "organization", Type: measure.Duration, Direction: measure.Neutral,
		Doc: "Time left until its contract is renewed, below zero afterwards, from the day that was known at the moment asked about. There is none without a date."}, "success.renewal_at")
}

// renewalSaid is what an event says about the day of a renewal.
func renewalSaid(f lifeFacts, e ledger.Event) (int64, measure.Value) {
	var d struct {
		Renewal string `json:"renewal"`
		Changes struct {
			Renewal []string `json:"renewal"` // a day that was not there, or is no more, is ""
		} `json:"changes"`
	}
	if err := e.Decode(&d); err != nil {
		return 0, measure.Value{}
	}
	day := d.Renewal
	if e.Verb == AccountChanged {
		if len(d.Changes.Renewal) != 2 {
			return 0, measure.Value{}
		}
		if day = d.Changes.Renewal[1]; day == "" {
			return f.Account, measure.None()
		}
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, measure.Value{}
	}
	return f.Account, measure.At(t)
}
