package portal_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"steward/internal/app/apptest"
	"steward/internal/db"
)

// asking is a browser that asks for a language and keeps no cookie but the one it is given.
type asking struct{ accept, cookie string }

func (a *asking) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Accept-Language", a.accept)
	if a.cookie != "" {
		r.Header.Set("Cookie", "steward_language="+a.cookie)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func reader(t *testing.T) (*visitor, *asking) {
	i, browser := apptest.New(t, apptest.Options(t, db.SQLite)), &asking{}
	return &visitor{Instance: i, server: i.Serve(), client: &http.Client{Transport: browser, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, browser
}

func TestPublicPagesSpeakTheVisitorsLanguage(t *testing.T) {
	v, browser := reader(t)
	v.known("ann@acme.example")
	browser.accept = "de-AT,de;q=0.9,en;q=0.5"
	v.open("/portal/request")
	v.shows(`<html lang="de" dir="ltr">`, "Anfrage senden", "Ihr Name", "Was ist passiert?")
	v.fill(map[string]string{"email": "nobody"}).send(nil)
	v.shows("Geben Sie eine E-Mail-Adresse ein", "Sagen Sie in wenigen Worten")
	v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(map[string]string{"a.log": "line"})
	v.shows("Ihre Anfrage hat die Nummer", "Sie hören von uns bis", "ann@acme.example")
	link := v.link("requests")
	v.open(link)
	v.shows("Eingegangen", "Ihre Antwort", "4 bytes")
	if month := regexp.MustCompile(`\d+\. (Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember) \d{4}, \d\d:\d\d`); !month.MatchString(v.page) {
		t.Errorf("no date is written in German:\n%s", v.page)
	}
	v.open("/portal/survey/none")
	v.shows("Hier ist nichts", "Der Link ist vielleicht unvollständig")
	browser.accept = "tr"
	v.open("/portal/request")
	v.shows(`<html lang="en" dir="ltr">`, "Send request")
}

func TestAChosenLanguageIsKept(t *testing.T) {
	v, browser := reader(t)
	browser.accept = "en"
	res, err := v.client.Get(v.server.URL + "/portal/request?lang=de&portal=x")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != "/portal/request?portal=x" {
		t.Errorf("%d to %s", res.StatusCode, got)
	}
	cookie := res.Header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "steward_language=de;") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "Path=/portal/") {
		t.Errorf("kept as %s", cookie)
	}
	browser.cookie = "de"
	v.open("/portal/request")
	v.shows("Anfrage senden", `<b lang="de" aria-current="true">Deutsch</b>`)
	browser.cookie = "en-XB"
	v.open("/portal/request")
	v.shows(`<html lang="en" dir="rtl">`)
	browser.cookie = "xx"
	v.open("/portal/request")
	v.shows("Send request")
	res, err = v.client.Get(v.server.URL + "/portal/request?lang=xx")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Set-Cookie") != "" {
		t.Errorf("a language nobody offers is kept: %v", res.Header)
	}
}

// visible are the texts of a page that people read or hear.
func visible(t *testing.T, page string) (out []string) {
	t.Helper()
	doc, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false)) // what stands for scripts is read too
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" {
			out = append(out, strings.TrimSpace(n.Data))
		}
		for _, a := range n.Attr {
			if slices.Contains([]string{"aria-label", "placeholder", "title", "alt"}, a.Key) {
				out = append(out, a.Val)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return out
}

func TestNoTextOfAPublicPageIsOutsideOfTheCatalogue(t *testing.T) {
	v, browser := reader(t)
	v.known("ann@acme.example")
	pages := []string{"/portal/request", "/portal/contacts", "/portal/programs", "/portal/nothing", "/portal/survey/none", "/portal/upload/none"}
	v.open("/portal/request")
	v.fill(order).fill(map[string]string{"f.severity": "s4"}).send(map[string]string{"a.log": "line"})
	pages = append(pages, v.at, v.link("requests"))
	own := regexp.MustCompile(`[a-zA-Z]{2}`)
	for _, path := range pages {
		browser.cookie = "en"
		v.open(path)
		english := visible(t, v.page)
		browser.cookie = "en-XA"
		v.open(path)
		for _, text := range visible(t, v.page) {
			if own.MatchString(text) && slices.Contains(english, text) && !ours(text) {
				t.Errorf("%s: %q did not go through the catalogue", path, text)
			}
		}
	}
}

// ours are texts that are nobody's to translate: names, and what the configuration says.
func ours(text string) bool {
	return slices.ContainsFunc([]string{"Ann", "@", "The printer", "It burns.", "a.log", "English", "Deutsch", "Longer, accented", "Right to left", " kB", " bytes", " MB",
		"Severity", "Support", "Request", "Tell us what", "Production is", "Something important", "Something is wrong", "A question", "Licence id", "which licence", "rogram", "For projects", "For those", "For young"},
		func(known string) bool { return strings.Contains(text, known) })
}
