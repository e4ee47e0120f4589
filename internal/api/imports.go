package api

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory/roster"
	"steward/internal/fault"
	"steward/internal/file"
	"steward/internal/rest"
)

// Import is an import of people, organizations or accounts.
type Import struct {
	ID        int64           `json:"id"`
	Kind      string          `json:"kind" enum:"people,organizations,accounts"`
	State     string          `json:"state" enum:"uploaded,running,done,failed"`
	Filename  string          `json:"filename"`
	DryRun    bool            `json:"dry_run" doc:"Nothing is or was changed."`
	Encoding  string          `json:"encoding"`
	Separator string          `json:"separator"`
	Rows      int64           `json:"rows"`
	Counts    roster.Counts   `json:"counts"`
	Columns   []roster.Column `json:"columns" nullable:"false"`
	Fields    []string        `json:"fields" nullable:"false" doc:"What a column may be mapped to."`
	Error     string          `json:"error,omitempty" doc:"Why it failed, or what its mapping lacks."`
	Mappings  []ImportMapping `json:"mappings" nullable:"false" doc:"Import mappings of the configuration that know columns of this file."`
	At        time.Time       `json:"at"`
	By        *desk.PersonRef `json:"by"`
	EndedAt   *time.Time      `json:"ended_at"`
}

// ImportMapping is an import mapping of the configuration, for one file.
type ImportMapping struct {
	Name    string            `json:"name"`
	Title   string            `json:"title"`
	Known   int               `json:"known" doc:"How many columns of the file it knows."`
	Columns map[string]string `json:"columns" doc:"What it makes of each column; empty for those that it passes over."`
	Values  map[string]string `json:"values" doc:"What every row has in fields that no column gives."`
	Used    bool              `json:"used" doc:"Whether the import was tried or run with it last."`
}

// importMappings are those that know columns of a file, the one that knows most first.
func (s *Server) importMappings(r roster.Run) []ImportMapping {
	out := []ImportMapping{}
	for _, b := range blueprint.All[roster.Mapping](s.Blueprint.Set()) {
		if b.Spec.Of != r.Kind {
			continue
		}
		one := ImportMapping{Name: b.Name, Title: b.Title, Used: r.Source == cmp.Or(b.Spec.Source, b.Name)}
		one.Columns, one.Values = b.Spec.For(r.File.Header)
		for _, field := range one.Columns {
			if field != "" {
				one.Known++
			}
		}
		if one.Known > 0 {
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b ImportMapping) int { return b.Known - a.Known })
	return out
}

func (s *Server) importRoutes(a *rest.API) {
	upload := rest.POST("/imports", "Upload a CSV file of people, organizations or accounts")
	upload.MaxBodyBytes, upload.BodyReadTimeout = s.Files.Max(), 5*time.Minute
	rest.Do(a, upload, s.postImport)
	rest.Read(a, rest.GET("/imports", "List imports"), s.getImports)
	rest.Read(a, rest.GET("/imports/{id}", "Get an import and how far it is"), s.getImport)
	rest.Write(a, rest.POST("/imports/{id}/run", "Start an uploaded import, or try it").Status(http.StatusOK), s.postRunImport)
	rest.Do(a, rest.GET("/imports/{id}/errors", "Download the rows that failed, as a CSV file to mend and upload again"), s.getImportErrors)
}

func (s *Server) importView(ctx context.Context, tx db.Tx, r roster.Run) (Import, error) {
	out := Import{ID: r.ID, Kind: r.Kind, State: string(r.State), Filename: r.Filename, DryRun: r.DryRun, Encoding: r.File.Encoding, Separator: r.File.Separator,
		Rows: r.File.Rows, Counts: r.Counts, Columns: append([]roster.Column{}, r.Columns...), Fields: roster.Fields(r.Kind), Error: r.Error, Mappings: s.importMappings(r), At: r.At, EndedAt: rest.Time(r.Ended)}
	people, err := s.Directory.Names(ctx, tx, []int64{r.ByID})
	if p, ok := people[r.ByID]; ok {
		out.By = &desk.PersonRef{ID: p.ID, Name: p.Name}
	}
	return out, err
}

