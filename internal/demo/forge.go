package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// forge answers for the site at which the demo's applicants have their projects, so that making a demo asks nobody: a
// group's name says how many projects it has and what is wrong with them.
type forge struct{}

// licenceText is the BSD Zero Clause licence.
const licenceText = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`

// parts are the names of projects in a group.
var parts = []string{"core", "docs", "website", "charts", "cli", "plugins"}

// RoundTrip implements http.RoundTripper with the few answers of GitLab's API that are asked for.
func (forge) RoundTrip(r *http.Request) (*http.Response, error) {
	path := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/api/v4/"), "/")
	body := ""
	switch {
	case len(path) == 3 && path[0] == "groups" && path[2] == "projects":
		var list []map[string]any
		for i := range 2 + len(path[1])%4 {
			list = append(list, projectOf(path[1], i))
		}
		text, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		body = string(text)
	case len(path) == 6 && path[0] == "projects" && path[5] == "raw":
		body = licenceText
	case len(path) == 2 && path[0] == "projects":
		body = `{"id": ` + path[1] + `, "visibility": "public"}` // without a licence file
	}
	res := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
	if body == "" {
		res.StatusCode = http.StatusNotFound
	}
	return res, nil
}

// projectOf is a project of a group. A group whose name ends in "lab" keeps two to itself, and one that ends in "works" has
// not said under which licence its website is.
func projectOf(group string, i int) map[string]any {
	out := map[string]any{"id": 100 + i, "path_with_namespace": group + "/" + parts[i], "web_url": "https://gitlab.com/" + group + "/" + parts[i], "visibility": "public",
		"license_url": fmt.Sprintf("https://gitlab.com/%s/%s/-/blob/main/LICENSE", group, parts[i])}
	if strings.HasSuffix(group, "lab") && i < 2 {
		out["visibility"] = "private"
	}
	if strings.HasSuffix(group, "works") && i == 1 {
		delete(out, "license_url")
		out["id"] = 900
	}
	return out
}
