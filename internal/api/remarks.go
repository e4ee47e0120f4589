package api

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/directory"
	"steward/internal/rest"
)

// RemarkView is what somebody said about a change request.
type RemarkView struct {
	ID       int64          `json:"id"`
	By       desk.PersonRef `json:"by"`
	At       time.Time      `json:"at"`
	Revision int            `json:"revision" doc:"Of the request when it was said."`
	Text     string         `json:"text"`
}

// RemarksView is what was said about a change request.
type RemarksView struct {
	Items   []RemarkView `json:"items" nullable:"false" doc:"Oldest first."`
	MayTalk bool         `json:"may_talk" doc:"Whether you may say something: its authors, its approvers and those who apply the configuration may."`
}

func (s *Server) remarks(ctx context.Context, tx db.Tx, by act.Actor, id int64) (out RemarksView, err error) {
	r, err := s.Blueprint.Request(ctx, tx, by, id)
	if err != nil {
		return out, err
	}
	list, err := s.Blueprint.Remarks(ctx, tx, by, id)
	if err != nil {
		return out, err
	}
	var ids []int64
	for _, m := range list {
		ids = append(ids, m.AuthorID)
	}
	people, err := s.Directory.Names(ctx, tx, ids)
	out.Items, out.MayTalk = []RemarkView{}, r.MayDiscuss(by)
	for _, m := range list {
		out.Items = append(out.Items, RemarkView{ID: m.ID, By: desk.PersonRef{ID: m.AuthorID, Name: people[m.AuthorID].Name}, At: m.At, Revision: m.Revision, Text: m.Text})
	}
	return out, err
}

func (s *Server) getRemarks(ctx context.Context, tx db.Tx, by act.Actor, in *desk.IDPath) (RemarksView, error) {
	return s.remarks(ctx, tx, by, in.ID)
}

type remarkInput struct {
	desk.IDPath
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"5000" doc:"Colleagues and teams named with an @ are told."`
	}
}

func (s *Server) postRemark(_ context.Context, by act.Actor, in *remarkInput) (rest.Change[RemarksView], error) {
	return func(ctx context.Context, tx db.Tx) (RemarksView, error) {
		named, err := s.namedIn(ctx, tx, in.Body.Text)
		if err != nil {
			return RemarksView{}, err
		}
		if err := s.Blueprint.Discuss(ctx, tx, by, in.ID, in.Body.Text, named); err != nil {
			return RemarksView{}, err
		}
		return s.remarks(ctx, tx, by, in.ID)
	}, nil
}

// maxNamed is how many members of a team hear of a text that names it.
const maxNamed = 50

// namedIn are the colleagues that a text names with an @, themselves or by their team.
func (s *Server) namedIn(ctx context.Context, tx db.Tx, text string) (ids []int64, err error) {
	words := directory.Handles(text)
	if len(words) == 0 {
		return nil, nil
	}
	people, err := s.Directory.ColleaguesNamed(ctx, tx, words)
	if err != nil {
		return nil, err
	}
	var teams []int64
	for _, word := range words {
		if t := s.DeskSet().TeamNamed(word); t != nil {
			teams = append(teams, t.ID)
		}
	}
	members, err := s.Directory.Members(ctx, tx, teams)
	for _, team := range teams {
		people = append(people, members[team][:min(len(members[team]), maxNamed)]...)
	}
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return ids, err
}
