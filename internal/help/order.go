package help

import "slices"

// shelves are for whose work pages are: what everybody needs each day comes first, what few look up last.
//
//lang:texts
var shelves = []string{"Every day", "Customers", "How the desk works", "Figures", "Setting up and running", "For developers"}

// standing are the pages of each shelf, the first needed first.
var standing = [][]string{
	{"workspace", "tickets", "work", "people-on-tickets", "search", "files", "reviews", "strace"},
	{"directory", "entitlement", "success", "health", "programs", "portal"},
	{"service-levels", "rules", "routing", "fields", "mail", "engineering", "playbooks", "pipelines"},
	{"dashboards", "insight", "measures"},
	{"first-run", "configuration-changes", "configuration", "operating", "languages", "benchmarks"},
	{"api", "zendesk-api", "zendesk-clients", "zendesk-endpoints"},
}

// place is where a page stands: which shelf, and the place on it. One that none names comes last.
func place(name string) (shelf, at int) {
	for i, pages := range standing {
		if at := slices.Index(pages, name); at >= 0 {
			return i, at
		}
	}
	return len(standing), 0
}

// shelved is the title of a page's shelf; "" for none.
func shelved(name string) string {
	if i, _ := place(name); i < len(shelves) {
		return shelves[i]
	}
	return ""
}
