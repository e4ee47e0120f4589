package desk

import (
	"context"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// Course is how a ticket went, as its events tell it. Times are UTC, and zero when it has not come to that.
type Course struct {
	Opened, FirstReply, FirstSolved, FirstAssigned time.Time

	Reopens   int64  // how often it went on after it was solved
	Teams     int64  // how often it came to a team
	Assignees int64  // how often it came to somebody
	Stays     []Stay // the states it was in, in the order of time
}

// Stay is a time that a ticket spent in a state.
type Stay struct {
	Status   Status
	From, To time.Time // To is zero while it lasts
}

// Bounds of what is read at once.
const (
	perCourses = 100
	maxCourses = 50_000 // events
)

// courseVerbs are the events that a course is made of.
var courseVerbs = []string{TicketCreated, TicketChanged, TicketReplied}

// Courses tells how tickets went, by id, with one statement for a hundred of them. Those that the actor does not
// work on are left out, and so are those whose history is not complete: it began elsewhere, or is too long.
func (s *Service) Courses(ctx context.Context, tx db.Tx, by act.Actor, tickets []*Ticket) (map[int64]Course, error) {
	out := map[int64]Course{}
	for ids := workedOn(by, tickets); len(ids) > 0; {
		n := min(perCourses, len(ids))
		if err := readCourses(ctx, tx, ids[:n], out); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}

func readCourses(ctx context.Context, tx db.Tx, ids []int64, out map[int64]Course) error {
	rows, err := tx.Query(ctx, `SELECT subject_id, verb, at, data FROM events WHERE subject_kind = 'ticket' AND subject_id IN (`+idList(ids)+`)
		AND verb IN ('`+strings.Join(courseVerbs, `', '`)+`') ORDER BY subject_id, id LIMIT $1`, maxCourses+1)
	if err != nil {
		return err
	}
	defer rows.Close()
	var of course
	id := int64(0)
	for n := 0; rows.Next(); n++ {
		var e ledger.Event
		var at int64
		if err := rows.Scan(&e.Subject.ID, &e.Verb, &at, (*[]byte)(&e.Data)); err != nil {
			return err
		}
		if e.Subject.ID != id {
			of.keep(id, out)
			of, id = course{}, e.Subject.ID
		}
		if e.At = db.Time(at); n == maxCourses {
			return rows.Err() // this one goes on, or begins, behind what is read
		}
		if err := of.fold(e); err != nil {
			return err
		}
	}
	of.keep(id, out)
	return rows.Err()
}

// course is a Course in the making.
type course struct {
	Course
	story   ticketStory
	unknown bool
}

// fold takes an event in.
func (c *course) fold(e ledger.Event) error {
	was := c.story.Now
	if err := c.story.fold(e); err != nil {
		return err
	}
	if e.Verb == TicketCreated {
		var d struct {
			Imported bool `json:"imported"`
			Told     bool `json:"told"`
		}
		if err := e.Decode(&d); err != nil {
			return err
		}
		c.unknown = d.Imported && !d.Told
	}
	now := c.story.Now
	if now.Team != was.Team && now.Team != 0 {
		c.Teams++
	}
	if now.Assignee != was.Assignee && now.Assignee != 0 {
		if c.Assignees++; c.Assignees == 1 {
			c.FirstAssigned = e.At
		}
	}
	if now.Status != was.Status {
		if n := len(c.Stays); n > 0 {
			c.Stays[n-1].To = e.At
		}
		c.Stays = append(c.Stays, Stay{Status: now.Status, From: e.At})
	}
	return nil
}

// keep puts a course that is whole among the others.
func (c *course) keep(id int64, into map[int64]Course) {
	if id == 0 || c.unknown || c.story.Opened == 0 {
		return
	}
	c.Reopens = c.story.Reopens
	c.Opened, c.FirstReply, c.FirstSolved = db.Time(c.story.Opened), db.Time(c.story.First), db.Time(c.story.Before)
	into[id] = c.Course
}
