package desk

import (
	"context"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/field"
)

// HeadSpec is the spec of kind tickethead: what is shown of the customer above a ticket.
type HeadSpec struct {
	Show     []string `yaml:"show" doc:"Fields to show, of organizations, people (the requester) or tickets, in this order." ref:"field" max:"12"`
	TimeZone string   `yaml:"time_zone" doc:"A text field of people or organizations that holds an IANA time zone, such as Europe/Lisbon, for requesters without one of their own." ref:"field"`
	Hours    []string `yaml:"hours" doc:"When customers are at work, in their own time: from and to, such as [\"08:00\", \"18:00\"]; 08:00 to 18:00 when left out." max:"2"`
	Days     []string `yaml:"days" doc:"On which days; Monday to Friday when left out." enum:"mon,tue,wed,thu,fri,sat,sun"`
}

// Head is what is shown of the customer, compiled.
type Head struct {
	fields   []*field.Field
	names    []string // of their blueprints
	zone     *field.Field
	from, to time.Duration
	days     map[time.Weekday]bool
}

var weekdays = map[string]time.Weekday{"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 0}

// clockTime reads 08:30; 24:00 is the end of a day.
func clockTime(s string) (time.Duration, bool) {
	if s == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}

func lintHead(c *blueprint.Context, s HeadSpec) {
	if len(blueprint.All[HeadSpec](c.Set)) > 1 {
		for _, other := range blueprint.All[HeadSpec](c.Set) {
			if other.Name < c.Entry.Name {
				c.Warn("", "The head %s is shown; only the first by name is.", other.Name)
				break
			}
		}
	}
	if n := len(s.Hours); n != 0 && n != 2 {
		c.Error("hours", "Hours are two times, from and to, such as [\"08:00\", \"18:00\"].")
	} else if n == 2 {
		from, ok := clockTime(s.Hours[0])
		to, ok2 := clockTime(s.Hours[1])
		if !ok || !ok2 || from >= to {
			c.Error("hours", "Write the hours as two times of one day, the earlier one first, such as [\"08:00\", \"18:00\"].")
		}
	}
	if f, ok := blueprint.Get[field.Spec](c.Set, s.TimeZone); ok && (f.On == "ticket" || f.Type != "text" && f.Type != "dropdown" && f.Type != "regexp") {
		c.Error("time_zone", "A time zone is a text, regexp or dropdown field of people or organizations; %s is a %s of a %s.", s.TimeZone, f.Type, f.On)
	}
}

// headOf takes the head from a set of blueprints; there is always one.
func headOf(set *blueprint.Set, schema *field.Schema) *Head {
	h := &Head{from: 8 * time.Hour, to: 18 * time.Hour, days: map[time.Weekday]bool{1: true, 2: true, 3: true, 4: true, 5: true}}
	for _, b := range blueprint.All[HeadSpec](set) {
		byName := map[string]*field.Field{}
		for _, f := range schema.All() {
			if e, ok := set.ByID(f.ID); ok {
				byName[e.Name] = f
			}
		}
		for _, name := range b.Spec.Show {
			if f := byName[name]; f != nil {
				h.fields, h.names = append(h.fields, f), append(h.names, name)
			}
		}
		h.zone = byName[b.Spec.TimeZone]
		if len(b.Spec.Hours) == 2 {
			h.from, _ = clockTime(b.Spec.Hours[0])
			h.to, _ = clockTime(b.Spec.Hours[1])
		}
		if len(b.Spec.Days) > 0 {
			h.days = map[time.Weekday]bool{}
			for _, d := range b.Spec.Days {
				h.days[weekdays[d]] = true
			}
		}
		break
	}
	return h
}

// inside reports whether a local time lies in the customers' working hours.
func (h *Head) inside(local time.Time) bool {
	at := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	return h.days[local.Weekday()] && at >= h.from && at < h.to
}

// HeadView is what is known of the customer, as far as the reader sees it.
type HeadView struct {
	TimeZone  string         `json:"time_zone" doc:"IANA name of the requester's zone; empty when nobody said."`
	LocalTime string         `json:"local_time" doc:"The requester's time now, with its offset; empty without a zone."`
	Inside    bool           `json:"inside" doc:"Whether that lies in their working hours."`
	Hours     string         `json:"hours" doc:"Their working hours, such as 08:00 to 18:00."`
	Facts     []Fact         `json:"facts" nullable:"false"`
	Proof     *ProofView     `json:"proof" doc:"The newest proof of purchase that was accepted for the organization; for those who work on the ticket."`
	Open      *db.Count      `json:"open" doc:"Other open tickets of the organization, or of the requester without one."`
	Score     *ScoreView     `json:"score" doc:"The last answer to a survey that the organization, or the requester, gave."`
	Zone      *time.Location `json:"-"`
}

// Fact is one attribute shown above a ticket.
type Fact struct {
	Title string `json:"title"`
	Value string `json:"value"`
	Of    string `json:"of" enum:"ticket,person,organization"`
	Name  string `json:"name"`
	Held  *bool  `json:"held" doc:"Of what proves a purchase: whether the organization has it. null for everything else, and without an organization."`
}

// ProofView is a proof of purchase as it was accepted.
type ProofView struct {
	Title    string    `json:"title" doc:"What was given, such as a licence id."`
	Hint     string    `json:"hint" doc:"Its last characters."`
	SoldTo   string    `json:"sold_to"`
	At       time.Time `json:"at"`
	TicketID int64     `json:"ticket_id"`
}

// ScoreView is an answer to a survey, 1 to 7.
type ScoreView struct {
	Score    int       `json:"score"`
	Comment  string    `json:"comment"`
	At       time.Time `json:"at"`
	TicketID int64     `json:"ticket_id"`
}

// Scores tells the latest answer to surveys about some tickets; the app wires it.
type Scores func(ctx context.Context, tx db.Tx, ticketIDs []int64) (*ScoreView, error)

// ShowScores makes the head show the last answer; called once, when the application is put together.
func (s *Service) ShowScores(f Scores) { s.scores = f }

// scoresWithin is how many of a customer's newest tickets are asked for an answer.
const scoresWithin = 50

// Head says what is known of a ticket's customer. Whoever reads the ticket may ask; counts and
// scores are for agents.
func (s *Service) Head(ctx context.Context, tx db.Tx, by act.Actor, id int64) (HeadView, error) {
	v := HeadView{Facts: []Fact{}}
	t, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return v, err
	}
	h, inside := s.config().Head, Agent(by, t)
	people, err := s.directory.Names(ctx, tx, []int64{t.RequesterID})
	if err != nil {
		return v, err
	}
	person := people[t.RequesterID]
	values := map[string]field.Values{"ticket": t.Attributes, "person": person.Attributes}
	if t.OrganizationID != 0 {
		o, err := s.directory.OrganizationOf(ctx, tx, t.OrganizationID)
		if err != nil {
			return v, err
		}
		values["organization"] = o.Attributes
	}
	schema := s.config().Fields
	for i, f := range h.fields {
		if value := schema.Show(f.On, values[f.On], inside)[f.Name]; !empty(value) {
			fact := Fact{Title: f.Title, Value: f.Words(value), Of: f.On, Name: f.Name}
			if inside && f.On == "ticket" && t.OrganizationID != 0 {
				if held, known := s.config().Entitle.Holds(h.names[i], schema.Show("organization", values["organization"], true), fact.Value); known {
					fact.Held = &held
				}
			}
			v.Facts = append(v.Facts, fact)
		}
	}
	h.tell(&v, person, values, s.clock())
	if !inside {
		return v, nil
	}
	if t.OrganizationID != 0 {
		p, title, ok, err := s.entitle.Proven(ctx, tx, t.OrganizationID)
		if err != nil {
			return v, err
		}
		if ok {
			v.Proof = &ProofView{title, p.Hint, p.SoldTo, p.At, p.TicketID}
		}
	}
	return v, s.headCounts(ctx, tx, t, &v)
}

