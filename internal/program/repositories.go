package program

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// maxProjects is how many projects of a group are looked at; a larger one is for a colleague.
const maxProjects = 200

// repositories pass a group or project of which every project has a licence that the Open Source Initiative approved.
type repositories struct{}

// project is a project of a group, as far as licences are concerned.
type project struct {
	name    string // with its group
	url     string
	public  bool
	id      string // for asking on
	licence string // text of its licence file, "" for none
	file    string // name of the licence file, where the list says it
}

// forge is a site with repositories. A group that is not there is no error: found is false.
type forge interface {
	// projects lists the projects of a group, user or project, at most most and one more.
	projects(ctx context.Context, path string, most int) (list []project, found bool, err error)
	// licence reads the text of a project's licence file; "" when it has none.
	licence(ctx context.Context, p project) (text string, err error)
}

// usual are the sites that are asked when a program names none.
var usual = []Host{{Host: "gitlab.com", Software: "gitlab"}, {Host: "github.com", Software: "github"}}

// Look implements Adapter.
func (repositories) Look(ctx context.Context, s *Service, c Case) (Finding, error) {
	hosts := c.Check.Hosts
	if len(hosts) == 0 {
		hosts = usual
	}
	var names []string
	for _, h := range hosts {
		names = append(names, h.Host)
	}
	text := strings.TrimSpace(c.Answer())
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	at := -1
	if err == nil {
		at = slices.IndexFunc(hosts, func(h Host) bool { return strings.EqualFold(h.Host, u.Host) })
	}
	path := ""
	if err == nil {
		path = strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	}
	if at < 0 || path == "" || strings.Contains(path, "..") {
		return Finding{State: Failed, Say: "Give the address of a group or project at " + strings.Join(names, " or ") + "; nothing else can be checked automatically."}, nil
	}
	if s.Sandbox {
		return Finding{State: Unclear, Say: "A colleague looks at it."}, nil
	}
	f := newForge(s, hosts[at])
	list, found, err := f.projects(ctx, path, maxProjects)
	if err != nil {
		return Finding{}, err
	}
	if !found {
		return Finding{State: Failed, Say: fmt.Sprintf("There is nothing to see at %s/%s. It may be private or written differently.", hosts[at].Host, path)}, nil
	}
	if len(list) > maxProjects {
		return Finding{State: Unclear, Say: fmt.Sprintf("It has more than %d projects, so a colleague looks at it.", maxProjects), Evidence: Evidence{Figures: map[string]any{"projects": len(list)}}}, nil
	}
	for i, p := range list {
		if p.public {
			if list[i].licence, err = f.licence(ctx, p); err != nil {
				return Finding{}, err
			}
		}
	}
	private := 0
	if c.Check.Private != nil {
		private = *c.Check.Private
	}
	return licensed(list, private), nil
}

// licensed judges projects by the texts of their licences. It is pure.
func licensed(list []project, private int) Finding {
	var without []string
	public, hidden := 0, 0
	out := Finding{}
	for _, p := range list {
		if !p.public {
			hidden++
			out.Evidence.Seen = append(out.Evidence.Seen, Seen{What: p.name + ": not public", Good: hidden <= private, URL: p.url})
			continue
		}
		public++
		id, approved := recognise(p.licence)
		seen := Seen{What: p.name + ": " + id, Good: approved, URL: p.url}
		if id == "" {
			seen.What = p.name + ": no licence is recognised"
			if p.licence == "" {
				seen.What = p.name + ": no licence file"
			}
		}
		if !approved {
			without = append(without, p.name)
		}
		out.Evidence.Seen = append(out.Evidence.Seen, seen)
	}
	out.Evidence.Figures = map[string]any{"projects": len(list), "public": public, "private": hidden, "without": len(without)}
	switch {
	case public == 0:
		out.State, out.Say = Failed, "There is no public project."
	case len(without) > 0:
		more := ""
		if len(without) > 5 {
			more = fmt.Sprintf(" and %d more", len(without)-5)
			without = without[:5]
		}
		out.State, out.Say = Failed, "Every project needs a licence that the Open Source Initiative approved, in a file named LICENSE. These have none that we recognise: "+strings.Join(without, ", ")+more+". Add one and try again."
	case hidden > private:
		out.State, out.Say = Failed, fmt.Sprintf("%d projects are not public; at most %d may be.", hidden, private)
	default:
		out.State, out.Say = Passed, fmt.Sprintf("All %d public projects have a licence that the Open Source Initiative approved.", public)
		if public == 1 {
			out.Say = "The project has a licence that the Open Source Initiative approved."
		}
	}
	return out
}
