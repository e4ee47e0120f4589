package zendesk

import (
	"context"
	"strconv"
	"time"

	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/outreach"
)

// rating is how a requester was asked about a ticket and what they answered.
type rating struct {
	URL         string  `json:"url"`
	ID          int64   `json:"id"`
	AssigneeID  number  `json:"assignee_id"`
	GroupID     number  `json:"group_id"`
	RequesterID int64   `json:"requester_id"`
	TicketID    int64   `json:"ticket_id"`
	Score       string  `json:"score"`
	Comment     *string `json:"comment"`
	Reason      *string `json:"reason"`
	ReasonID    number  `json:"reason_id"`
	ReasonCode  number  `json:"reason_code"`
	CreatedAt   stamp   `json:"created_at"`
	UpdatedAt   stamp   `json:"updated_at"`
}

// scorePoints are answers of two kinds as points of seven.
var scorePoints = map[string]int{"good": 6, "bad": 2}

func (s *Server) ratingEndpoints() []endpoint {
	const lacks = "answers have seven points: 1 to 3 are bad, 4 is told as neutral, 5 to 7 are good; there are no reasons"
	return asCustomers([]endpoint{
		get("/satisfaction_ratings", listRatings("")).partly(lacks),
		get("/satisfaction_ratings/received", listRatings("received")).partly(lacks),
		get("/satisfaction_ratings/count", countRatings),
		get("/satisfaction_ratings/{id}", showRating).partly(lacks),
		post("/tickets/{id}/satisfaction_rating", postRating).answers(200).partly("good is kept as 6 of 7 points, bad as 2; reasons are ignored"),
	})
}

func (c *call) tellRating(o outreach.Offer, team int64) rating {
	r := rating{ID: o.ID, URL: c.url("/satisfaction_ratings/%d.json", o.ID), AssigneeID: number(o.AgentID), GroupID: number(team), RequesterID: o.PersonID, TicketID: o.TicketID, Score: score(o.Score),
		CreatedAt: stamp(o.OfferedAt), UpdatedAt: stamp(o.OfferedAt)}
	if o.State == outreach.Answered {
		r.UpdatedAt = stamp(o.AnsweredAt)
		if o.Remark != "" {
			r.Comment = &o.Remark
		}
	}
	return r
}

// ratingFilter is what a call narrows ratings to.
func (c *call) ratingFilter(score string) (f outreach.Filter, err error) {
	if !auth.Scope(c.by, "read", "ticket").All() {
		return f, c.by.Denied("read", "ticket")
	}
	if s := c.query("score"); s != "" {
		score = s
	}
	switch score {
	case "":
	case "offered":
		f.Unanswered = true
	case "unoffered":
		f.Least, f.Most = 9, 9 // nobody is told of what was not asked
	case "received", "received_with_comment", "received_without_comment":
		f.Least, f.Most = 1, 7
	case "good", "good_with_comment", "good_without_comment":
		f.Least, f.Most = 5, 7
	case "bad", "bad_with_comment", "bad_without_comment":
		f.Least, f.Most = 1, 3
	case "neutral":
		f.Least, f.Most = 4, 4
	default:
		return f, badRequest("InvalidValue", "score is offered, received, good or bad, the last three also with _with_comment or _without_comment.")
	}
	if n := len(score); n > 13 && score[n-13:] == "_with_comment" {
		f.Remark = outreach.With
	} else if n > 16 && score[n-16:] == "_without_comment" {
		f.Remark = outreach.Without
	}
	for name, at := range map[string]*time.Time{"start_time": &f.From, "end_time": &f.To} {
		if text := c.query(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return f, badRequest("InvalidValue", "Invalid parameter: "+name+" must be a number of seconds since 1970")
			}
			*at = time.Unix(n, 0).UTC()
		}
	}
	return f, nil
}

func listRatings(of string) handler {
	return func(c *call) (any, error) {
		p, err := c.paging()
		if err != nil {
			return nil, err
		}
		p.Down = c.query("sort_order") == "desc"
		f, err := c.ratingFilter(of)
		if err != nil {
			return nil, err
		}
		var out map[string]any
		err = c.read(func(ctx context.Context, tx db.Tx) error {
			offers, more, err := c.Outreach.Window(ctx, tx, f, p.Window)
			if err != nil {
				return err
			}
			told, err := c.tellRatings(ctx, tx, offers)
			if err != nil {
				return err
			}
			out, err = list(c, p, "satisfaction_ratings", told, func(r rating) int64 { return r.ID }, more, func() (int64, error) { return c.Outreach.Counted(ctx, tx, f) })
			return err
		})
		return out, err
	}
}

func (c *call) tellRatings(ctx context.Context, tx db.Tx, offers []outreach.Offer) ([]rating, error) {
	ids := make([]int64, len(offers))
	for i, o := range offers {
		ids[i] = o.TicketID
	}
	tickets, err := c.Desk.Some(ctx, tx, c.by, ids)
	if err != nil {
		return nil, err
	}
	teams := map[int64]int64{}
	for _, t := range tickets {
		teams[t.ID] = t.TeamID
	}
	out := make([]rating, len(offers))
	for i, o := range offers {
		out[i] = c.tellRating(o, teams[o.TicketID])
	}
	return out, nil
}

func countRatings(c *call) (any, error) {
	f, err := c.ratingFilter("")
	if err != nil {
		return nil, err
	}
	var n int64
	err = c.read(func(ctx context.Context, tx db.Tx) (err error) { n, err = c.Outreach.Counted(ctx, tx, f); return err })
	return c.count(n), err
}

func showRating(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if err := c.staff(); err != nil {
		return nil, err
	}
	var r rating
	err = c.read(func(ctx context.Context, tx db.Tx) error {
		o, err := c.Outreach.Offer(ctx, tx, id)
		if err != nil {
			return err
		}
		t, err := c.Desk.Get(ctx, tx, c.by, o.TicketID)
		if err == nil {
			r = c.tellRating(o, t.TeamID)
		}
		return err
	})
	return map[string]any{"satisfaction_rating": r}, err
}

// postRating answers the survey about a solved ticket for its requester, who may not have been asked yet.
func postRating(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var in struct {
		Rating struct {
			Score   string `json:"score"`
			Comment string `json:"comment"`
		} `json:"satisfaction_rating"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	points := scorePoints[in.Rating.Score]
	if points == 0 {
		return nil, fault.Field("score", in.Rating.Score, "good or bad", "Score: is not included in the list")
	}
	var r rating
	err = c.write(func(ctx context.Context, tx db.Tx) error {
		t, err := c.Desk.Get(ctx, tx, c.by, id)
		if err != nil {
			return err
		}
		if t.RequesterID != c.by.PersonID || !c.by.May("write", "ticket") {
			return c.by.Denied("write", "ticket")
		}
		if t.Status != desk.StatusSolved {
			return fault.Field("ticket", t.Status, "a ticket that is solved", "Only a solved ticket can be rated, and this one is %s.", t.Status)
		}
		o, err := c.Outreach.Ask(ctx, tx, c.by, t.ID)
		if err != nil {
			return err
		}
		if o, err = c.Outreach.Answer(ctx, tx, o.ID, points, in.Rating.Comment); err == nil {
			r = c.tellRating(o, t.TeamID)
		}
		return err
	})
	return map[string]any{"satisfaction_rating": r}, err
}
