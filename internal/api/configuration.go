package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/rest"
	"steward/internal/rule"
)

func (s *Server) configRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/blueprints", "List the configuration"), s.getBlueprints)
	rest.Read(a, rest.GET("/blueprints/{kind}/{name}", "Get a blueprint with its versions"), s.getBlueprint)
	rest.Read(a, rest.GET("/kinds", "List the kinds of blueprint"), s.getKinds)
	rest.Read(a, rest.GET("/schemas/{kind}", "Get the JSON Schema of a kind"), s.getSchema)
	rest.Read(a, rest.POST("/lint", "Check documents").Status(http.StatusOK), s.postLint)
	rest.Read(a, rest.POST("/plan", "Say what applying documents would change").Status(http.StatusOK), s.postPlan)
	rest.Do(a, rest.POST("/apply", "Apply documents, whole or not at all").Status(http.StatusOK), s.postApply)
	rest.Read(a, rest.GET("/changes", "List applied changes"), s.getChanges)
	rest.Read(a, rest.GET("/changes/{id}", "Get an applied change"), s.getChange)
	rest.Do(a, rest.POST("/changes/{id}/rollback", "Roll a change back").Status(http.StatusOK), s.postRollback)
	rest.Write(a, rest.POST("/changes/{id}/review", "Note that an emergency change was looked at").Status(http.StatusOK), s.postReview)
	rest.Read(a, rest.GET("/configuration/{kind}/{name}/uses", "List what uses a blueprint"), s.getUses)
	rest.Do(a, rest.PATCH("/configuration/{kind}/{name}", "Edit one field of a blueprint, keeping the rest of its text"), s.patchBlueprint)
	rest.Read(a, rest.POST("/configuration/drift", "Say how the configuration differs from documents").Status(http.StatusOK), s.postDrift)
	rest.Read(a, rest.GET("/configuration/subjects/{subject}", "List what conditions about a subject may read"), s.getSubject)
	rest.Read(a, rest.GET("/configuration/templates/{kind}", "List texts of a kind to begin with"), s.getTemplates)
	s.requestRoutes(a)
	s.replayRoutes(a)
}

// Blueprint is one line of the configuration.
type Blueprint struct {
	Kind      string          `json:"kind"`
	Name      string          `json:"name"`
	Title     string          `json:"title"`
	Version   int             `json:"version"`
	Drifted   bool            `json:"drifted" doc:"Edited on the screen since it was last applied from a folder."`
	UpdatedAt *time.Time      `json:"updated_at"`
	UpdatedBy *desk.PersonRef `json:"updated_by"`
	Change    *int64          `json:"change"`
}

// BlueprintRef names a blueprint.
type BlueprintRef struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Title   string `json:"title"`
	Version int    `json:"version"`
}

func (s *Server) getBlueprints(ctx context.Context, tx db.Tx, by act.Actor, _ *struct{}) (rest.List[Blueprint], error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return rest.List[Blueprint]{}, err
	}
	heads, err := s.Blueprint.Heads(ctx, tx)
	if err != nil {
		return rest.List[Blueprint]{}, err
	}
	var ids []int64
	for _, h := range heads {
		ids = append(ids, h.ByID)
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	items := []Blueprint{}
	for _, e := range s.Blueprint.Set().Entries() {
		if e.Retired {
			continue
		}
		b := Blueprint{Kind: e.Kind, Name: e.Name, Title: e.Title, Version: e.Version, Drifted: e.Drifted}
		if h, ok := heads[e.ID]; ok {
			b.UpdatedAt, b.Change = rest.Time(h.At), rest.ID(h.Change)
			if h.ByID != 0 {
				b.UpdatedBy = &desk.PersonRef{ID: h.ByID, Name: people[h.ByID].Name}
			}
		}
		items = append(items, b)
	}
	return rest.NewList(items, ""), err
}

// BlueprintFull is a blueprint with its text and history.
type BlueprintFull struct {
	Blueprint
	Text     string             `json:"text"`
	UsedBy   []BlueprintRef     `json:"used_by" nullable:"false"`
	Versions []BlueprintVersion `json:"versions" nullable:"false"`
}

// BlueprintVersion is one applied version.
type BlueprintVersion struct {
	Version int             `json:"version"`
	Change  int64           `json:"change"`
	At      time.Time       `json:"at"`
	By      *desk.PersonRef `json:"by"`
	Retired bool            `json:"retired"`
	Message string          `json:"message" doc:"Why: of the change it came with."`
	Source  string          `json:"source"`
}

type blueprintPath struct {
	Kind    string `path:"kind"`
	Name    string `path:"name"`
	Version int    `query:"version" doc:"An older version's text."`
}

