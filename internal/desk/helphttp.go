package desk

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// helpRoutes registers the routes of attention requests and hand-overs.
func (s *Service) helpRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/attention", "List requests for attention"), s.getAttention)
	rest.Read(a, rest.GET("/tickets/{id}/help", "Get what is asked for and handed over on a ticket"), s.getHelp)
	rest.Write(a, rest.POST("/tickets/{id}/attention", "Ask for attention on a ticket"), s.postAttention)
	rest.Write(a, rest.POST("/attention/{id}/take", "See to a request for attention").Status(http.StatusOK), s.postTakeAttention)
	rest.Write(a, rest.POST("/attention/{id}/close", "Close a request for attention").Status(http.StatusOK), s.postCloseAttention)
	rest.Read(a, rest.GET("/handovers", "List tickets handed to a region"), s.getHandovers)
	rest.Write(a, rest.POST("/tickets/{id}/handover", "Hand a ticket to another region"), s.postHandover)
	rest.Write(a, rest.POST("/handovers/{id}/take", "Take what was handed over").Status(http.StatusOK), s.postTakeHandover)
}

// AttentionView is a request for attention as clients see it.
type AttentionView struct {
	ID       int64      `json:"id"`
	TicketID int64      `json:"ticket_id"`
	Subject  string     `json:"subject"`
	Urgency  string     `json:"urgency" enum:"urgent,timely,not_urgent"`
	Reason   string     `json:"reason"`
	AskedBy  *PersonRef `json:"asked_by"`
	AskedAt  time.Time  `json:"asked_at"`
	DueAt    time.Time  `json:"due_at"`
	Overdue  bool       `json:"overdue"`
	TakenBy  *PersonRef `json:"taken_by"`
	TakenAt  *time.Time `json:"taken_at"`
	ClosedBy *PersonRef `json:"closed_by"`
	ClosedAt *time.Time `json:"closed_at"`
	Closed   string     `json:"closed_why"`
}

