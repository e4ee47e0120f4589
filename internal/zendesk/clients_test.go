package zendesk_test

import (
	"bufio"
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"steward/internal/app/apptest"
)

// scripts call the npm clients' methods; each gets an instance of its own.
var scripts = []string{"groups.mjs", "fields.mjs", "users.mjs", "organizations.mjs", "tickets.mjs", "uploads.mjs", "requests.mjs", "rules.mjs", "webhooks.mjs", "more.mjs", "suspended.mjs", "rest.mjs"}

// methodsTried are the methods that did what a script asked of them.
var methodsTried = map[string]bool{}

// TestOthersClients runs every method of the unmodified npm clients that there is something for here. Those that
// are not tried stand in docs/zendesk-clients.md with the reason; a method in neither place fails, as does one in both.
func TestOthersClients(t *testing.T) {
	excused := notTried(t)
	for _, s := range scripts {
		t.Run(s, func(t *testing.T) {
			each(t, func(_ *testing.T, w *world) {
				if s == "suspended.mjs" {
					w.suspend(7)
				}
				w.node(s)
			})
		})
	}
	if t.Failed() {
		return
	}
	all := map[string]bool{}
	lines(methodsOfClients(t), all)
	counts := map[string][2]int{}
	for _, m := range slices.Sorted(maps.Keys(all)) {
		client, _, _ := strings.Cut(m, ".")
		n := counts[client]
		n[1]++
		why := excused[m]
		for of, reason := range excused {
			if resource, ok := strings.CutSuffix(of, ".*"); ok && strings.HasPrefix(m, resource+".") {
				why = reason
			}
		}
		switch {
		case methodsTried[m] && why != "":
			t.Errorf("%s is tried; docs/zendesk-clients.md says that it is not", m)
		case methodsTried[m]:
			n[0]++
		case why == "":
			t.Errorf("%s is neither tried nor named in docs/zendesk-clients.md", m)
		}
		counts[client] = n
	}
	for client, n := range counts {
		t.Logf("%s: %d of %d methods tried on both engines", client, n[0], n[1])
	}
}

// notTried reads which methods are not tried, and why: the table of docs/zendesk-clients.md.
func notTried(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/zendesk-clients.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, line := range strings.Split(string(page), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 4 || !strings.Contains(cells[1], "`") {
			continue
		}
		for _, name := range strings.Split(cells[1], ",") {
			out[strings.Trim(name, " `")] = strings.TrimSpace(cells[2])
		}
	}
	return out
}

// methodsOfClients is the name of every method that the clients have, one a line.
func methodsOfClients(t *testing.T) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "methods.mjs"), "http://127.0.0.1:1", apptest.Admin, "none").Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lines puts the lines of a text into a set.
func lines(text []byte, set map[string]bool) {
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		set[s.Text()] = true
	}
}
