package help

import "slices"

// shelf is the pages for somebody's work, the first needed first.
type shelf struct {
	title string
	pages []string
}

// shelves are the order in which pages are listed: what everybody needs each day comes first, what few look up last.
//
//lang:texts
var shelves = []shelf{
	{title: "Every day", pages: []string{"workspace", "tickets", "work", "people-on-tickets", "search", "files", "reviews", "strace"}},
	{title: "Customers", pages: []string{"directory", "entitlement", "success", "health", "programs", "portal"}},
	{title: "How the desk works", pages: []string{"service-levels", "rules", "routing", "fields", "mail", "engineering", "playbooks", "pipelines"}},
	{title: "Figures", pages: []string{"dashboards", "insight", "measures"}},
	{title: "Setting up and running", pages: []string{"first-run", "configuration-changes", "configuration", "operating", "languages", "benchmarks"}},
	{title: "For developers", pages: []string{"api", "zendesk-api", "zendesk-clients", "zendesk-endpoints"}},
}

// place is where a page stands: which shelf, and the place on it. One that none names comes last.
func place(name string) (shelf, at int) {
	for i, s := range shelves {
		if at := slices.Index(s.pages, name); at >= 0 {
			return i, at
		}
	}
	return len(shelves), 0
}

// shelved is the title of a page's shelf; "" for none.
func shelved(name string) string {
	if i, _ := place(name); i < len(shelves) {
		return shelves[i].title
	}
	return ""
}