func (s *Server) getBlueprint(ctx context.Context, tx db.Tx, by act.Actor, in *blueprintPath) (BlueprintFull, error) {
	set := s.Blueprint.Set()
	e, ok := set.Entry(in.Kind, in.Name)
	if !ok {
		return BlueprintFull{}, fault.Missing("blueprint", in.Kind+"/"+in.Name)
	}
	versions, err := s.Blueprint.Versions(ctx, tx, by, e.ID)
	if err != nil {
		return BlueprintFull{}, err
	}
	var ids []int64
	for _, v := range versions {
		ids = append(ids, v.ByID)
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	if err != nil {
		return BlueprintFull{}, err
	}
	out := BlueprintFull{Blueprint: Blueprint{Kind: e.Kind, Name: e.Name, Title: e.Title, Version: e.Version, Drifted: e.Drifted}, Text: e.Text,
		UsedBy: []BlueprintRef{}, Versions: []BlueprintVersion{}}
	for i, v := range versions {
		view := BlueprintVersion{Version: v.Version, Change: v.Change, At: v.At, Retired: v.Retired, Message: v.Message, Source: v.Source}
		if v.ByID != 0 {
			view.By = &desk.PersonRef{ID: v.ByID, Name: people[v.ByID].Name}
		}
		if i == 0 {
			out.UpdatedAt, out.UpdatedBy, out.Change = &view.At, view.By, &view.Change
		}
		out.Versions = append(out.Versions, view)
	}
	for _, k := range set.UsedBy(in.Kind, in.Name) {
		u, _ := set.Entry(k.Kind, k.Name)
		out.UsedBy = append(out.UsedBy, BlueprintRef{k.Kind, k.Name, u.Title, u.Version})
	}
	if in.Version != 0 && in.Version != e.Version {
		i := slices.IndexFunc(versions, func(v blueprint.VersionRecord) bool { return v.Version == in.Version })
		if i < 0 {
			return out, fault.Missing("version", in.Version)
		}
		out.Version, out.Text = in.Version, versions[i].Text
	}
	return out, nil
}

func (s *Server) getKinds(ctx context.Context, _ db.Tx, by act.Actor, _ *struct{}) (rest.List[blueprint.Info], error) {
	l, kinds := lang.In(ctx), slices.Clone(s.Blueprint.Registry().Kinds())
	for i, k := range kinds {
		kinds[i].Title, kinds[i].Summary = l.Word(k.Title), l.Word(k.Summary)
	}
	return rest.NewList(kinds, ""), by.Require("read", "blueprint")
}

func (s *Server) getSchema(ctx context.Context, _ db.Tx, by act.Actor, in *struct {
	Kind string `path:"kind"`
}) (json.RawMessage, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return nil, err
	}
	return s.Blueprint.Registry().Schema(in.Kind, lang.In(ctx))
}

// DocumentsInput is documents as they are written. It is exported so that the request's schema
// sees it where it is embedded.
type DocumentsInput struct {
	Documents []struct {
		Path   string `json:"path" maxLength:"500"`
		Text   string `json:"text"`
		Remove string `json:"remove,omitempty" maxLength:"130" doc:"A blueprint, as KIND/NAME, to take out of use; the text is left empty."`
	} `json:"documents" maxItems:"1000"`
	Prune bool `json:"prune,omitempty" doc:"Remove what the documents do not contain."`
}

// parse reads the documents. They count as edited on the screen.
func (in DocumentsInput) parse() blueprint.ApplyInput {
	out := blueprint.ApplyInput{Prune: in.Prune, Source: "screen"}
	out.Documents, out.Parsed = blueprint.ParseFiles(in.files())
	return out
}

func (in DocumentsInput) files() []blueprint.File {
	out := make([]blueprint.File, len(in.Documents))
	for i, d := range in.Documents {
		out[i] = blueprint.File{Path: d.Path, Text: d.Text, Remove: d.Remove}
	}
	return out
}

// Findings is what lint found.
type Findings struct {
	Findings []blueprint.Finding `json:"findings" nullable:"false"`
	Meanings []blueprint.Meaning `json:"meanings" nullable:"false" doc:"What the expressions that can be read ask, in plain words."`
}

func (s *Server) postLint(ctx context.Context, _ db.Tx, by act.Actor, in *struct{ Body DocumentsInput }) (Findings, error) {
	a := in.Body.parse()
	p, err := s.Blueprint.Plan(by, a)
	if err != nil {
		return Findings{}, err
	}
	return Findings{blueprint.In(lang.In(ctx), p.Findings), s.Blueprint.Registry().Meanings(a.Documents, rule.Voice{In: lang.In(ctx), Title: s.Blueprint.Set().Title})}, nil
}

func (s *Server) postPlan(ctx context.Context, tx db.Tx, by act.Actor, in *struct{ Body DocumentsInput }) (blueprint.Plan, error) {
	p, err := s.Blueprint.PlanWithUses(ctx, tx, by, in.Body.parse())
	p.Findings = blueprint.In(lang.In(ctx), p.Findings)
	return p, err
}

