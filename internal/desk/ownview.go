package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ownview"
)

// Columns are what a list of tickets can show beside the subject.
var Columns = []string{"status", "priority", "type", "requester", "organization", "assignee", "team", "tags", "due", "created", "updated"}

// Groupings are what a list of tickets can be grouped by.
var Groupings = []string{"due", "status", "priority", "type", "assignee", "team", "organization", "none"}

// Shown is how a list of tickets is shown.
type Shown struct {
	Columns []string `json:"columns,omitempty" maxItems:"11" doc:"What stands beside the subject, in this order; the usual ones when left out."`
	Group   string   `json:"group,omitempty" doc:"What the tickets are grouped by; due when left out and sorted by due."`
}

// OwnView is a view that somebody made for themselves.
type OwnView struct {
	ID        int64
	Title     string
	Selection Selection
	Shown     Shown
	Version   int64
	Created   time.Time
}

// ownSpec is what is kept of it.
type ownSpec struct {
	Selection
	Shown
}

// ownViewOf is a view as it is kept.
func ownViewOf(v ownview.View) (OwnView, error) {
	var stored ownSpec
	err := json.Unmarshal(v.Spec, &stored)
	return OwnView{v.ID, v.Title, stored.Selection, stored.Shown, v.Version, v.Created}, err
}

// OwnViews lists the views that the actor made for themselves, the oldest first. Everybody may see their own.
func (s *Service) OwnViews(ctx context.Context, tx db.Tx, by act.Actor) (out []OwnView, err error) {
	all, err := ownview.List(ctx, tx, by, ownview.Tickets)
	for _, v := range all {
		own, err := ownViewOf(v)
		if err != nil {
			return nil, err
		}
		out = append(out, own)
	}
	return out, err
}

// MakeOwnView keeps a view for the actor. Whoever may read tickets may.
func (s *Service) MakeOwnView(ctx context.Context, tx db.Tx, by act.Actor, v OwnView) (OwnView, error) {
	spec, err := s.checkOwn(by, v)
	if err != nil {
		return v, err
	}
	made, err := ownview.Make(ctx, tx, by, ownview.Tickets, ownview.View{Title: v.Title, Spec: spec})
	if err != nil {
		return v, err
	}
	return ownViewOf(made)
}

// ChangeOwnView replaces a view of the actor. Nobody else may.
func (s *Service) ChangeOwnView(ctx context.Context, tx db.Tx, by act.Actor, v OwnView) (OwnView, error) {
	spec, err := s.checkOwn(by, v)
	if err != nil {
		return v, err
	}
	is, err := ownview.Change(ctx, tx, by, ownview.Tickets, ownview.View{ID: v.ID, Title: v.Title, Spec: spec, Version: v.Version})
	if err != nil && !errors.Is(err, ownview.ErrStale) {
		return v, err
	}
	own, bad := ownViewOf(is)
	if errors.Is(err, ownview.ErrStale) {
		return own, fault.Stale("view", ownViewView(own, db.Count{}, ""))
	}
	return own, bad
}

// DropOwnView deletes a view of the actor. Nobody else may.
func (s *Service) DropOwnView(ctx context.Context, tx db.Tx, by act.Actor, id int64) error {
	return ownview.Drop(ctx, tx, by, ownview.Tickets, id)
}

// checkOwn refuses what no list could show, and returns what is kept of it.
func (s *Service) checkOwn(by act.Actor, v OwnView) (json.RawMessage, error) {
	if by.PersonID == 0 || auth.Scope(by, "read", "ticket").None() {
		return nil, by.Denied("read", "ticket")
	}
	for _, c := range v.Shown.Columns {
		if !slices.Contains(Columns, c) {
			return nil, fault.Field("columns", c, strings.Join(Columns, ", "), "There is no column %q.", c)
		}
	}
	if v.Shown.Group != "" && !slices.Contains(Groupings, v.Shown.Group) {
		return nil, fault.Field("group", v.Shown.Group, strings.Join(Groupings, ", "), "Tickets cannot be grouped by %q.", v.Shown.Group)
	}
	if _, err := s.ownFilter(by, v.Selection); err != nil {
		return nil, err
	}
	return json.Marshal(ownSpec{v.Selection, v.Shown})
}

// ownFilter is what a view of the actor shows. Conditions about what they do not see are refused; those of a
// view of all are its author's.
func (s *Service) ownFilter(by act.Actor, in Selection) (Filter, error) {
	f, view, err := in.filter(s.config())
	if err == nil {
		err = f.check()
	}
	if err == nil && view == nil {
		err = s.config().mayAsk(by, f.Match)
	}
	return f, err
}
