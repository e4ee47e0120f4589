package help_test

import (
	"regexp"
	"strings"
	"testing"

	"steward/internal/help"
)

func TestEveryPageReadsAsOne(t *testing.T) {
	anchors := map[string]bool{}
	for _, p := range help.Pages() {
		if p.Title == p.Name || p.Summary == "" || p.HTML == "" {
			t.Errorf("%s is titled %q, about %q", p.Name, p.Title, p.Summary)
		}
		for _, s := range p.Sections {
			anchors["/help/"+p.Name+"#"+s.Anchor] = true
		}
	}
	link := regexp.MustCompile(`href="([^"]*)"`)
	for _, p := range help.Pages() {
		for _, m := range link.FindAllStringSubmatch(p.HTML, -1) {
			to := m[1]
			if strings.HasPrefix(to, "#") {
				to = "/help/" + p.Name + to
			}
			if strings.HasPrefix(to, "/help/") && !strings.Contains(to, "#") {
				to += "#"
			}
			if strings.HasPrefix(to, "/") && !anchors[to] {
				t.Errorf("%s leads to %s, which is nowhere", p.Name, m[1])
			}
		}
		if strings.Contains(p.HTML, ".md</a>") || strings.Contains(p.Summary, ".md") {
			t.Errorf("%s calls a page by its file", p.Name)
		}
		if strings.Contains(p.HTML, "<script") {
			t.Errorf("%s holds a script", p.Name)
		}
	}
}

func TestPagesStandTogetherByWhomTheyAreFor(t *testing.T) {
	pages, seen := help.Pages(), map[string]bool{}
	if pages[0].Name != "workspace" || pages[1].Name != "tickets" {
		t.Errorf("%s and %s come first", pages[0].Title, pages[1].Title)
	}
	for i, p := range pages {
		if p.Shelf == "" {
			t.Errorf("nobody says whom %s is for: name it in order.go", p.Name)
		}
		if i > 0 && p.Shelf != pages[i-1].Shelf && seen[p.Shelf] {
			t.Errorf("%s stands apart from the others for %q", p.Name, p.Shelf)
		}
		seen[p.Shelf] = true
	}
}

func TestHelpIsFoundByWhatPeopleType(t *testing.T) {
	for typed, want := range map[string]string{
		"snooze":                      "workspace",
		"how do I merge two people?":  "directory",
		"SLA calendar":                "service-levels",
		"webhook signature":           "api",
		"how can I take back a reply": "people-on-tickets",
		"save a view":                 "workspace",
		"restore a backup":            "operating",
		"keyboard":                    "workspace",
		"trigger":                     "rules",
	} {
		found, pages := help.Find(typed, 6), []string{}
		ok := false
		for _, h := range found {
			pages = append(pages, h.Page.Name+"#"+h.Section.Anchor)
			ok = ok || h.Page.Name == want
		}
		if !ok {
			t.Errorf("%q finds %v, not %s", typed, pages, want)
		}
	}
	if found := help.Find("zzyzx", 5); len(found) > 0 {
		t.Errorf("nonsense finds %s", found[0].Section.Title)
	}
	if found := help.Find("the", 5); len(found) == 0 {
		t.Error("a little word alone is left out")
	}
}
