package demo

import (
	"context"
	"time"

	"steward/internal/app"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/ledger"
	"steward/internal/outreach"
)

// teller tells stories to the bulk path.
type teller struct {
	*cast
	now     time.Time
	rows    *db.Bulk
	events  *ledger.Bulk
	tickets *desk.Bulk
	surveys *outreach.Bulk
}

func newTeller(ctx context.Context, a *app.App, c *cast, now time.Time) (*teller, error) {
	t := &teller{cast: c, now: now, rows: &db.Bulk{}}
	people, organizations := map[int64]directory.Person{}, map[int64]directory.Organization{}
	for _, o := range c.company.orgs {
		organizations[o.made.ID] = o.made
	}
	for _, p := range c.company.people {
		people[p.ID] = p.Person
	}
	for _, p := range c.company.agents {
		people[p.ID] = p.Person
	}
	var err error
	if t.events, err = a.Ledger.NewBulk(ctx, t.rows); err != nil {
		return nil, err
	}
	if t.tickets, err = a.Desk.NewBulk(ctx, t.rows, t.events, func(id int64) directory.Person { return people[id] }, func(id int64) directory.Organization { return organizations[id] }); err != nil {
		return nil, err
	}
	t.surveys, err = a.Outreach.NewBulk(ctx, a.DB, t.rows, t.events)
	return t, err
}

// done moves the followers that have nothing left to do, and the ids, behind what was told.
func (t *teller) done(ctx context.Context, a *app.App) error {
	return a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := t.tickets.Restart(ctx, tx); err != nil {
			return err
		}
		if err := t.surveys.Restart(ctx, tx); err != nil {
			return err
		}
		for _, f := range []string{a.Outreach.Follower().Name, a.Desk.Follower().Name} {
			if err := a.Ledger.Pass(ctx, tx, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// telling is one ticket being told, with its surveys.
type telling struct {
	*teller
	*desk.Past
	story  *story
	asks   []asking
	offers []*outreach.Offer
}

// asking is a timer that is to offer a survey.
type asking struct {
	survey outreach.SurveyInForce
	set    time.Time
	due    time.Time
}

// tell tells one story to its end or to now.
func (t *teller) tell(ctx context.Context, s *story) error {
	p, err := t.tickets.Open(ctx, t.customer(s, s.opened), t.opening(s))
	if err != nil {
		return err
	}
	w := &telling{teller: t, Past: p, story: s}
	for _, turn := range s.turns {
		if err := w.until(ctx, turn.at); err != nil {
			return err
		}
		if err := w.turn(ctx, turn); err != nil {
			return err
		}
	}
	if err := w.until(ctx, t.now); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return w.end()
}

// until lets the timers of the survey and of the clocks fire.
func (w *telling) until(ctx context.Context, then time.Time) error {
	left := w.asks[:0]
	for _, a := range w.asks {
		if a.due.After(then) {
			left = append(left, a)
			continue
		}
		if w.Ticket.Status != desk.StatusSolved || w.offered(a.survey.ID) {
			continue
		}
		t := w.Ticket
		o, err := w.surveys.Offer(ctx, a.due, a.survey, outreach.Ticket{ID: t.ID, Subject: t.Subject, RequesterID: t.RequesterID, AssigneeID: t.AssigneeID, OrganizationID: t.OrganizationID}, w.Solved)
		if err != nil {
			return err
		}
		w.offers = append(w.offers, &o)
	}
	w.asks = left
	return w.Until(ctx, then)
}

func (w *telling) offered(survey int64) bool {
	for _, o := range w.offers {
		if o.SurveyID == survey {
			return true
		}
	}
	return false
}

func (w *telling) turn(ctx context.Context, t turn) error {
	before := w.Ticket.Status
	switch t.kind {
	case assigns, changes:
		if err := w.Update(ctx, w.agent(t), w.edit(t)); err != nil {
			return err
		}
	case answers:
		if len(w.offers) == 0 {
			return nil
		}
		return w.surveys.Answer(ctx, t.at, w.offers[0], t.score, t.text)
	case comments:
		next, err := w.Reply(ctx, w.customer(w.story, t.at), w.message(w.story, t), "", w.company.people[w.story.person].Person)
		if err != nil {
			return err
		}
		if next != w.Past { // a follow-up
			if err := w.end(); err != nil {
				return err
			}
			w.Past, w.asks, w.offers = next, nil, nil
			return nil
		}
	default:
		if _, err := w.Reply(ctx, w.agent(t), w.message(w.story, t), t.status, w.company.people[w.story.person].Person); err != nil {
			return err
		}
	}
	switch is := w.Ticket.Status; {
	case is == desk.StatusSolved && before != desk.StatusSolved:
		w.asks = nil
		for _, sv := range w.surveys.Surveys() {
			w.asks = append(w.asks, asking{sv, t.at, t.at.Add(sv.Spec.After.Std())})
		}
	case before == desk.StatusSolved && is != desk.StatusSolved && is != desk.StatusClosed:
		w.asks = nil
	}
	return nil
}

// end adds the rows of the surveys.
func (w *telling) end() error {
	for _, a := range w.asks {
		if err := w.surveys.Timer(a.set, a.due.Add(-a.survey.Spec.After.Std()), a.survey, w.Ticket.ID, w.Solved); err != nil {
			return err
		}
	}
	for _, o := range w.offers {
		w.surveys.Close(*o)
	}
	return nil
}
