package program

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"steward/internal/fault"
	"steward/internal/mail"
)

// maxAnswer is how many bytes of a forge's answer are read.
const maxAnswer = 8 << 20

// newForge speaks with a site.
func newForge(s *Service, h Host) forge {
	api := strings.TrimSuffix(h.API, "/")
	if h.Software == "github" {
		if api == "" {
			if api = "https://" + h.Host + "/api/v3"; h.Host == "github.com" {
				api = "https://api.github.com"
			}
		}
		return github{asker{s.Client, api, h.Token, "Authorization", "Bearer "}}
	}
	if api == "" {
		api = "https://" + h.Host + "/api/v4"
	}
	return gitlab{asker{s.Client, api, h.Token, "Private-Token", ""}}
}

// asker asks an API for JSON.
type asker struct {
	client         *http.Client
	api            string
	token          string // a reference
	header, prefix string
}

// get asks for a path; found is false when there is no such thing. more is whether there is a further page.
func (a asker) get(ctx context.Context, path string, query url.Values, into any) (found, more bool, err error) {
	body, found, more, err := a.raw(ctx, path, query)
	if err != nil || !found {
		return found, more, err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return false, false, fault.New(fault.Unavailable, "%s gave an answer that cannot be read.", a.api)
	}
	return true, more, nil
}

func (a asker) raw(ctx context.Context, path string, query url.Values) (body []byte, found, more bool, err error) {
	address := a.api + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, false, false, err
	}
	req.Header.Set("User-Agent", "Steward/1")
	if a.token != "" {
		token, err := mail.ReadSecret(a.token)
		if err != nil {
			return nil, false, false, err
		}
		req.Header.Set(a.header, a.prefix+strings.TrimSpace(token))
	}
	res, err := a.client.Do(req)
	if err != nil {
		return nil, false, false, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, false, false, err
	case len(body) > maxAnswer:
		return nil, false, false, fault.New(fault.Unavailable, "%s gave an answer of more than %d MB.", a.api, maxAnswer>>20)
	case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
		return nil, false, false, nil
	case res.StatusCode != http.StatusOK:
		return nil, false, false, fault.New(fault.Unavailable, "%s answered with status %d.", a.api, res.StatusCode)
	}
	return body, true, strings.Contains(res.Header.Get("Link"), `rel="next"`) || res.Header.Get("X-Next-Page") != "", nil
}

// gitlab is the REST API of GitLab, version 4.
type gitlab struct{ asker }

type gitlabProject struct {
	ID         int64  `json:"id"`
	Path       string `json:"path_with_namespace"`
	URL        string `json:"web_url"`
	Visibility string `json:"visibility"` // private, internal, public; missing in lists for nobody, where all are public
	LicenceURL string `json:"license_url"`
}

func (p gitlabProject) project() project {
	return project{name: p.Path, url: p.URL, public: p.Visibility == "public" || p.Visibility == "", id: strconv.FormatInt(p.ID, 10), file: path.Base(p.LicenceURL)}
}

func (g gitlab) projects(ctx context.Context, of string, most int) (list []project, found bool, err error) {
	var one gitlabProject
	if strings.Contains(of, "/") {
		if found, _, err = g.get(ctx, "/projects/"+url.PathEscape(of), url.Values{"license": {"true"}}, &one); err != nil || found {
			return []project{one.project()}, found, err
		}
	}
	for _, kind := range []string{"groups", "users"} {
		query := url.Values{"per_page": {"100"}, "include_subgroups": {"true"}}
		for page := 1; ; page++ {
			query.Set("page", strconv.Itoa(page))
			var some []gitlabProject
			there, more, err := g.get(ctx, "/"+kind+"/"+url.PathEscape(of)+"/projects", query, &some)
			if err != nil {
				return nil, false, err
			}
			found = found || there
			for _, p := range some {
				list = append(list, p.project())
			}
			if !more || len(list) > most {
				break
			}
		}
		if found {
			return list, true, nil
		}
	}
	return nil, false, nil
}

// licence reads the file that GitLab takes for the licence, or the one that is usual.
func (g gitlab) licence(ctx context.Context, p project) (string, error) {
	if p.file == "" || p.file == "." {
		var one gitlabProject
		if _, _, err := g.get(ctx, "/projects/"+p.id, url.Values{"license": {"true"}}, &one); err != nil {
			return "", err
		}
		p = one.project()
	}
	if p.file == "" || p.file == "." {
		return "", nil
	}
	body, _, _, err := g.raw(ctx, "/projects/"+p.id+"/repository/files/"+url.PathEscape(p.file)+"/raw", url.Values{"ref": {"HEAD"}})
	return string(body), err
}

// github is the REST API of GitHub.
type github struct{ asker }

type githubProject struct {
	Name    string `json:"full_name"`
	URL     string `json:"html_url"`
	Private bool   `json:"private"`
}

func (p githubProject) project() project {
	return project{name: p.Name, url: p.URL, public: !p.Private, id: p.Name}
}

func (g github) projects(ctx context.Context, of string, most int) (list []project, found bool, err error) {
	if owner, name, one := strings.Cut(of, "/"); one {
		var p githubProject
		found, _, err = g.get(ctx, "/repos/"+url.PathEscape(owner)+"/"+url.PathEscape(name), nil, &p)
		return []project{p.project()}, found, err
	}
	for _, kind := range []string{"orgs", "users"} {
		for page := 1; ; page++ {
			var some []githubProject
			there, more, err := g.get(ctx, "/"+kind+"/"+url.PathEscape(of)+"/repos", url.Values{"per_page": {"100"}, "page": {strconv.Itoa(page)}}, &some)
			if err != nil {
				return nil, false, err
			}
			found = found || there
			for _, p := range some {
				list = append(list, p.project())
			}
			if !more || len(list) > most {
				break
			}
		}
		if found {
			return list, true, nil
		}
	}
	return nil, false, nil
}

func (g github) licence(ctx context.Context, p project) (string, error) {
	owner, name, _ := strings.Cut(p.id, "/")
	var file struct {
		Content  string `json:"content"`
		Encoding string `json:"encoding"`
	}
	found, _, err := g.get(ctx, "/repos/"+url.PathEscape(owner)+"/"+url.PathEscape(name)+"/license", nil, &file)
	if err != nil || !found {
		return "", err
	}
	text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(file.Content, "\n", ""))
	if err != nil {
		return "", fmt.Errorf("the licence of %s cannot be read: %w", p.name, err)
	}
	return string(text), nil
}
