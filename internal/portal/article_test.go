package portal_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"steward/internal/db"
)

const articles = `kind: article
name: printer
title: Put a fire out in a printer
url: https://docs.company.example/fire
---
kind: article
name: paper
title: Load paper
text: "Open **the tray**. <script>evil()</script>"
tags: [printer]
---
kind: article
name: inside
title: The printer in the cellar
audience: colleagues
text: It is always hot.
`

func TestTheFormOffersArticlesBeforeARequestIsSent(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply(articles)
		v.known("ann@acme.example")
		use := func(name string) (out struct{ opened, sent int64 }) {
			v.Read(func(ctx context.Context, tx db.Tx) error {
				return tx.QueryRow(ctx, `SELECT COALESCE(sum(opened), 0), COALESCE(sum(sent), 0) FROM article_day WHERE article_id = $1`, v.DeskConfig().Article(name).ID).Scan(&out.opened, &out.sent)
			})
			return out
		}
		v.open("/portal/request")
		if strings.Contains(v.page, "This may answer it") {
			t.Fatal("articles are offered before anything was typed")
		}
		v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(map[string]string{"a.log": "line"})
		v.shows("not sent yet", "Put a fire out in a printer", "Load paper", "It burns.", "a.log")
		if strings.Contains(v.page, "cellar") || len(v.tickets()) != 0 {
			t.Fatalf("a customer is offered what is for colleagues, or the request was sent: %d tickets", len(v.tickets()))
		}
		fields, at := v.fields, v.at
		v.open("/portal/articles/paper?from=request")
		v.shows("Load paper", "<strong>the tray</strong>", "Write to us")
		if strings.Contains(v.page, "<script>evil") || use("paper").opened != 1 {
			t.Errorf("the article runs scripts, or was opened %d times", use("paper").opened)
		}
		res, err := v.client.Get(v.server.URL + "/portal/articles/printer?from=request")
		if err != nil || res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "https://docs.company.example/fire" || use("printer").opened != 1 {
			t.Errorf("an article elsewhere: %v %v", err, res)
		}
		for _, path := range []string{"inside", "nothing"} {
			if v.open("/portal/articles/" + path); v.status != http.StatusNotFound || strings.Contains(v.page, "always hot") {
				t.Errorf("%s answers %d", path, v.status)
			}
		}
		v.fields, v.at = fields, at
		v.send(nil)
		v.shows("Your request has number")
		if len(v.tickets()) != 1 || use("paper").sent != 1 || use("printer").sent != 1 || use("inside").sent != 0 {
			t.Errorf("%d tickets, %+v %+v", len(v.tickets()), use("paper"), use("printer"))
		}
	})
}

func TestTheScriptAsksForArticlesWhileSomebodyTypes(t *testing.T) {
	each(t, func(t *testing.T, v *visitor) {
		v.Apply(articles)
		v.open("/portal/request")
		at := v.at
		ask := func(in url.Values) {
			res, err := v.client.PostForm(v.server.URL+at+"&articles=1", in)
			if err != nil {
				t.Fatal(err)
			}
			v.show(res, at)
		}
		ask(url.Values{"subject": {"Printer"}, "seen": {"inside", "nothing"}})
		v.shows("Put a fire out", `name="seen" value="printer"`)
		if strings.Contains(v.page, "<form") || strings.Contains(v.page, `"nothing"`) || strings.Contains(v.page, `"inside"`) {
			t.Errorf("more than the articles came:\n%s", v.page)
		}
		ask(url.Values{"subject": {"Printer"}, "text": {strings.Repeat("word ", 10_000)}})
		v.shows("Put a fire out")
		if ask(url.Values{"subject": {"Coffee"}}); strings.Contains(v.page, "This may answer it") {
			t.Error("coffee is answered")
		}
		if ids := v.tickets(); len(ids) != 0 {
			t.Errorf("looking opened %d tickets", len(ids))
		}
	})
}
