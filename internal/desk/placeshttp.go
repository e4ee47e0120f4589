package desk

import (
	"context"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/rest"
)

// placesRoutes registers the route of the desk's places.
func (s *Service) placesRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/desk/places", "Count what waits for somebody beside the lists of tickets"), s.getPlaces)
}

// PlacesView counts what waits in the desk's places, each up to the cap; null where the reader may
// not look.
type PlacesView struct {
	Attention     *db.Count `json:"attention" doc:"Open requests for attention on tickets the reader may read."`
	AttentionMine *db.Count `json:"attention_mine" doc:"Those of them that the reader sees to, or that are on tickets of theirs and seen to by nobody."`
	WebRequests   *db.Count `json:"web_requests" doc:"Web requests for a colleague to look at."`
	SuspendedMail *db.Count `json:"suspended_mail" doc:"Mail that was set aside."`
}

// getPlaces counts what waits. Colleagues may; each count needs the right that its place does.
func (s *Service) getPlaces(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (v PlacesView, err error) {
	if err := by.Require("write", "ticket"); err != nil {
		return v, err
	}
	if s.config().Attention != nil {
		if v.Attention, err = countAttention(ctx, tx, by, "all"); err != nil {
			return v, err
		}
		if v.AttentionMine, err = countAttention(ctx, tx, by, "me"); err != nil {
			return v, err
		}
	}
	if mayReview(by) == nil {
		var n int64
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM web_request WHERE state = $1 LIMIT $2) AS bounded`, RequestReview, db.Cap+1).Scan(&n); err != nil {
			return v, err
		}
		v.WebRequests = counted(n)
	}
	if by.May("read", "mail") {
		n, err := s.mail.CountSuspended(ctx, tx, by)
		if err != nil {
			return v, err
		}
		v.SuspendedMail = &n
	}
	return v, nil
}

func counted(n int64) *db.Count {
	c := db.Capped(n)
	return &c
}

// countAttention counts open requests for attention on tickets that the actor may read.
func countAttention(ctx context.Context, tx db.Tx, by act.Actor, whose string) (*db.Count, error) {
	w := (&db.Where{}).And("a.closed IS NULL AND t.deleted_at IS NULL")
	if err := auth.Scope(by, "read", "ticket").Where(w, columns); err != nil {
		return nil, err
	}
	narrowAttention(w, by, whose)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM attention a JOIN ticket t ON t.id = a.ticket_id WHERE `+w.SQL()+` LIMIT `+w.Arg(db.Cap+1)+`) AS bounded`, w.Args()...).Scan(&n)
	return counted(n), err
}

// narrowAttention leaves the requests (a) that are the actor's in one sense or another.
func narrowAttention(w *db.Where, by act.Actor, whose string) {
	switch whose {
	case "me":
		w.And("(a.taken_by = ? OR a.taken_by IS NULL AND t.assignee_id = ?)", by.PersonID, by.PersonID)
	case "asked":
		w.And("a.asked_by = ?", by.PersonID)
	case "teams":
		var teams []any
		for _, id := range by.TeamIDs {
			teams = append(teams, id)
		}
		w.In("t.team_id", teams)
	}
}