type applyInput struct {
	Body struct {
		DocumentsInput
		BaseGeneration *int64 `json:"base_generation,omitempty" doc:"The generation you planned against; a newer one conflicts."`
		Message        string `json:"message,omitempty" maxLength:"2000" doc:"Why."`
		Source         string `json:"source,omitempty" enum:"screen,folder" doc:"folder when the documents are a reviewed folder."`
	}
}

// AppliedResult is what became of a change: applied, or held until somebody approves it.
type AppliedResult struct {
	Number  *int64         `json:"number" doc:"The change's number; null when there was nothing to change or it waits for approval."`
	Request *ChangeRequest `json:"request" doc:"The change request that was opened or edited, because a policy asks for approval."`
	Plan    blueprint.Plan `json:"plan"`
}

func (s *Server) postApply(ctx context.Context, by act.Actor, in *applyInput) (AppliedResult, error) {
	a := in.Body.parse()
	a.BaseGeneration, a.Message = in.Body.BaseGeneration, in.Body.Message
	if in.Body.Source == "folder" {
		a.Source = "folder"
	}
	return s.configure(ctx, func(ctx context.Context, tx db.Tx) (blueprint.Outcome, error) {
		return s.Blueprint.Propose(ctx, tx, by, a)
	})
}

// configure runs a change of the configuration in a transaction and takes it into force here.
func (s *Server) configure(ctx context.Context, change func(ctx context.Context, tx db.Tx) (blueprint.Outcome, error)) (out AppliedResult, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		o, err := change(ctx, tx)
		if err != nil {
			return err
		}
		out = AppliedResult{Number: rest.ID(o.Number), Plan: o.Plan}
		if o.Request != nil {
			views, err := s.requests(ctx, tx, act.Actor{}, []blueprint.Request{*o.Request}, false)
			if err != nil {
				return err
			}
			out.Request = &views[0]
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	return out, s.afterChange(ctx)
}

// afterChange takes a change into force here and seals the ledger.
func (s *Server) afterChange(ctx context.Context) error {
	if err := s.Blueprint.Refresh(ctx); err != nil {
		return err
	}
	_, err := s.Ledger.Seal(ctx, s.Clock())
	return err
}

// KeyPath names a blueprint. It is exported so that the request sees it where it is embedded.
type KeyPath struct {
	Kind string `path:"kind"`
	Name string `path:"name"`
}

func (s *Server) getUses(ctx context.Context, tx db.Tx, by act.Actor, in *KeyPath) (rest.List[blueprint.Use], error) {
	uses, err := s.Blueprint.Uses(ctx, tx, by, in.Kind, in.Name)
	return rest.NewList(uses, ""), err
}

func (s *Server) postDrift(_ context.Context, _ db.Tx, by act.Actor, in *struct{ Body DocumentsInput }) (blueprint.Comparison, error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return blueprint.Comparison{}, err
	}
	a := in.Body.parse()
	return s.Blueprint.Set().Compare(a.Documents, a.Parsed), nil
}

type patchInput struct {
	KeyPath
	Body struct {
		Version int            `json:"version" minimum:"1" doc:"Of the text that was edited; an older one conflicts."`
		Fields  []PatchedField `json:"fields" minItems:"1" maxItems:"100" nullable:"false"`
		Message string         `json:"message,omitempty" maxLength:"2000" doc:"Why."`
	}
}

// PatchedField is one field with its new value.
type PatchedField struct {
	Path  string `json:"path" maxLength:"500" doc:"Where: targets[1].within."`
	Value any    `json:"value" doc:"What shall stand there; null removes the field."`
}

func (s *Server) patchBlueprint(ctx context.Context, by act.Actor, in *patchInput) (AppliedResult, error) {
	e, ok := s.Blueprint.Set().Entry(in.Kind, in.Name)
	if err := by.Require("apply", "blueprint"); err != nil {
		return AppliedResult{}, err
	}
	if !ok || e.Retired {
		return AppliedResult{}, fault.Missing("blueprint", in.Kind+"/"+in.Name)
	}
	if in.Body.Version != e.Version {
		return AppliedResult{}, fault.Stale("This blueprint", e)
	}
	text := e.Text
	for _, f := range in.Body.Fields {
		var err error
		if text, err = blueprint.SetField(text, f.Path, f.Value); err != nil {
			return AppliedResult{}, err
		}
	}
	generation := s.Blueprint.Set().Generation()
	docs, findings := blueprint.ParseFile(e.Key().String()+".yaml", text)
	a := blueprint.ApplyInput{Documents: docs, Parsed: findings, Source: "screen", Message: in.Body.Message, BaseGeneration: &generation}
	return s.configure(ctx, func(ctx context.Context, tx db.Tx) (blueprint.Outcome, error) {
		return s.Blueprint.Propose(ctx, tx, by, a)
	})
}
