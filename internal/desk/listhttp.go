package desk

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

// Selection says which tickets are meant: those of a view, or those that all the rest is true of.
type Selection struct {
	View         string `query:"view" json:"view,omitempty" maxLength:"100" doc:"A view by name; the filters below do not apply then."`
	Status       string `query:"status" json:"status,omitempty" maxLength:"100" doc:"States, separated by commas."`
	Assignee     string `query:"assignee" json:"assignee,omitempty" maxLength:"20" doc:"me, none or an agent's id."`
	Team         string `query:"team" json:"team,omitempty" maxLength:"100" doc:"A team by name."`
	Priority     string `query:"priority" json:"priority,omitempty" maxLength:"100" doc:"Priorities, separated by commas."`
	Requester    int64  `query:"requester" json:"requester,omitempty" doc:"A person's id."`
	Organization int64  `query:"organization" json:"organization,omitempty" doc:"An organization's id."`
	Tag          string `query:"tag" json:"tag,omitempty" maxLength:"200"`
	ExternalID   string `query:"external_id" json:"external_id,omitempty" maxLength:"200" doc:"An id that another system knows the ticket by."`
	Source       string `query:"external_source" json:"external_source,omitempty" maxLength:"60" doc:"That system; any when left out."`
	Type         string `query:"type" json:"type,omitempty" maxLength:"100" doc:"Types, separated by commas."`
	Filter       string `query:"filter" json:"filter,omitempty" maxLength:"4000" doc:"A condition about the ticket, such as ticket.attributes.severity == \"s1\"; it holds beside the others. Attributes must be indexed."`
	Sort         string `query:"sort" json:"sort,omitempty" maxLength:"20" doc:"due, updated, created, priority or status; the last four with a minus the other way round."`
}

type listInput struct {
	rest.Paging
	Selection
	Group string `query:"group" doc:"Group after group: status, priority, type, assignee, team or organization."`
	Fold  string `query:"fold" maxLength:"2000" doc:"Groups whose tickets are passed over, separated by commas."`
}

// ListView is a page of tickets.
type ListView struct {
	rest.List[Row]
	Count db.Count `json:"count"`
	View  *TeamRef `json:"view"`

	Groups []GroupView `json:"groups,omitempty" doc:"The groups on this page, in order."`
	Partly bool        `json:"partly,omitempty" doc:"The list has more tickets than groups are made of: other groups may be missing, and counts are the least there are."`
}

// GroupView is a group of a list.
type GroupView struct {
	Key    string   `json:"key" doc:"A state, a priority, a type, a team by name or an id; none for those that have none."`
	Title  string   `json:"title"`
	Count  db.Count `json:"count"`
	Folded bool     `json:"folded"`
}

// noGroup is what requests call the group of those that have none.
const noGroup = "none"

// grouped is a page of tickets, group after group.
func (s *Service) grouped(ctx context.Context, tx db.Tx, by act.Actor, in *listInput, f Filter, out *ListView) (tickets []*Ticket, next string, err error) {
	folded := split(in.Fold)
	if len(folded) > 100 {
		return nil, "", fault.Field("fold", nil, "100 groups at most", "These are too many groups.")
	}
	for i, key := range folded {
		if key == noGroup {
			folded[i] = ""
		} else if t := s.config().TeamNamed(key); t != nil && in.Group == "team" {
			folded[i] = strconv.FormatInt(t.ID, 10)
		}
	}
	tickets, groups, whole, next, err := s.ListGrouped(ctx, tx, by, f, in.Group, folded, in.Page())
	for _, g := range groups {
		v := GroupView{cmp.Or(g.Key, noGroup), g.Title, db.Count{Count: g.Count, Capped: g.More}, g.Fold}
		if g.More && whole { // words are counted as lists are, one further
			v.Count.Count--
		}
		if id, err := strconv.ParseInt(g.Key, 10, 64); err == nil && in.Group == "team" {
			if t := s.config().Team(id); t != nil {
				v.Key = t.Name
			}
		}
		out.Groups = append(out.Groups, v)
	}
	out.Partly = !whole && err == nil
	return tickets, next, err
}

func (in Selection) filter(cfg *Config) (Filter, *View, error) {
	if in.View != "" {
		v := cfg.View(in.View)
		if v == nil {
			return Filter{}, nil, fault.Missing("view", in.View)
		}
		f := v.Filter()
		if in.Sort != "" {
			f.Sort = in.Sort
		}
		return f, v, nil
	}
	match, err := compileFilter(in.Filter)
	if err != nil {
		return Filter{}, nil, err
	}
	f := Filter{Match: match, Assignee: in.Assignee, RequesterID: in.Requester, OrganizationID: in.Organization, Tag: in.Tag, Sort: in.Sort,
		ExternalID: in.ExternalID, ExternalSource: in.Source}
	for _, st := range split(in.Status) {
		f.Statuses = append(f.Statuses, Status(st))
	}
	for _, t := range split(in.Type) {
		f.Types = append(f.Types, Type(t))
	}
	for _, p := range split(in.Priority) {
		f.Priorities = append(f.Priorities, Priority(p))
	}
	if id, err := strconv.ParseInt(in.Assignee, 10, 64); err == nil {
		f.Assignee, f.AssigneeID = "", id
	}
	if in.Team != "" {
		t := cfg.TeamNamed(in.Team)
		if t == nil {
			return f, nil, fault.Field("team", in.Team, "the name of a team", "There is no team %q.", in.Team)
		}
		f.TeamID = t.ID
	}
	return f, nil, nil
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func (s *Service) getTickets(ctx context.Context, tx db.Tx, by act.Actor, in *listInput) (ListView, error) {
	f, view, err := in.filter(s.config())
	if err == nil && view == nil {
		err = s.config().mayAsk(by, f.Match)
	}
	if err != nil {
		return ListView{}, err
	}
	out, tickets, next := ListView{}, []*Ticket(nil), ""
	if in.Group != "" {
		tickets, next, err = s.grouped(ctx, tx, by, in, f, &out)
	} else {
		tickets, next, err = s.List(ctx, tx, by, f, in.Page())
	}
	if err != nil {
		return ListView{}, err
	}
	rows, err := s.Rows(ctx, tx, tickets)
	if err != nil {
		return ListView{}, err
	}
	if err := s.countAside(ctx, tx, by, tickets, rows); err != nil {
		return ListView{}, err
	}
	out.List = rest.NewList(rows, next)
	if view != nil {
		out.View = &TeamRef{view.Name, view.Title}
	}
	switch {
	case in.Cursor == "" && next == "" && in.Fold == "":
		out.Count = db.Capped(int64(len(rows))) // the first page is all there is
	default:
		out.Count, err = s.Count(ctx, tx, by, f)
	}
	return out, err
}
