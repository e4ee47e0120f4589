package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/availability"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/lang"
	"steward/internal/ledger"
	"steward/internal/mail"
)

// RouteAction hands a ticket to a region or a team, or gives it to whoever carries least.
type RouteAction struct {
	Region   string `yaml:"region" doc:"A region that it is handed to." ref:"region"`
	AtWork   bool   `yaml:"at_work" doc:"Follow the sun: the region that is at work now, of several the one that is longest, and of none the one that begins first. A ticket stays whose assignee is at work."`
	Team     string `yaml:"team" doc:"A team that it is handed to; its assignee gives it up. Nothing happens when it is there." ref:"team"`
	Kind     string `yaml:"kind" doc:"With a region: handover (for this day), rehome (for good), hot_rehome (for good, and at once) or satellite (one step; the assignee keeps it). handover when empty." enum:"handover,rehome,hot_rehome,satellite"`
	Reason   string `yaml:"reason" doc:"With a region or a team: how it stands. It becomes the hand-over note; {{requester}}, {{subject}} and {{ticket}} stand for values."`
	NextStep string `yaml:"next_step" doc:"What the next colleague does first; the end of the note."`
	Assign   string `yaml:"assign" doc:"round_robin: the queue gives it to whoever carries least, by presence, hours, skills and capacity, whatever the queue does otherwise. It tries again for a day while nobody can. What has an assignee stays with them." enum:"round_robin"`
}

func (a RouteAction) hands() bool { return a.Region != "" || a.AtWork || a.Team != "" }

func (a RouteAction) kind() string {
	if a.Kind == "" {
		return HandOn
	}
	return a.Kind
}

// lintRoute finds routes that lead nowhere, and those that lead to two places.
func lintRoute(c *blueprint.Context, path string, action Action) {
	a := *action.Route
	ways := 0
	for _, way := range []bool{a.Region != "", a.AtWork, a.Team != ""} {
		if way {
			ways++
		}
	}
	region := a.Region != "" || a.AtWork
	switch {
	case ways > 1:
		c.Error(path, "A ticket goes on to one place: a region, the one at work, or a team.")
	case ways == 0 && a.Assign == "":
		c.Error(path, "Say where it goes on: region, at_work, team, or assign.")
	}
	if a.AtWork && len(blueprint.All[availability.RegionSpec](c.Set)) == 0 {
		c.Error(path+".at_work", "There is no region, so none is ever at work.")
	}
	if a.Assign != "" && len(blueprint.All[RoutingSpec](c.Set)) == 0 {
		c.Error(path+".assign", "There is no queue that could give it to anybody. Add a routing blueprint.")
	}
	if a.Kind != "" && !region {
		c.Error(path+".kind", "Kinds of hand-over are for regions.")
	}
	if a.Kind == Satellite && a.Assign != "" {
		c.Error(path+".assign", "The assignee keeps the ticket when another region is asked for one step.")
	}
	switch {
	case ways > 0 && (a.Reason == "" || a.NextStep == ""):
		c.Error(path, "Whoever goes on needs to know how it stands and what to do first: reason and next_step.")
	case ways == 0 && a.Reason+a.NextStep != "":
		c.Error(path+".reason", "A hand-over note goes with a region or a team.")
	}
	for part, text := range map[string]string{"reason": a.Reason, "next_step": a.NextStep} {
		if _, err := cleanReason(part, text, ""); text != "" && err != nil {
			c.Error(path+"."+part, "%s", err)
		}
	}
	if action.Team != "" && a.Team != "" && action.Team != a.Team {
		c.Error(path+".team", "The action gives the ticket to two teams.")
	}
}

// regions are what actions need to know of where tickets are; all nil where nothing is routed, as in an import.
type regions struct {
	working func(person int64) (bool, error)                 // whether somebody is at work now
	handed  func(t *Ticket) (to int64, kind string, e error) // the region it was handed to and waits for; 0 for none
}

func (s *Service) regionsNow(ctx context.Context, tx db.Tx) regions {
	return regions{
		working: func(person int64) (bool, error) {
			st, err := s.people.Of(ctx, tx, person)
			return st.Working && st.Off == nil && st.State != availability.Away, err
		},
		handed: func(t *Ticket) (to int64, kind string, err error) {
			if t.ID == 0 || !t.beside.has(besideHandovers) {
				return 0, "", nil
			}
			err = tx.QueryRow(ctx, `SELECT to_region, kind FROM handover WHERE ticket_id = $1 AND taken IS NULL ORDER BY id DESC LIMIT 1`, t.ID).Scan(&to, &kind)
			if errors.Is(err, sql.ErrNoRows) {
				return 0, "", nil
			}
			return to, kind, err
		},
	}
}

// way is where an action lets a ticket go on; the zero value leads nowhere.
type way struct {
	action RouteAction
	region *availability.Region
	team   *Team
	deal   bool // it is given to whoever carries least
}

func (y way) none() bool { return y.region == nil && y.team == nil && !y.deal }

