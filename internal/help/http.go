package help

import (
	"context"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
	"steward/internal/rest"
	"steward/internal/search"
)

// Routes registers the routes of the documentation. Everybody who is signed in may read it.
func Routes(a *rest.API) {
	rest.Read(a, rest.GET("/help", "Find a section of the documentation, or list its pages"), getHelp)
	rest.Read(a, rest.GET("/help/{page}", "Get a page of the documentation"), getPage)
}

type findInput struct {
	Query string `query:"q" maxLength:"300" doc:"Words; without any, the pages are listed."`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

// SectionView is a section, or the beginning of a page.
type SectionView struct {
	Page    string        `json:"page"`
	Title   string        `json:"title" doc:"Of the section; the page's for its beginning."`
	Of      string        `json:"of" doc:"The title of its page."`
	Anchor  string        `json:"anchor"`
	Summary string        `json:"summary" doc:"What a page is about, where pages are listed."`
	Group   string        `json:"group" doc:"Whose work a page is for, where pages are listed: they stand together, what most people need first."`
	Snippet []search.Part `json:"snippet" nullable:"false"`
}

func getHelp(ctx context.Context, _ db.Tx, _ act.Actor, in *findInput) (rest.List[SectionView], error) {
	items := []SectionView{}
	if in.Query == "" {
		for _, p := range Pages() {
			items = append(items, SectionView{Page: p.Name, Title: p.Title, Of: p.Title, Summary: p.Summary, Group: lang.In(ctx).Word(p.Shelf), Snippet: []search.Part{}})
		}
		return rest.NewList(items, ""), nil
	}
	for _, h := range Find(in.Query, in.Limit) {
		items = append(items, SectionView{Page: h.Page.Name, Title: h.Section.Title, Of: h.Page.Title, Anchor: h.Section.Anchor, Snippet: append([]search.Part{}, h.Snippet...)})
	}
	return rest.NewList(items, ""), nil
}

type pageInput struct {
	Page string `path:"page" maxLength:"80"`
}

// PageView is a page of the documentation.
type PageView struct {
	Page     string        `json:"page"`
	Title    string        `json:"title"`
	HTML     string        `json:"html"`
	Headings []HeadingView `json:"headings" nullable:"false"`
}

// HeadingView is a heading of a page.
type HeadingView struct {
	Title  string `json:"title"`
	Anchor string `json:"anchor"`
	Level  int    `json:"level"`
}

func getPage(_ context.Context, _ db.Tx, _ act.Actor, in *pageInput) (PageView, error) {
	for _, p := range Pages() {
		if p.Name != in.Page {
			continue
		}
		v := PageView{Page: p.Name, Title: p.Title, HTML: p.HTML, Headings: []HeadingView{}}
		for _, s := range p.Sections[1:] {
			v.Headings = append(v.Headings, HeadingView{s.Title, s.Anchor, s.Level})
		}
		return v, nil
	}
	return PageView{}, fault.New(fault.NotFound, "The documentation has no page %q.", in.Page)
}
