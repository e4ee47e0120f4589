package api

import (
	"context"
	"fmt"
	"sync"

	"steward/internal/act"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
	"steward/starter"
)

// SubjectField is one thing that a condition may read.
type SubjectField struct {
	Path   string   `json:"path" doc:"As conditions write it: ticket.priority."`
	Type   string   `json:"type" doc:"What it holds, in words. Below attributes stand the fields that GET /fields lists."`
	Title  string   `json:"title" doc:"What sentences call it; empty when its path says it."`
	Doc    string   `json:"doc"`
	Values []string `json:"values" nullable:"false" doc:"What it may be; empty when it may be anything."`
}

func (s *Server) getSubject(_ context.Context, _ db.Tx, by act.Actor, in *struct {
	Subject string `path:"subject" doc:"As schemas name it in x-format after cel: ticket, change, figure."`
}) (rest.List[SubjectField], error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return rest.List[SubjectField]{}, err
	}
	env := s.Blueprint.Registry().Env(in.Subject)
	if env == nil {
		return rest.List[SubjectField]{}, fault.Missing("subject of conditions", in.Subject)
	}
	items := []SubjectField{}
	for _, f := range env.Fields() {
		items = append(items, SubjectField{f.Path, f.Type.String(), f.Title, f.Doc, append([]string{}, f.Type.Values()...)})
	}
	return rest.NewList(items, ""), nil
}

// Template is a text to begin a blueprint with.
type Template struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Text  string `json:"text"`
	From  string `json:"from" enum:"example,kit" doc:"The kind's own example, or the starter kit."`
}

// starters are the documents of the starter kit.
var starters = sync.OnceValues(func() ([]blueprint.Document, error) {
	minimal, _, err := blueprint.ParseFolder(starter.Minimal())
	if err != nil {
		return nil, fmt.Errorf("read the starter kit: %w", err)
	}
	kit, _, err := blueprint.ParseFolder(starter.Kit())
	return append(minimal, kit...), err
})

func (s *Server) getTemplates(_ context.Context, _ db.Tx, by act.Actor, in *struct {
	Kind string `path:"kind"`
}) (rest.List[Template], error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return rest.List[Template]{}, err
	}
	docs, err := starters()
	if err != nil {
		return rest.List[Template]{}, err
	}
	items := []Template{}
	for _, k := range s.Blueprint.Registry().Kinds() {
		if k.Kind == in.Kind {
			items = append(items, Template{k.Kind, k.Title, k.Example, "example"})
		}
	}
	if len(items) == 0 {
		return rest.List[Template]{}, fault.Missing("kind", in.Kind)
	}
	for _, d := range docs {
		if d.Kind == in.Kind {
			items = append(items, Template{d.Name, d.Title, d.Text, "kit"})
		}
	}
	return rest.NewList(items, ""), nil
}
