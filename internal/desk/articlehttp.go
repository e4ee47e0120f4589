package desk

import (
	"context"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/mail"
	"steward/internal/rest"
)

func (s *Service) articleRoutes(a *rest.API) {
	rest.Read(a, rest.GET("/articles", "List articles, or find those that answer something"), s.getArticles)
	rest.Read(a, rest.GET("/articles/{name}", "Get an article, and what came of it"), s.getArticle)
}

// ArticleView is an article as lists show it.
type ArticleView struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	URL      string   `json:"url" doc:"Where its readers find it."`
	Tags     []string `json:"tags" nullable:"false"`
	Audience string   `json:"audience" enum:"everybody,colleagues"`
	Here     bool     `json:"here" doc:"Whether it is read on this instance."`
}

// ArticleFull is one article.
type ArticleFull struct {
	ArticleView
	Description string `json:"description"`
	HTML        string `json:"html" doc:"Its words; empty when it is read elsewhere."`
	ArticleUse
}

// ArticleUse says what came of an article in the last 90 days.
type ArticleUse struct {
	Tickets int64 `json:"tickets" doc:"Tickets whose replies led to it, of the last 90 days and up to 10,000."`
	Opened  int64 `json:"opened" doc:"How often it was opened from the request form, of the last 90 days."`
	Sent    int64 `json:"sent" doc:"How often somebody who was offered it there wrote all the same."`
}

func (s *Service) articleView(a *Article) ArticleView {
	v := ArticleView{Name: a.Name, Title: a.Title, URL: s.Link(a), Tags: append([]string{}, a.Spec.Tags...), Audience: ForColleagues, Here: a.Spec.URL == ""}
	if a.Public() {
		v.Audience = ForEverybody
	}
	return v
}

type articlesInput struct {
	Text   string `query:"q" maxLength:"300" doc:"Words that it has; the last may be the beginning of one."`
	Ticket int64  `query:"ticket" minimum:"0" doc:"Without words: those that may answer this ticket come first."`
}

// articlesShown is how many articles a list has.
const articlesShown = 100

func (s *Service) getArticles(ctx context.Context, tx db.Tx, by act.Actor, in *articlesInput) (rest.List[ArticleView], error) {
	list, err := s.ArticlesFor(ctx, tx, by, in.Text, in.Ticket)
	views := []ArticleView{}
	for _, a := range list {
		views = append(views, s.articleView(a))
	}
	return rest.NewList(views, ""), err
}

type articlePathInput struct {
	Name string `path:"name" maxLength:"100"`
}

func (s *Service) getArticle(ctx context.Context, tx db.Tx, by act.Actor, in *articlePathInput) (out ArticleFull, err error) {
	if err := by.Require("read", "blueprint"); err != nil {
		return out, err
	}
	a := s.config().Article(in.Name)
	if a == nil {
		return out, fault.Missing("article", in.Name)
	}
	out.ArticleView, out.Description = s.articleView(a), a.Description
	if out.Here {
		out.HTML, _ = mail.FromMarkdown(a.Spec.Text)
	}
	out.ArticleUse, err = s.articleUse(ctx, tx, a, by.Now().Add(-90*24*time.Hour))
	return out, err
}