// attentionViews shows requests; subjects are those of tickets, nil for none to be shown.
func (s *Service) attentionViews(ctx context.Context, tx db.Tx, now time.Time, list []Attention, tickets map[int64]*Ticket) ([]AttentionView, error) {
	var ids []int64
	for _, a := range list {
		ids = append(ids, a.AskedBy, a.TakenBy, a.ClosedBy)
	}
	n, err := s.names(ctx, tx, nil, ids...)
	if err != nil {
		return nil, err
	}
	out := []AttentionView{}
	for _, a := range list {
		end := now
		if !a.Closed.IsZero() {
			end = a.Closed
		}
		v := AttentionView{ID: a.ID, TicketID: a.TicketID, Urgency: a.Urgency, Reason: a.Reason, AskedBy: n.person(a.AskedBy), AskedAt: a.Asked, DueAt: a.Due,
			Overdue: end.After(a.Due), TakenBy: n.person(a.TakenBy), TakenAt: rest.Time(a.Taken), ClosedBy: n.person(a.ClosedBy), ClosedAt: rest.Time(a.Closed), Closed: a.ClosedWhy}
		if t := tickets[a.TicketID]; t != nil {
			v.Subject = t.Subject
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Service) oneAttention(ctx context.Context, tx db.Tx, by act.Actor, a Attention) (AttentionView, error) {
	views, err := s.attentionViews(ctx, tx, by.Now(), []Attention{a}, nil)
	if err != nil {
		return AttentionView{}, err
	}
	return views[0], nil
}

type attentionInput struct {
	rest.Paging
	Overdue bool   `query:"overdue" doc:"Only those past due."`
	For     string `query:"for" enum:"all,me,teams,asked" default:"all" doc:"me: the reader sees to it, or has the ticket and nobody does. teams: of tickets of the reader's teams. asked: those the reader asked for."`
}

// getAttention lists open requests, the earliest due first. Colleagues see those of tickets they
// may read.
func (s *Service) getAttention(ctx context.Context, tx db.Tx, by act.Actor, in *attentionInput) (rest.List[AttentionView], error) {
	none := rest.NewList([]AttentionView{}, "")
	if err := by.Require("write", "ticket"); err != nil {
		return none, err
	}
	after, afterID, more, err := in.Page().After()
	if err != nil {
		return none, err
	}
	w := (&db.Where{}).And("a.closed IS NULL")
	if err := auth.Scope(by, "read", "ticket").Where(w, columns); err != nil {
		return none, err
	}
	narrowAttention(w, by, in.For)
	if in.Overdue {
		w.And("a.due < ?", db.Micros(by.Now()))
	}
	if more {
		w.And("(a.due, a.id) > (?, ?)", after, afterID)
	}
	n := in.Page().Size()
	rows, err := tx.Query(ctx, `SELECT `+attentionFields+` FROM attention a JOIN ticket t ON t.id = a.ticket_id WHERE `+w.SQL()+` AND t.deleted_at IS NULL ORDER BY a.due, a.id LIMIT `+w.Arg(n+1), w.Args()...)
	list, err := db.Collect(rows, err, scanAttention)
	if err != nil {
		return none, err
	}
	next := ""
	if len(list) > n {
		list = list[:n]
		next = db.Cursor(db.Micros(list[n-1].Due), list[n-1].ID)
	}
	var ids []int64
	for _, a := range list {
		ids = append(ids, a.TicketID)
	}
	tickets, err := s.some(ctx, tx, by, ids)
	if err != nil {
		return none, err
	}
	views, err := s.attentionViews(ctx, tx, by.Now(), list, tickets)
	return rest.NewList(views, next), err
}

// HelpView is what is asked for and handed over on a ticket.
type HelpView struct {
	Attention *AttentionView  `json:"attention" doc:"The open request."`
	Past      []AttentionView `json:"past" nullable:"false" doc:"The last ten closed ones."`
	CanAsk    bool            `json:"can_ask"`
	CannotAsk string          `json:"cannot_ask" doc:"Why not; empty when it can be asked for."`
	Minutes   map[string]int  `json:"minutes" nullable:"false" doc:"How soon somebody sees to it, by urgency."`
	Handovers []HandoverView  `json:"handovers" nullable:"false" doc:"The last ten, newest first."`
	Regions   []RegionRef     `json:"regions" nullable:"false" doc:"Where it can be handed to."`
	CanHand   bool            `json:"can_hand"`
}

func (s *Service) getHelp(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (HelpView, error) {
	t, err := s.forColleagues(ctx, tx, by, in.ID)
	if err != nil {
		return HelpView{}, err
	}
	v := HelpView{Past: []AttentionView{}, Minutes: map[string]int{}, Handovers: []HandoverView{}, Regions: []RegionRef{}}
	rows, err := tx.Query(ctx, `SELECT `+attentionFields+` FROM attention a WHERE a.ticket_id = $1 ORDER BY a.id DESC LIMIT 11`, t.ID)
	list, err := db.Collect(rows, err, scanAttention)
	if err != nil {
		return v, err
	}
	views, err := s.attentionViews(ctx, tx, by.Now(), list, nil)
	if err != nil {
		return v, err
	}
	for _, a := range views {
		if a.ClosedAt == nil {
			v.Attention = &a
		} else if len(v.Past) < 10 {
			v.Past = append(v.Past, a)
		}
	}
	switch rule := s.config().Attention; {
	case rule == nil:
		v.CannotAsk = "off"
	default:
		for _, u := range []string{"urgent", "timely", "not_urgent"} {
			d, _ := rule.within(u)
			v.Minutes[u] = int(d / time.Minute)
		}
		if err := fault.As(rule.allows(t, by.Now())); err != nil {
			v.CannotAsk = err.Message
		} else {
			v.CanAsk = v.Attention == nil
		}
	}
	if !Agent(by, t) {
		return v, nil
	}
	v.CanHand = !t.Status.Done()
	for _, r := range s.config().Regions.Regions {
		v.Regions = append(v.Regions, RegionRef{r.Name, r.Title})
	}
	rows, err = tx.Query(ctx, `SELECT `+handoverFields+` FROM handover h WHERE h.ticket_id = $1 ORDER BY h.id DESC LIMIT 10`, t.ID)
	handed, err := db.Collect(rows, err, scanHandover)
	if err != nil {
		return v, err
	}
	v.Handovers, err = s.handoverViews(ctx, tx, handed, nil)
	return v, err
}

type postAttentionInput struct {
	IDPath
	Body struct {
		Urgency string `json:"urgency" enum:"urgent,timely,not_urgent"`
		Reason  string `json:"reason" maxLength:"10000"`
	}
}

func (s *Service) postAttention(_ context.Context, by act.Actor, in *postAttentionInput) (rest.Change[AttentionView], error) {
	return func(ctx context.Context, tx db.Tx) (AttentionView, error) {
		a, err := s.AskAttention(ctx, tx, by, in.ID, in.Body.Urgency, in.Body.Reason)
		if err != nil {
			return AttentionView{}, err
		}
		return s.oneAttention(ctx, tx, by, a)
	}, nil
}

func (s *Service) postTakeAttention(_ context.Context, by act.Actor, in *IDPath) (rest.Change[AttentionView], error) {
	return func(ctx context.Context, tx db.Tx) (AttentionView, error) {
		a, err := s.TakeAttention(ctx, tx, by, in.ID)
		if err != nil {
			return AttentionView{}, err
		}
		return s.oneAttention(ctx, tx, by, a)
	}, nil
}

type closeAttentionInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" maxLength:"10000" doc:"What came of it."`
	}
}

func (s *Service) postCloseAttention(_ context.Context, by act.Actor, in *closeAttentionInput) (rest.Change[AttentionView], error) {
	return func(ctx context.Context, tx db.Tx) (AttentionView, error) {
		a, err := s.CloseAttention(ctx, tx, by, in.ID, in.Body.Reason)
		if err != nil {
			return AttentionView{}, err
		}
		return s.oneAttention(ctx, tx, by, a)
	}, nil
}

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

// shorten cuts a text to some characters.
func shorten(text string, most int) string {
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	return string(r[:most-1]) + "…"
}