// tell says what time it is for the requester.
func (h *Head) tell(v *HeadView, p directory.Person, values map[string]field.Values, now time.Time) {
	zone := p.TimeZone
	if zone == "" && h.zone != nil {
		zone = h.zone.Words(values[h.zone.On].Of(h.zone))
	}
	loc, err := time.LoadLocation(strings.TrimSpace(zone))
	if zone == "" || err != nil {
		return
	}
	local := now.In(loc)
	v.TimeZone, v.LocalTime, v.Inside = zone, local.Format(time.RFC3339), h.inside(local)
	clock := func(d time.Duration) string {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Format("15:04")
	}
	v.Hours = clock(h.from) + " to " + clock(h.to)
}

func (s *Service) headCounts(ctx context.Context, tx db.Tx, t *Ticket, v *HeadView) error {
	column, of := "organization_id", t.OrganizationID
	if of == 0 {
		column, of = "requester_id", t.RequesterID
	}
	n, err := bounded(ctx, tx, `SELECT 1 FROM ticket WHERE `+column+` = `+idText(of)+` AND id <> `+idText(t.ID)+` AND done = FALSE AND deleted_at IS NULL`)
	if err != nil || s.scores == nil {
		v.Open = &n
		return err
	}
	v.Open = &n
	ids, err := ticketIDs(ctx, tx, `SELECT id FROM ticket WHERE `+column+` = $1 AND deleted_at IS NULL ORDER BY updated DESC, id DESC LIMIT $2`, of, scoresWithin)
	if err != nil {
		return err
	}
	v.Score, err = s.scores(ctx, tx, ids)
	return err
}
