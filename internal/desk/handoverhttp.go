package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// HandoverView is a hand-over as clients see it.
type HandoverView struct {
	ID        int64      `json:"id"`
	TicketID  int64      `json:"ticket_id"`
	Subject   string     `json:"subject"`
	Kind      string     `json:"kind" enum:"rehome,handover,satellite,hot_rehome"`
	From      *RegionRef `json:"from"`
	To        *RegionRef `json:"to"`
	By        *PersonRef `json:"by"`
	Reason    string     `json:"reason"`
	NextStep  string     `json:"next_step"`
	CreatedAt time.Time  `json:"created_at"`
	TakenBy   *PersonRef `json:"taken_by"`
	TakenAt   *time.Time `json:"taken_at"`
}

func (s *Service) handoverViews(ctx context.Context, tx db.Tx, list []Handover, tickets map[int64]*Ticket) ([]HandoverView, error) {
	var ids []int64
	for _, h := range list {
		ids = append(ids, h.ByID, h.TakenBy)
	}
	n, err := s.names(ctx, tx, nil, ids...)
	if err != nil {
		return nil, err
	}
	regions, out := s.config().Regions, []HandoverView{}
	for _, h := range list {
		v := HandoverView{ID: h.ID, TicketID: h.TicketID, Kind: h.Kind, From: regionRef(regions.Region(h.FromRegion)), To: regionRef(regions.Region(h.ToRegion)), By: n.person(h.ByID),
			Reason: h.Reason, NextStep: h.NextStep, CreatedAt: h.Created, TakenBy: n.person(h.TakenBy), TakenAt: rest.Time(h.Taken)}
		if t := tickets[h.TicketID]; t != nil {
			v.Subject = t.Subject
		}
		out = append(out, v)
	}
	return out, nil
}

type handoversInput struct {
	Region string `query:"region" maxLength:"100" doc:"A region by name; yours when left out."`
}

// HandoversView are the tickets handed to a region that nobody has taken.
type HandoversView struct {
	Region *RegionRef     `json:"region" doc:"null when you belong to none."`
	Now    bool           `json:"now" doc:"Whether they wait for the region's colleagues now: within two hours of the beginning of its work, or at once."`
	Items  []HandoverView `json:"items" nullable:"false"`
}

// getHandovers lists the tickets handed to a region that wait, the oldest first, those that
// cannot wait before others.
func (s *Service) getHandovers(ctx context.Context, tx db.Tx, by act.Actor, in *handoversInput) (HandoversView, error) {
	out := HandoversView{Items: []HandoverView{}}
	if err := by.Require("edit", "ticket"); err != nil {
		return out, err
	}
	st, err := s.people.Of(ctx, tx, by.PersonID)
	if err != nil {
		return out, err
	}
	r := st.Region
	if in.Region != "" {
		if r = s.config().Regions.Named(in.Region); r == nil {
			return out, fault.Missing("region", in.Region)
		}
	}
	if r == nil {
		return out, nil
	}
	out.Region, out.Now = regionRef(r), handoversShown(r, by.Now())
	rows, err := tx.Query(ctx, `SELECT `+handoverFields+` FROM handover h WHERE h.to_region = $1 AND h.taken IS NULL ORDER BY h.created, h.id LIMIT 200`, r.ID)
	list, err := db.Collect(rows, err, scanHandover)
	if err != nil {
		return out, err
	}
	ids := []int64{0}
	for _, h := range list {
		ids = append(ids, h.TicketID)
	}
	tickets, err := s.some(ctx, tx, by, ids)
	if err != nil {
		return out, err
	}
	first, rest := []Handover{}, []Handover{}
	for _, h := range list {
		switch {
		case tickets[h.TicketID] == nil: // not for the reader
		case h.Kind == HotRehome:
			first = append(first, h)
		default:
			rest = append(rest, h)
		}
	}
	out.Now = out.Now || len(first) > 0
	out.Items, err = s.handoverViews(ctx, tx, append(first, rest...), tickets)
	return out, err
}

type postHandoverInput struct {
	IDPath
	Body struct {
		Kind     string `json:"kind" enum:"rehome,handover,satellite,hot_rehome"`
		To       string `json:"to" maxLength:"100" doc:"A region by name."`
		Reason   string `json:"reason" maxLength:"10000"`
		NextStep string `json:"next_step" maxLength:"10000" doc:"What the next colleague does first."`
	}
}

func (s *Service) postHandover(_ context.Context, by act.Actor, in *postHandoverInput) (rest.Change[HandoverView], error) {
	return func(ctx context.Context, tx db.Tx) (HandoverView, error) {
		h, err := s.HandToRegion(ctx, tx, by, in.ID, NewHandover{in.Body.Kind, in.Body.To, in.Body.Reason, in.Body.NextStep})
		return s.oneHandover(ctx, tx, h, err)
	}, nil
}

func (s *Service) oneHandover(ctx context.Context, tx db.Tx, h Handover, err error) (HandoverView, error) {
	if err != nil {
		return HandoverView{}, err
	}
	views, err := s.handoverViews(ctx, tx, []Handover{h}, nil)
	if err != nil {
		return HandoverView{}, err
	}
	return views[0], nil
}

func (s *Service) postTakeHandover(_ context.Context, by act.Actor, in *IDPath) (rest.Change[HandoverView], error) {
	return func(ctx context.Context, tx db.Tx) (HandoverView, error) {
		h, err := s.TakeHandover(ctx, tx, by, in.ID)
		return s.oneHandover(ctx, tx, h, err)
	}, nil
}
