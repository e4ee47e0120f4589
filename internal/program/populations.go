package program

import (
	"time"

	"steward/internal/ledger"
	"steward/internal/population"
	"steward/internal/rule"
)

// story is what the events of an application say of it. Times are microseconds.
type story struct {
	Program      int64  `json:"program,omitempty"`
	Organization int64  `json:"organization,omitempty"`
	Renewal      bool   `json:"renewal,omitempty"`
	State        State  `json:"state,omitempty"`
	Confirmed    int64  `json:"confirmed,omitempty"`
	Submitted    int64  `json:"submitted,omitempty"`
	Decided      int64  `json:"decided,omitempty"`
	Decision     string `json:"decision,omitempty"`
	By           int64  `json:"by,omitempty"` // the colleague, 0 for the rules
	Untouched    bool   `json:"untouched,omitempty"`
	Late         bool   `json:"late,omitempty"`
	Worked       int64  `json:"worked,omitempty"`
	Waited       int64  `json:"waited,omitempty"`
	Began        int64  `json:"began,omitempty"`
	Until        int64  `json:"until,omitempty"`
	Claimed      int64  `json:"claimed,omitempty"`
	Ended        int64  `json:"ended,omitempty"`
	Renewed      bool   `json:"renewed,omitempty"`
	Seats        int64  `json:"seats,omitempty"`
}

func (s *story) fold(e ledger.Event) error {
	var d struct {
		Program      int64 `json:"program_id"`
		Organization int64 `json:"organization_id"`
		Renewal      bool  `json:"renewal"`
		To           State `json:"to"`
		Automatic    bool  `json:"automatic"`
		Untouched    bool  `json:"untouched"`
		Late         bool  `json:"late"`
		Worked       int64 `json:"worked_us"`
		Waited       int64 `json:"waited_us"`
		From         int64 `json:"term_from"`
		Until        int64 `json:"term_until"`
		Seats        int64 `json:"seats"`
	}
	if err := e.Decode(&d); err != nil {
		return err
	}
	at := e.At.UnixMicro()
	s.Program, s.Organization, s.Renewal, s.State = d.Program, d.Organization, d.Renewal, d.To
	switch e.Verb {
	case Submitted:
		s.Submitted = at
	case ConfirmedBy:
		s.Confirmed = at
	case ApprovedAs, RejectedAs:
		s.Decided, s.Decision, s.By, s.Untouched, s.Late, s.Worked, s.Waited = at, string(d.To), 0, d.Untouched, d.Late, d.Worked, d.Waited
		if !d.Automatic {
			s.By = e.ActorID
		}
	case ReopenedBy:
		s.Decided, s.Decision, s.By, s.Untouched = 0, "", 0, false
	case Claimed:
		s.Claimed, s.Began, s.Until, s.Seats = at, d.From, d.Until, d.Seats
	case RevokedBy, ExpiredBy:
		s.Ended = at
	case RestoredBy:
		s.Ended = 0
	case RenewedBy:
		s.Renewed = true
		if s.Ended == 0 {
			s.Ended = at
		}
	}
	return nil
}

// values are what every fact about an application carries.
func (s *story) values() map[string]any {
	out := map[string]any{"program": s.Program, "state": string(s.State), "renewal": s.Renewal, "untouched": s.Untouched, "late": s.Late, "seats": s.Seats}
	for name, at := range map[string]int64{"submitted": s.Submitted, "confirmed": s.Confirmed, "decided": s.Decided} {
		if at != 0 {
			out[name] = population.Moment(at)
		}
	}
	if s.Organization != 0 {
		out["organization"] = s.Organization
	}
	if s.Decision != "" {
		out["decision"] = s.Decision
		out["worked"], out["waited"] = time.Duration(s.Worked)*time.Microsecond, time.Duration(s.Waited)*time.Microsecond
	}
	if s.By != 0 {
		out["decided_by"] = s.By
	}
	return out
}

// counted are the events that the story is told by.
var counted = []string{Submitted, ConfirmedBy, Referred, Questioned, Answered, ApprovedAs, RejectedAs, WithdrawnBy, ReopenedBy, LapsedBy, Claimed, Warned, Cured, RevokedBy, RestoredBy, ExpiredBy, RenewedBy}

// shown is how often the pages of a program were shown.
type shown struct{}

