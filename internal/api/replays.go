package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/replay"
	"steward/internal/rest"
)

func (s *Server) replayRoutes(a *rest.API) {
	rest.Write(a, rest.POST("/configuration/replays", "Run recorded history through a proposal"), s.postReplay)
	rest.Read(a, rest.GET("/configuration/replays", "List replays, newest first"), s.getReplays)
	rest.Read(a, rest.GET("/configuration/replays/{id}", "Get a replay: how far it is, and what it found"), s.getReplay)
	rest.Read(a, rest.GET("/configuration/replays/{id}/records", "List the records of one group that a replay found, newest first, a hundred at once"), s.getReplayRecords)
	rest.Write(a, rest.POST("/configuration/replays/{id}/cancel", "Cancel a replay").Status(http.StatusOK), s.postCancelReplay)
}

// Replay is one run of recorded history through a proposal.
type Replay struct {
	ID        int64          `json:"id"`
	State     replay.State   `json:"state" enum:"waiting,running,done,failed,cancelled"`
	By        int64          `json:"by_id"`
	CreatedAt time.Time      `json:"created_at"`
	EndedAt   *time.Time     `json:"ended_at"`
	Since     time.Time      `json:"since"`
	Until     time.Time      `json:"until"`
	Done      int64          `json:"done" doc:"Records looked at so far."`
	Total     int64          `json:"total" doc:"Of how many; 0 until they are counted."`
	Report    *replay.Report `json:"report" doc:"What it found, once done."`
	Error     string         `json:"error"`
}

func replayView(r replay.Record) Replay {
	return Replay{ID: r.ID, State: r.State, By: r.ByID, CreatedAt: r.Created, EndedAt: rest.Time(r.Ended), Since: r.Since, Until: r.Until, Done: r.Done, Total: r.Total,
		Report: r.Report, Error: r.Error}
}

type replayInput struct {
	Body struct {
		DocumentsInput
		SinceDays int `json:"since_days,omitempty" minimum:"1" maximum:"1830" doc:"How many days back; 90 when left out."`
	}
}

func (s *Server) postReplay(_ context.Context, by act.Actor, in *replayInput) (rest.Change[Replay], error) {
	window := replay.DefaultWindow
	if in.Body.SinceDays > 0 {
		window = time.Duration(in.Body.SinceDays) * 24 * time.Hour
	}
	files := in.Body.files()
	return func(ctx context.Context, tx db.Tx) (Replay, error) {
		r, err := s.Replay.Start(ctx, tx, by, files, in.Body.Prune, by.Now().Add(-window))
		return replayView(r), err
	}, nil
}

func (s *Server) getReplays(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[Replay], error) {
	list, next, err := s.Replay.List(ctx, tx, by, in.Page())
	items := []Replay{}
	for _, r := range list {
		items = append(items, replayView(r))
	}
	return rest.NewList(items, next), err
}

func (s *Server) getReplay(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (Replay, error) {
	r, err := s.Replay.Get(ctx, tx, by, in.ID)
	if err != nil {
		return Replay{}, err
	}
	return replayView(r), s.nameOrganizations(ctx, tx, by, r.Report)
}

type replayRecordsInput struct {
	desk.IDPath
	Part   int    `query:"part" minimum:"0" maximum:"100000" required:"true" doc:"The group, by its part in the report."`
	Cursor string `query:"cursor" maxLength:"10" doc:"What the call before answered as next."`
}

func (s *Server) getReplayRecords(ctx context.Context, tx db.Tx, by act.Actor, in *replayRecordsInput) (rest.List[replay.Example], error) {
	list, next, err := s.Replay.Found(ctx, tx, by, in.ID, in.Part, in.Cursor)
	return rest.NewList(list, next), err
}

// getReplayExport sends the records of one group of a replay as a file.
func (s *Server) getReplayExport(w http.ResponseWriter, r *http.Request) {
	by, q, format, err := exportAsked(r)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	id, wrong := strconv.ParseInt(r.PathValue("id"), 10, 64)
	part, wrongPart := strconv.Atoi(q.Get("part"))
	if wrong != nil || wrongPart != nil {
		rest.Fail(w, fault.Field("part", q.Get("part"), "the part of a group in the report of a replay", "There is no such list of records."))
		return
	}
	title, write, err := s.Replay.Export(r.Context(), by, id, part, format)
	if err != nil {
		rest.Fail(w, err)
		return
	}
	sendTable(w, format, title, write)
}

// nameOrganizations adds the names of organizations to a report, for whom may read them all.
func (s *Server) nameOrganizations(ctx context.Context, tx db.Tx, by act.Actor, r *replay.Report) error {
	if r == nil || !auth.Scope(by, "read", "organization").All() {
		return nil
	}
	var ids []int64
	for _, section := range r.Sections {
		for _, share := range section.Whose {
			if share.ID != 0 {
				ids = append(ids, share.ID)
			}
		}
	}
	names, err := s.Directory.OrganizationNames(ctx, tx, ids)
	for _, section := range r.Sections {
		for i, share := range section.Whose {
			if share.ID != 0 {
				section.Whose[i].Title = names[share.ID]
			}
		}
	}
	return err
}

func (s *Server) postCancelReplay(_ context.Context, by act.Actor, in *desk.IDPath) (rest.Change[Replay], error) {
	return func(ctx context.Context, tx db.Tx) (Replay, error) {
		r, err := s.Replay.Cancel(ctx, tx, by, in.ID)
		return replayView(r), err
	}, nil
}
