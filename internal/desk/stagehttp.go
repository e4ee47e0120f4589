package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

func (s *Service) stageRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/pipelines", "List pipelines with how many tickets stand where"), s.getPipelines)
	rest.Read(a, rest.GET("/pipelines/{name}/tickets", "List the tickets of a stage, the highest score first"), s.getStaged)
	rest.Read(a, rest.GET("/tickets/{id}/stage", "Say where a ticket stands in its pipeline, and what it scores"), s.getStage)
	rest.Write(a, rest.POST("/tickets/{id}/stage", "Bring a ticket to another stage").Status(http.StatusOK), s.postStage)
}

// PipelineView is a pipeline as the API shows it.
type PipelineView struct {
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Form        TeamRef     `json:"form"`
	Scored      bool        `json:"scored" doc:"Whether its tickets have a score."`
	Stages      []StageView `json:"stages" nullable:"false"`
}

// StageView is a stage with its objective.
type StageView struct {
	Name          string   `json:"name"`
	Title         string   `json:"title"`
	WithinMinutes *int64   `json:"within_minutes" doc:"Its objective, in working time of its calendar; null for none."`
	Calendar      *TeamRef `json:"calendar"`
	Count         db.Count `json:"count" doc:"Tickets in it that you may see."`
}

func (s *Service) pipelineView(p *Pipeline) PipelineView {
	v := PipelineView{Name: p.Name, Title: p.Title, Description: p.Description, Scored: len(p.factors) > 0, Stages: []StageView{}}
	if f := s.config().form(p.FormID); f != nil {
		v.Form = TeamRef{f.Name, f.Title}
	}
	for _, st := range p.stages {
		sv := StageView{Name: st.Name, Title: st.Title}
		if st.Within > 0 && st.calendar != nil {
			minutes := int64(st.Within.Std() / time.Minute)
			sv.WithinMinutes, sv.Calendar = &minutes, &TeamRef{st.calendar.Name, st.calendar.Title}
		}
		v.Stages = append(v.Stages, sv)
	}
	return v
}