// Populations declares what of programs can be counted.
func Populations(reg *population.Registry) {
	field := func(path string, t rule.Type, title, doc, kind string, splits bool) population.Field {
		return population.Field{Field: rule.Field{Path: path, Type: t, Title: title, Doc: doc}, Dimension: splits, Kind: kind}
	}
	var states []string
	for _, s := range States {
		states = append(states, string(s))
	}
	records := population.Follow(reg, population.Module{Name: "program", Kind: "application", Version: 1, Verbs: counted}, (*story).fold)
	records.Say([]population.Field{
		field("application.program", rule.Int, "Program", "The program it is to.", "program", true),
		field("application.organization", rule.Int, "Organization", "Whom it is for.", "organization", true),
		field("application.state", rule.Enum(states...), "State", "Where it stands.", "", true),
		field("application.renewal", rule.Bool, "Renewal", "Whether it renews an earlier one.", "", true),
		field("application.decision", rule.Enum(string(Approved), string(Rejected)), "Decision", "What was decided; missing while nothing is.", "", true),
		field("application.decided_by", rule.Int, "Decided by", "The colleague who decided; missing where the rules did.", "person", true),
		field("application.untouched", rule.Bool, "Without anybody", "Whether it was decided by the rules, and no colleague did anything about it before.", "", true),
		field("application.late", rule.Bool, "Late", "Whether the promise was missed.", "", true),
		field("application.submitted", rule.Time, "Sent", "When the form was sent.", "", false),
		field("application.confirmed", rule.Time, "Confirmed", "When the applicant confirmed their address.", "", false),
		field("application.decided", rule.Time, "Decided", "When it was last decided; missing while nothing is.", "", false),
		field("application.worked", rule.Duration, "Working time", "Working time from confirming to the decision, without the time that the applicant was asked.", "", false),
		field("application.waited", rule.Duration, "Other time", "The rest of the time from confirming to the decision: nights, weekends, and waiting for the applicant.", "", false),
		field("application.seats", rule.Int, "Seats", "Seats asked for.", "", false),
	}, (*story).values)
	of := population.Population{Person: "application.decided_by", Organization: "application.organization"}

	applications := of
	applications.Name, applications.Title, applications.When = "applications", "Applications", "application.confirmed"
	applications.Doc = "Each application whose applicant confirmed their address once, as it is now."
	records.Each(applications, func(s *story) []population.Fact { return []population.Fact{{Gone: s.Confirmed == 0}} })

	memberships := of
	memberships.Name, memberships.Title, memberships.When, memberships.Until = "memberships", "Memberships", "membership.claimed", "membership.ended"
	memberships.Doc = "Each membership of a program once, from claiming to its end. A renewal is a membership of its own."
	memberships.Fields = []population.Field{
		field("membership.claimed", rule.Time, "Claimed", "When it was claimed.", "", false),
		field("membership.began", rule.Time, "Began", "When its term begins.", "", false),
		field("membership.until", rule.Time, "Until", "When its term ends; missing when it has none.", "", false),
		field("membership.ended", rule.Time, "Ended", "When it was renewed, revoked or came to its end; missing while it lasts.", "", false),
		field("membership.renewed", rule.Bool, "Renewed", "Whether another application went on from it.", "", true),
		field("membership.seats", rule.Int, "Seats", "Its seats.", "", false),
	}
	records.Each(memberships, func(s *story) []population.Fact {
		v := map[string]any{"renewed": s.Renewed, "seats": s.Seats}
		for name, at := range map[string]int64{"claimed": s.Claimed, "began": s.Began, "until": s.Until, "ended": s.Ended} {
			if at != 0 {
				v[name] = population.Moment(at)
			}
		}
		return []population.Fact{{Key: 1, Values: v, Gone: s.Claimed == 0}}
	})

	views := population.Follow(reg, population.Module{Name: "program", Kind: "program", Version: 1, Verbs: []string{ProgramShown}}, func(*shown, ledger.Event) error { return nil })
	views.On(population.Population{Name: "program_views", Title: "Views of programs", When: "views.at",
		Doc: "How often a page of a program was shown, told once an hour. Nothing is known about who looked.",
		Fields: []population.Field{
			field("views.program", rule.Int, "Program", "The program.", "program", true),
			field("views.page", rule.Enum("page", "form"), "Page", "Its page, or its form.", "", true),
			field("views.at", rule.Time, "Shown", "The end of the hour, or of the day, in which it was shown.", "", false),
			field("views.shown", rule.Int, "Views", "How often.", "", false),
		}}, func(_ *shown, e ledger.Event) []population.Fact {
		var d struct {
			Page  string `json:"page"`
			Shown int64  `json:"shown"`
		}
		if err := e.Decode(&d); err != nil {
			return nil // no such event is written
		}
		return []population.Fact{{Key: e.ID, Values: map[string]any{"program": e.Subject.ID, "page": d.Page, "at": population.Moment(e.At.UnixMicro()), "shown": d.Shown}}}
	})
}