type importInput struct {
	Kind     string `query:"kind" enum:"people,organizations,accounts" required:"true"`
	Filename string `query:"filename" maxLength:"200" default:"import.csv"`
	Encoding string `query:"encoding" enum:"utf-8,utf-16,windows-1252,latin1," doc:"Found out when left out."`
	Source   string `query:"source" maxLength:"100" default:"import" doc:"Names the system that external ids are of."`
	RawBody  []byte `contentType:"text/csv"`
}

func (s *Server) postImport(ctx context.Context, by act.Actor, in *importInput) (out Import, err error) {
	if int64(len(in.RawBody)) > s.Files.Max() {
		return out, fault.New(fault.TooLarge, "This file is larger than %s. Import it with steward import on the command line.", file.Bytes(s.Files.Max()))
	}
	r, err := s.Imports.Upload(ctx, by, in.Kind, in.Filename, in.Encoding, in.Source, in.RawBody)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error { out, err = s.importView(ctx, tx, r); return err })
	return out, err
}

func (s *Server) getImports(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[Import], error) {
	list, next, err := s.Imports.List(ctx, tx, by, in.Page())
	if err != nil {
		return rest.List[Import]{}, err
	}
	var who []int64
	for _, r := range list {
		who = append(who, r.ByID)
	}
	if _, err := s.Directory.Names(ctx, tx, who); err != nil { // remembered for the views
		return rest.List[Import]{}, err
	}
	items := make([]Import, len(list))
	for i, r := range list {
		if items[i], err = s.importView(ctx, tx, r); err != nil {
			return rest.List[Import]{}, err
		}
	}
	return rest.NewList(items, next), nil
}

func (s *Server) getImport(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (Import, error) {
	r, err := s.Imports.Get(ctx, tx, by, in.ID)
	if err != nil {
		return Import{}, err
	}
	return s.importView(ctx, tx, r)
}

type runImportInput struct {
	desk.IDPath
	Body struct {
		DryRun  bool              `json:"dry_run,omitempty" doc:"Only try it: nothing changes."`
		Mapping map[string]string `json:"mapping,omitempty" doc:"Column to field, \"\" for columns that are not imported; what was found when left out."`
		With    string            `json:"with,omitempty" maxLength:"100" doc:"Name of an import mapping: it says what columns become where mapping does not, what every row has, and which system external ids are of."`
	}
}

func (s *Server) postRunImport(_ context.Context, by act.Actor, in *runImportInput) (rest.Change[Import], error) {
	return func(ctx context.Context, tx db.Tx) (Import, error) {
		chosen := roster.Chosen{Columns: in.Body.Mapping}
		if in.Body.With != "" {
			r, err := s.Imports.Get(ctx, tx, by, in.ID)
			if err != nil {
				return Import{}, err
			}
			m, ok := blueprint.Get[roster.Mapping](s.Blueprint.Set(), in.Body.With)
			if !ok || m.Of != r.Kind {
				return Import{}, fault.Field("with", in.Body.With, "the name of an import mapping of "+r.Kind, "There is no such mapping.")
			}
			columns, values := m.For(r.File.Header)
			if chosen.Columns == nil {
				chosen.Columns = columns
			}
			chosen.Values, chosen.Source = values, cmp.Or(m.Source, in.Body.With)
		}
		r, err := s.Imports.Start(ctx, tx, by, in.ID, chosen, in.Body.DryRun)
		if err != nil {
			return Import{}, err
		}
		return s.importView(ctx, tx, r)
	}, nil
}

func (s *Server) getImportErrors(ctx context.Context, by act.Actor, in *desk.IDPath) ([]byte, error) {
	var b bytes.Buffer
	err := s.Imports.Bad(ctx, by, in.ID, &b)
	return b.Bytes(), err
}
