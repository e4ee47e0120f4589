package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"steward/internal/app"
	"steward/internal/app/apptest"
	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/fault"
	"steward/internal/search"
)

const articles = `kind: article
name: reset
title: Reset your password
url: https://docs.company.example/password?lang=en#reset
tags: [login, locked]
---
kind: article
name: version
title: Find the versionnumber you use
description: Where the number of the release stands.
text: "Choose **Help**. Zanzibar."
---
kind: article
name: trace
title: Ask for a trace
audience: colleagues
text: Ask for it when a process stands still.
tags: [password]
---
kind: article
name: rechnung
title: Was eine Versionsnummer sagt
text: Sie steht auf jeder Seite.
`

func names(list []*desk.Article) (out []string) {
	for _, a := range list {
		out = append(out, a.Name)
	}
	return out
}

func TestArticlesAreFoundByTheirWords(t *testing.T) {
	each(t, func(t *testing.T, i *apptest.Instance) {
		i.Apply(articles)
		cfg := i.DeskConfig()
		public := (*desk.Article).Public
		all := func(*desk.Article) bool { return true }
		for _, c := range []struct {
			text string
			may  func(*desk.Article) bool
			want []string
		}{
			{"I cannot LOGIN, my pässword is wrong", public, []string{"reset"}},
			{"my password", all, []string{"trace", "reset"}},
			{"Where does the number stand?", public, []string{"version"}},
			{"Resetting passwords of colleagues", public, []string{"reset"}},
			{"Wo stehen alle Versionsnummern?", public, []string{"rechnung"}},
			{"Uses of it", public, nil}, // a form of a word that says nothing
			{"Zanzibar", public, nil},   // a word of the text alone says too little
			{"Where do you use it?", public, nil},
			{"", public, nil},
		} {
			if got := names(cfg.Answers(c.text, c.may, 3)); !slices.Equal(got, c.want) {
				t.Errorf("%q is answered by %v, want %v", c.text, got, c.want)
			}
		}
		for text, want := range map[string][]string{"zanz": {"version"}, "choose versionn": {"version"}, "versionn choose": {}, "chosen process": {}, "choosing zanzibar": {"version"}, "seiten versionsnummern": {"rechnung"}, "nothing": {}} {
			if got := names(cfg.FindArticles(text, 10)); len(got)+len(want) > 0 && !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", text, got, want)
			}
		}
		agent := i.Person("maria@company.example", "Maria", "agent")
		i.Settle()
		found := func(text string) (paths []string) {
			i.Read(func(ctx context.Context, tx db.Tx) error {
				a, err := i.Search.Find(ctx, tx, agent, search.Input{Text: text, Page: db.Page{Limit: 10}})
				for _, g := range a.Groups {
					for _, h := range g.Hits {
						paths = append(paths, h.Path)
					}
				}
				return err
			})
			return paths
		}
		if got := found("zanzibar"); !slices.Equal(got, []string{"/articles/version"}) {
			t.Errorf("the search finds %v", got)
		}
		if got := found("Reset your password"); !slices.Equal(got, []string{"/articles/reset"}) {
			t.Errorf("the search finds %v, which is there once and as an article", got)
		}
	})
}

func TestAReplyWithAnArticleIsAnsweredWithIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, w *desked) {
		w.Apply(articles)
		id := w.open(w.maria, desk.NewTicket{Subject: "Locked out"}).ID
		version := w.Desk.Link(w.DeskConfig().Article("version"))
		w.Write(func(ctx context.Context, tx db.Tx) error {
			m := desk.PlainMessage("See https://docs.company.example/password and " + version + ".")
			m.Agent, m.Public, m.Channel = true, true, "web"
			_, _, err := w.Desk.Reply(ctx, tx, w.maria, id, m, "")
			return err
		})
		if n := w.Count(`SELECT count(*) FROM reply_link`); n != 2 {
			t.Errorf("%d links were recorded", n)
		}
		w.Read(func(ctx context.Context, tx db.Tx) error {
			list, err := w.Desk.ArticlesFor(ctx, tx, w.maria, "", id)
			if got := names(list); err != nil || len(got) != len(w.DeskConfig().Articles()) || got[0] != "runners-wait" {
				t.Errorf("for the ticket there are %v %v", got, err)
			}
			if _, err := w.Desk.ArticlesFor(ctx, tx, w.Person("outside@acme.example", "Outside"), "", 0); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a customer lists articles: %v", err)
			}
			return nil
		})
	})
}

func TestAnArticleIsReadInOnePlace(t *testing.T) {
	docs, findings := blueprint.ParseFile("a.yaml", "kind: article\nname: empty\ntitle: Empty\n---\nkind: article\nname: both\ntitle: Both\nurl: https://a.example/\ntext: Words\ntags: [\"!\"]\n---\n"+
		"kind: macro\nname: nothing\ntitle: Nothing\n---\nkind: macro\nname: aside\ntitle: Aside\nside: { text: Hello, to: [nobody] }\n")
	_, more := blueprint.Compile(app.NewRegistry(), docs)
	all := ""
	for _, f := range append(findings, more...) {
		all += f.Message + "\n"
	}
	for _, want := range []string{"needs an address (url) or words", "read at its address or here", "A tag has letters", "a reply, something to do, or a side conversation", "nobody"} {
		if !strings.Contains(all, want) {
			t.Errorf("not found: %s in\n%s", want, all)
		}
	}
}
