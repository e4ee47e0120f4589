package playbook

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/rest"
)

type subjectsInput struct {
	Kind string `query:"kind" required:"true" maxLength:"60" doc:"Kind of record."`
	Find string `query:"find" maxLength:"200" doc:"Words: a number, the beginning of a name, an address."`
	ID   int64  `query:"id" minimum:"0" doc:"Or the record itself, to learn what it is called."`
	For  string `query:"playbook" maxLength:"100" doc:"Name of the playbook that shall be started: those that it is for come first, the others say why not."`
}

// SubjectView is a record that a run could be about.
type SubjectView struct {
	ID     int64  `json:"id"`
	Title  string `json:"title"`
	Detail string `json:"detail" doc:"What tells it from others of that name."`
	NotFor string `json:"not_for" doc:"What the playbook asks for and this is not, in words; empty where a run can be about it."`
}

func (s *Service) getSubjects(ctx context.Context, tx db.Tx, by act.Actor, in *subjectsInput) (rest.List[SubjectView], error) {
	found, err := s.FindSubjects(ctx, tx, by, Search{Kind: in.Kind, Words: in.Find, ID: in.ID, Playbook: in.For})
	var out []SubjectView
	for _, f := range found {
		out = append(out, SubjectView(f))
	}
	return rest.NewList(out, ""), err
}

type runHistoryInput struct {
	RunPath
	rest.Paging
}

// LineView is one thing that happened to a run.
type LineView struct {
	ID      int64      `json:"id" doc:"The event's; opens at /events/{id}/why."`
	At      time.Time  `json:"at"`
	Verb    string     `json:"verb"`
	By      string     `json:"by" doc:"Who, or what, did it."`
	Says    string     `json:"says" doc:"What happened, in words."`
	Step    string     `json:"step"`
	Title   string     `json:"title" doc:"Of the step."`
	Because string     `json:"because" doc:"What led to it, in words."`
	Files   []FileView `json:"files" nullable:"false" doc:"That were given with it and are still there."`
}

func (s *Service) getHistory(ctx context.Context, tx db.Tx, by act.Actor, in *runHistoryInput) (rest.List[LineView], error) {
	list, next, err := s.History(ctx, tx, by, in.ID, in.Page())
	var out []LineView
	for _, l := range list {
		out = append(out, LineView(l))
	}
	return rest.NewList(out, next), err
}