// getPipelines counts within the reader's scope; whoever reads tickets may.
func (s *Service) getPipelines(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[PipelineView], error) {
	out := []PipelineView{}
	if !by.May("read", "ticket") {
		return rest.NewList(out, ""), by.Denied("read", "ticket")
	}
	for _, p := range s.config().Pipelines {
		v := s.pipelineView(p)
		for i := range v.Stages {
			w, err := p.staged(by, v.Stages[i].Name)
			if err != nil {
				return rest.NewList(out, ""), err
			}
			var n int64
			err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM ticket_stage s JOIN ticket t ON t.id = s.ticket_id WHERE `+w.SQL()+` LIMIT `+w.Arg(db.Cap+1)+`) AS bounded`, w.Args()...).Scan(&n)
			if err != nil {
				return rest.NewList(out, ""), err
			}
			v.Stages[i].Count = db.Capped(n)
		}
		out = append(out, v)
	}
	return rest.NewList(out, ""), nil
}

// staged narrows to the tickets of one stage that the actor may see.
func (p *Pipeline) staged(by act.Actor, stage string) (*db.Where, error) {
	w := &db.Where{}
	if err := auth.Scope(by, "read", "ticket").Where(w, columns); err != nil {
		return nil, err
	}
	return w.And("s.pipeline_id = ?", p.ID).And("s.stage = ?", stage).And("t.deleted_at IS NULL"), nil
}

type stagedInput struct {
	Name string `path:"name" maxLength:"100"`
	rest.Paging
	Stage string `query:"stage" required:"true" maxLength:"100"`
}

// Staged is a ticket on the board.
type Staged struct {
	Row
	Stage   string     `json:"stage"`
	Since   time.Time  `json:"since"`
	DueAt   *time.Time `json:"stage_due_at"`
	Overdue bool       `json:"overdue"`
	Score   *float64   `json:"score" doc:"null while a part of it is missing."`
}

func (s *Service) getStaged(ctx context.Context, tx db.Tx, by act.Actor, in *stagedInput) (rest.List[Staged], error) {
	none := rest.NewList([]Staged{}, "")
	p := s.config().PipelineNamed(in.Name)
	if p == nil {
		return none, fault.Missing("pipeline", in.Name)
	}
	if p.stage(in.Stage) == nil {
		return none, fault.Missing("stage", in.Stage)
	}
	w, err := p.staged(by, in.Stage)
	if err != nil {
		return none, err
	}
	if err := afterScore(w, in.Cursor); err != nil {
		return none, err
	}
	size := in.Page().Size()
	rows, err := tx.Query(ctx, `SELECT `+standingFields+` FROM ticket_stage s JOIN ticket t ON t.id = s.ticket_id WHERE `+w.SQL()+
		` ORDER BY s.score DESC, s.ticket_id DESC LIMIT `+w.Arg(size+1), w.Args()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (Standing, error) { return scanStanding(r) })
	if err != nil {
		return none, err
	}
	next := ""
	if len(list) > size {
		list = list[:size]
		last := list[size-1]
		next = strconv.FormatFloat(last.Score, 'g', -1, 64) + "_" + strconv.FormatInt(last.TicketID, 10)
	}
	ids := make([]int64, len(list))
	for i, st := range list {
		ids[i] = st.TicketID
	}
	shown, err := s.RowsOf(ctx, tx, by, ids)
	if err != nil {
		return none, err
	}
	out := []Staged{}
	for _, st := range list {
		out = append(out, Staged{Row: shown[st.TicketID], Stage: st.Stage, Since: st.Since, DueAt: rest.Time(st.Due), Overdue: s.overdue(st), Score: scored(st.Score)})
	}
	return rest.NewList(out, next), nil
}

// afterScore goes on behind the ticket that a cursor names.
func afterScore(w *db.Where, cursor string) error {
	if cursor == "" {
		return nil
	}
	score, id, ok := strings.Cut(cursor, "_")
	s, err := strconv.ParseFloat(score, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil || err2 != nil {
		return fault.Field("cursor", cursor, "the next of the page before", "This cursor is not one of ours.")
	}
	w.And("(s.score, s.ticket_id) < (?, ?)", s, n)
	return nil
}

func (s *Service) overdue(st Standing) bool {
	return !st.OverdueAt.IsZero() || !st.Due.IsZero() && s.clock().After(st.Due)
}

func scored(score float64) *float64 {
	if score == 0 {
		return nil
	}
	return &score
}

// TicketStage is where a ticket stands in its pipeline, and how its score comes about.
type TicketStage struct {
	Pipeline  *PipelineView `json:"pipeline" doc:"null when the ticket goes through none."`
	Stage     string        `json:"stage"`
	Since     *time.Time    `json:"since"`
	DueAt     *time.Time    `json:"due_at"`
	Overdue   bool          `json:"overdue"`
	Score     *float64      `json:"score"`
	Parts     []ScorePart   `json:"parts" nullable:"false"`
	UpdatedAt time.Time     `json:"updated_at"`
}

func (s *Service) getStage(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (TicketStage, error) {
	t, err := s.Get(ctx, tx, by, in.ID)
	if err != nil {
		return TicketStage{}, err
	}
	return s.ticketStage(ctx, tx, t)
}

func (s *Service) ticketStage(ctx context.Context, tx db.Tx, t *Ticket) (TicketStage, error) {
	out := TicketStage{Parts: []ScorePart{}, UpdatedAt: t.Updated}
	p := s.config().pipelineOf(t.FormID)
	if p == nil {
		return out, nil
	}
	st, err := s.standingOf(ctx, tx, t.ID)
	if err != nil || st == nil {
		return out, err
	}
	v := s.pipelineView(p)
	out.Pipeline, out.Stage, out.Since, out.DueAt, out.Overdue, out.Score = &v, st.Stage, &st.Since, rest.Time(st.Due), s.overdue(*st), scored(st.Score)
	if _, parts := p.score(s.config(), t); parts != nil {
		out.Parts = parts
	}
	return out, nil
}

type postStageInput struct {
	IDPath
	Body struct {
		Stage   string   `json:"stage" maxLength:"100" doc:"A stage of the ticket's pipeline by name."`
		Confirm []string `json:"confirm,omitempty" maxItems:"100" doc:"Names of guards that asked, to go on."`
	}
}

func (s *Service) postStage(_ context.Context, by act.Actor, in *postStageInput) (rest.Change[TicketStage], error) {
	return func(ctx context.Context, tx db.Tx) (TicketStage, error) {
		t, err := s.MoveTo(ctx, tx, by, in.ID, in.Body.Stage, in.Body.Confirm)
		if err != nil {
			return TicketStage{}, err
		}
		return s.ticketStage(ctx, tx, t)
	}, nil
}
