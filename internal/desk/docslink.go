package desk

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/ledger"
	"steward/internal/rest"
)

// DocsSpec is the spec of kind docs: where a company's documentation lives. A reply that links
// there is recorded as answered with it, which is how deflection by documentation is told.
type DocsSpec struct {
	URLs []string `yaml:"urls" doc:"Beginnings of its addresses, such as https://docs.company.example/." required:"true" max:"50"`
}

func lintDocs(c *blueprint.Context, d DocsSpec) {
	for i, raw := range d.URLs {
		path := fmt.Sprintf("urls[%d]", i)
		u, err := url.Parse(raw)
		switch {
		case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
			c.Error(path, "%q is no address. It takes one such as https://docs.company.example/.", raw)
		case u.RawQuery != "" || u.Fragment != "":
			c.Error(path, "An address here ends before ? and #.")
		}
	}
}

// Limits of what is recorded of one reply.
const (
	maxDocsLinks = 20
	maxDocsURL   = 1000 // bytes
)

var addresses = regexp.MustCompile(`https?://[^\s"'<>)\]]+`)

// plainLink is an address without what stands behind ? and #.
func plainLink(raw string) string {
	raw, _, _ = strings.Cut(raw, "#")
	raw, _, _ = strings.Cut(raw, "?")
	return raw
}

// docsLinks are the pages of the documentation and the articles that a message links to, each once, without what stands
// behind ? and #. home is where this instance's own articles are read.
func (cfg *Config) docsLinks(m Message, home string) (out []string) {
	if len(cfg.Docs)+len(cfg.articles.all) == 0 || !m.Public || !m.Agent {
		return nil
	}
	for _, raw := range addresses.FindAllString(html.UnescapeString(m.HTML)+" "+m.Text, 1000) {
		raw = strings.TrimRight(plainLink(raw), ".,;:!")
		ours := slices.ContainsFunc(cfg.Docs, func(at string) bool {
			return raw == strings.TrimSuffix(at, "/") || strings.HasPrefix(raw, strings.TrimSuffix(at, "/")+"/")
		})
		if (ours || cfg.articles.at(raw, home)) && len(raw) <= maxDocsURL && !slices.Contains(out, raw) && len(out) < maxDocsLinks {
			out = append(out, raw)
		}
	}
	return out
}

// docsOf takes the addresses of the documentation from a set.
func docsOf(set *blueprint.Set) (out []string) {
	for _, b := range blueprint.All[DocsSpec](set) {
		out = append(out, b.Spec.URLs...)
	}
	return out
}

// keepDocs records which pages a reply led to.
func keepDocs(ctx context.Context, tx db.Tx, c *Comment, links []string) error {
	for _, link := range links {
		if err := tx.Later(ctx, nil, `INSERT INTO reply_link (comment_id, url, ticket_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, c.ID, link, c.TicketID, db.Micros(c.At)); err != nil {
			return err
		}
	}
	return nil
}

// docsOfReplies are the pages that replies led to, by message. Events say which of them led to any.
func docsOfReplies(ctx context.Context, tx db.Tx, events []ledger.Event, comments map[int64]*Comment) (map[int64][]string, error) {
	var ids []any
	for _, e := range events {
		if c := comments[e.ID]; c != nil && e.Verb == TicketReplied && decode(e).Docs > 0 {
			ids = append(ids, c.ID)
		}
	}
	out := map[int64][]string{}
	if len(ids) == 0 {
		return out, nil
	}
	w := (&db.Where{}).In("comment_id", ids)
	rows, err := tx.Query(ctx, `SELECT comment_id, url FROM reply_link WHERE `+w.SQL()+` ORDER BY comment_id, url`, w.Args()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (url string, err error) {
		var comment int64
		err = r.Scan(&comment, &url)
		out[comment] = append(out[comment], url)
		return url, err
	})
	return out, err
}

// DocsPage is a page of the documentation and how many tickets it answered.
type DocsPage struct {
	URL     string `json:"url"`
	Tickets int64  `json:"tickets"`
	Replies int64  `json:"replies"`
}

// docsScan is how many of the newest links are counted.
const docsScan = 10_000

// DocsPages are the pages that answered most tickets since then, among the newest 10,000 links.
// Whoever may read every ticket may.
func (s *Service) DocsPages(ctx context.Context, tx db.Tx, by act.Actor, since time.Time, limit int) ([]DocsPage, error) {
	if !auth.Scope(by, "read", "ticket").All() {
		return nil, by.Denied("read", "ticket")
	}
	rows, err := tx.Query(ctx, `SELECT url, ticket_id FROM reply_link WHERE at >= $1 ORDER BY at DESC LIMIT $2`, db.Micros(since), docsScan)
	type link struct {
		url    string
		ticket int64
	}
	links, err := db.Collect(rows, err, func(r db.Scanner) (l link, err error) { return l, r.Scan(&l.url, &l.ticket) })
	if err != nil {
		return nil, err
	}
	pages, seen := map[string]*DocsPage{}, map[link]bool{}
	for _, l := range links {
		if pages[l.url] == nil {
			pages[l.url] = &DocsPage{URL: l.url}
		}
		pages[l.url].Replies++
		if !seen[l] {
			seen[l] = true
			pages[l.url].Tickets++
		}
	}
	out := []DocsPage{}
	for _, p := range pages {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b DocsPage) int { return cmp.Or(cmp.Compare(b.Tickets, a.Tickets), cmp.Compare(a.URL, b.URL)) })
	return out[:min(len(out), limit)], nil
}

type docsInput struct {
	Days int `query:"days" minimum:"1" maximum:"366" default:"30"`
}

func (s *Service) getDocsPages(ctx context.Context, tx db.Tx, by act.Actor, in *docsInput) (rest.List[DocsPage], error) {
	pages, err := s.DocsPages(ctx, tx, by, by.Now().AddDate(0, 0, -in.Days), 100)
	return rest.NewList(pages, ""), err
}
