package desk

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/field"
	"steward/internal/tracker"
)

// IssueTemplateSpec is the spec of kind issue-template: how a ticket becomes an issue without telling
// whose it is.
type IssueTemplateSpec struct {
	Tracker      string     `yaml:"tracker" doc:"Where the issue is created." ref:"tracker" required:"true"`
	Project      string     `yaml:"project" doc:"In which project or repository: group/project." required:"true" max:"300"`
	Labels       []string   `yaml:"labels" doc:"Labels it gets." max:"20"`
	Confidential bool       `yaml:"confidential" doc:"It is confidential (GitLab only)."`
	Waiting      bool       `yaml:"waiting" doc:"The ticket waits for it, unless the agent says otherwise."`
	Attributes   []string   `yaml:"attributes" doc:"The attributes of the ticket that {{attributes.NAME}} may tell, such as product_version. List none that says who the customer is." max:"20"`
	Asks         []IssueAsk `yaml:"asks" doc:"What the agent writes, for {{ask.NAME}}." max:"20"`
	Title        string     `yaml:"title_text" doc:"Title of the issue: text with {{priority}}, {{type}}, {{attributes.NAME}} and {{ask.NAME}}." required:"true" max:"255"`
	Body         string     `yaml:"body" doc:"Text of the issue in Markdown, with the same." required:"true" max:"20000" format:"markdown"`
}

// IssueAsk is one thing the agent writes.
type IssueAsk struct {
	Name     string `yaml:"name" doc:"Name in {{ask.NAME}}: small letters, digits and _." required:"true" max:"50"`
	Title    string `yaml:"title" doc:"What the agent is asked." required:"true" max:"200"`
	Long     bool   `yaml:"long" doc:"It takes several lines."`
	Required bool   `yaml:"required" doc:"It must be filled."`
}

// issueConfig is what the configuration says about issues.
type issueConfig struct {
	IssueTemplates []*IssueTemplate // by title
}

// IssueTemplate is a template in force.
type IssueTemplate struct {
	Named
	Spec IssueTemplateSpec
}

func registerIssueTemplate(reg *blueprint.Registry) {
	blueprint.Register(reg, blueprint.Kind[IssueTemplateSpec]{Name: "issue-template", Title: "Issue template",
		Summary: "How an agent makes a bug report or feature request of a ticket. Only values listed here get into it; who the customer is does not.",
		Example: "kind: issue-template\nname: bug\ntitle: Bug report\ntracker: gitlab\nproject: product/app\nlabels: [type::bug]\nwaiting: true\nasks:\n  - { name: summary, title: What is wrong, required: true }\n  - { name: steps, title: Steps to reproduce, long: true }\ntitle_text: '{{ask.summary}}'\nbody: |\n  Priority of the ticket: {{priority}}\n\n  ## Steps\n  {{ask.steps}}\n",
		Lint:    lintIssueTemplate})
}

var (
	placeholder = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}`)
	askName     = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func lintIssueTemplate(c *blueprint.Context, t IssueTemplateSpec) {
	asks := map[string]bool{}
	for i, a := range t.Asks {
		switch at := fmt.Sprintf("asks[%d].name", i); {
		case !askName.MatchString(a.Name):
			c.Error(at, "%q is no name. Write small letters, digits and _.", a.Name)
		case asks[a.Name]:
			c.Error(at, "%s is asked twice.", a.Name)
		}
		asks[a.Name] = true
	}
	fields := field.FromSet(c.Set)
	for i, name := range t.Attributes {
		if f := fields.Named("ticket", name); f == nil {
			c.Error(fmt.Sprintf("attributes[%d]", i), "Tickets have no attribute %q.", name)
		} else if f.Type == "lookup" {
			c.Error(fmt.Sprintf("attributes[%d]", i), "The attribute %s points to a record of a customer; it cannot be told.", name)
		}
	}
	used := map[string]bool{}
	for path, text := range map[string]string{"title_text": t.Title, "body": t.Body} {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
			kind, name, _ := strings.Cut(m[1], ".")
			switch {
			case m[1] == "priority", m[1] == "type", kind == "ask" && asks[name], kind == "attributes" && slices.Contains(t.Attributes, name):
			case kind == "attributes":
				c.Error(path, "{{%s}} is not among the attributes that may be told. Add %s to attributes.", m[1], name)
			default:
				c.Error(path, "{{%s}} stands for nothing here. Take {{priority}}, {{type}}, {{attributes.NAME}} or {{ask.NAME}}.", m[1])
			}
		}
	}
	for i, a := range t.Asks {
		if !used["ask."+a.Name] {
			c.Warn(fmt.Sprintf("asks[%d]", i), "What is asked as %s goes nowhere. Write {{ask.%s}} into the body.", a.Name, a.Name)
		}
	}
	if w, ok := blueprint.Get[tracker.Tracker](c.Set, t.Tracker); ok {
		if !(tracker.InForce{Spec: w}).Covers(t.Project) {
			c.Error("project", "The tracker %s does not name the project %s.", t.Tracker, t.Project)
		}
		if t.Confidential && w.Software == tracker.GitHub {
			c.Error("confidential", "GitHub has no confidential issues.")
		}
	}
}

func issueTemplates(set *blueprint.Set) (out []*IssueTemplate) {
	for _, b := range blueprint.All[IssueTemplateSpec](set) {
		out = append(out, &IssueTemplate{named(b.Entry), b.Spec})
	}
	slices.SortStableFunc(out, func(a, b *IssueTemplate) int {
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// IssueTemplate returns a template by name; nil when there is none.
func (cfg *Config) IssueTemplate(name string) *IssueTemplate {
	for _, t := range cfg.IssueTemplates {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// fill writes a template's texts for a ticket.
func (t *IssueTemplate) fill(cfg *Config, ticket *Ticket, answers map[string]string) (title, body string) {
	attributes := cfg.Fields.Show("ticket", ticket.Attributes, true)
	value := func(m string) string {
		name := placeholder.FindStringSubmatch(m)[1]
		kind, key, _ := strings.Cut(name, ".")
		switch {
		case name == "priority":
			return string(ticket.Priority)
		case name == "type":
			return string(ticket.Type)
		case kind == "ask":
			return strings.TrimSpace(answers[key])
		case kind == "attributes" && slices.Contains(t.Spec.Attributes, key):
			if f := cfg.Fields.Named("ticket", key); f != nil && attributes[key] != nil {
				return f.Words(attributes[key])
			}
		}
		return ""
	}
	title = placeholder.ReplaceAllStringFunc(t.Spec.Title, value)
	return strings.Join(strings.Fields(title), " "), strings.TrimSpace(placeholder.ReplaceAllStringFunc(t.Spec.Body, value))
}