// give moves the ticket in memory.
func (y way) give(t *Ticket) {
	if y.team != nil {
		t.TeamID, t.AssigneeID = y.team.ID, 0
	}
	if y.region != nil && y.action.kind() != Satellite {
		t.AssigneeID = 0
	}
}

// route finds out where an action lets a ticket go; nowhere when it is there, or done.
func (w around) route(t *Ticket, a RouteAction) (out way, err error) {
	out.action = a
	if w.handed == nil || t.Status.Done() || t.Hidden != "" {
		return way{}, nil
	}
	if team := w.cfg.TeamNamed(a.Team); team != nil && team.ID != t.TeamID {
		out.team = team
	}
	if out.region = w.cfg.Regions.Named(a.Region); a.AtWork {
		there := false
		if t.AssigneeID != 0 {
			if there, err = w.working(t.AssigneeID); err != nil {
				return way{}, err
			}
		}
		if out.region = nil; !there {
			out.region = w.cfg.Regions.AtWork(w.now)
		}
	}
	if out.region != nil {
		to, kind, err := w.handed(t)
		if err != nil {
			return way{}, err
		}
		if to == out.region.ID && kind == a.kind() && (t.AssigneeID == 0 || kind == Satellite) {
			out.region = nil // it waits there already
		}
	}
	after := *t
	out.give(&after)
	out.deal = a.Assign != "" && len(w.cfg.Queues) > 0 && after.waits()
	return out, nil
}

// words says where a way leads, for a dry run.
func (y way) words(l *lang.Language) (out []string) {
	switch {
	case y.region != nil:
		out = append(out, l.Say("%s to %s", lang.Term(handoverTitles[y.action.kind()]), y.region.Title))
	case y.team != nil:
		out = append(out, l.Say("%s to %s", lang.Term(handoverTitles[HandOn]), y.team.Title))
	}
	if y.deal {
		out = append(out, l.Word("Given to whoever carries least"))
	}
	return out
}

// leadOn hands a ticket on as an action says; it is moved in memory already. note records what the ticket tells of it, write
// a note on it, and fill puts values into what is said. before had the ticket before the action.
func (s *Service) leadOn(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, y way, before int64, fill func(string) string, note func(ledger.Entry) (int64, error), write func(Message) error) error {
	title := ""
	switch {
	case y.region != nil:
		h := Handover{TicketID: t.ID, Kind: y.action.kind(), ToRegion: y.region.ID, ByID: by.PersonID, Reason: fill(y.action.Reason), NextStep: fill(y.action.NextStep), Created: by.Now()}
		if before != 0 {
			st, err := s.people.Of(ctx, tx, before)
			if err != nil {
				return err
			}
			if st.Region != nil {
				h.FromRegion = st.Region.ID
			}
		}
		if err := s.keepHandover(ctx, tx, t, &h); err != nil {
			return err
		}
		if _, err := note(h.told()); err != nil {
			return err
		}
		if err := s.lineUp(ctx, tx, by.Now(), t, t); err != nil { // its place follows the region
			return err
		}
		title = y.region.Title
	case y.team != nil:
		title = y.team.Title
	}
	if title != "" {
		m := handoverNote(y.action.kind(), title, fill(y.action.Reason), fill(y.action.NextStep))
		m.AuthorID, m.Channel = by.PersonID, ruleChannel
		if by.PersonID != 0 {
			m.Channel = "web"
		}
		if err := write(m); err != nil {
			return err
		}
	}
	if !y.deal {
		return nil
	}
	event, err := note(ledger.Entry{Verb: TicketGivenOut, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"how": "round_robin"}})
	if err != nil {
		return err
	}
	return s.jobs.Set(ctx, tx, by.Now(), giving{event, by.Cause.Depth, db.Micros(by.Now().Add(givingFor))}.job(t.ID, by.Now()))
}

// givingFor is for how long round robin looks for somebody when a rule wants it, and givingEvery how often.
const (
	givingFor   = 24 * time.Hour
	givingEvery = 10 * time.Minute
)

// giving is a ticket that a rule wants to be given to whoever carries least.
type giving struct {
	Event int64 `json:"event"` // that asked for it
	Depth int   `json:"depth"`
	Until int64 `json:"until"` // UTC microseconds
}

func (g giving) job(ticket int64, due time.Time) job.Spec {
	return job.Spec{Kind: giveJob, Key: fmt.Sprint(ticket), Subject: ledger.Ref{Kind: "ticket", ID: ticket}, Due: due, Args: g}
}

// because is whom the machine gives a ticket for: whoever's rule asked.
func (g giving) because(by act.Actor) act.Actor {
	if g.Event != 0 {
		by = by.Because(act.Cause{Event: g.Event})
		by.Cause.Depth = g.Depth + 1
	}
	return by
}

// handoverNote is what a hand-over leaves on the ticket.
func handoverNote(kind, to, reason, next string) Message {
	html, text := mail.FromMarkdown(fmt.Sprintf("**%s to %s**\n\n%s\n\n**Next step:** %s", handoverTitles[kind], to, mail.EscapeMarkdown(reason), mail.EscapeMarkdown(next)))
	return Message{Agent: true, Channel: "web", HTML: html, Text: text}
}
