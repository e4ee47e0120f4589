package desk

import (
	"context"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
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

// HelpView is what is asked for and handed over on a ticket.
type HelpView struct {
	Attention *AttentionView  `json:"attention" doc:"The open request."`
	Past      []AttentionView `json:"past" nullable:"false" doc:"The last ten closed ones."`
	CanAsk    bool            `json:"can_ask"`
	CannotAsk string          `json:"cannot_ask" doc:"Why not; empty when it can be asked for."`
	AskFrom   *time.Time      `json:"ask_from" doc:"When it can be asked for; null when it can, and when no time helps."`
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
		from, err := rule.allows(t, by.Now())
		if f := fault.As(err); f != nil {
			v.CannotAsk, v.AskFrom = f.In(lang.In(ctx)).Message, rest.Time(from)
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
