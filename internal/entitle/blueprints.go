package entitle

import (
	"fmt"
	"regexp"
	"strings"

	"steward/internal/blueprint"
	"steward/internal/directory"
	"steward/internal/field"
	"steward/internal/rule"
)

// Spec is the spec of kind entitlement: what those have bought for whom its condition holds.
type Spec struct {
	Order       int                `yaml:"order" doc:"Place among the entitlements: the first whose condition holds decides, so what is worth most comes first."`
	Match       string             `yaml:"match" doc:"Who has it; everybody when empty." format:"cel:entitlement"`
	Term        *Term              `yaml:"term" doc:"It is given to an organization by hand and ends by itself; the condition must hold as well."`
	Support     bool               `yaml:"support" doc:"Whether its people are helped. Others get an answer."`
	Contacts    *Contacts          `yaml:"contacts" doc:"Who of an organization may write."`
	Forms       []string           `yaml:"forms" doc:"Forms it may use; every one when empty." ref:"form"`
	Expires     string             `yaml:"expires" doc:"Name of the organization's attribute (a date) that holds its last day, in UTC; it never ends when empty or not filled."`
	Grace       blueprint.Duration `yaml:"grace" doc:"How long after the last day it goes on."`
	WhenRefused string             `yaml:"when_refused" doc:"What becomes of a request that is refused. triage (the default): a ticket without clocks that somebody looks at. answer: an answer alone; mail is kept for review." enum:"triage,answer"`
	OpenTickets string             `yaml:"open_tickets" doc:"What becomes of open tickets that had it when their people may no longer ask for help. triage (the default): they stop, their clocks stand still, and somebody looks at them. answer: the same, and the requester is told. keep: they are worked on to the end as promised, but for a hold." enum:"triage,answer,keep"`
	Answer      string             `yaml:"answer" doc:"What a refused person is told. {{requester}}, {{subject}}, {{ticket}}, {{reason}} and {{advice}} stand for values." ref:"template"`
	Priority    string             `yaml:"triage_priority" doc:"Priority of a refused ticket; low when empty." enum:"low,normal,high,urgent"`
	Tag         string             `yaml:"triage_tag" doc:"Tag of a refused ticket; needs_org when empty." max:"60"`
	Advice      string             `yaml:"advice" doc:"What a refused person can do, in a sentence or two; a general one for each reason when empty." max:"1000"`
	Proof       *Proof             `yaml:"proof" doc:"What proves a purchase of somebody who belongs to no organization yet."`
}

// Term bounds an entitlement that is given by hand.
type Term struct {
	AtOnce     int                `yaml:"at_once" doc:"How many organizations may have it at the same time." min:"1" max:"100000" required:"true"`
	Lasts      blueprint.Duration `yaml:"lasts" doc:"How long it lasts, and how much longer each extension makes it." min:"1h" required:"true"`
	Extensions int                `yaml:"extensions" doc:"How often it may be extended." min:"0" max:"100"`
}

// Contacts says who of an organization may write.
type Contacts struct {
	Cap        int    `yaml:"cap" doc:"How many contacts an organization may list." min:"1" max:"1000" required:"true"`
	ListedOnly bool   `yaml:"listed_only" doc:"Only listed contacts may write, once an organization lists any."`
	RaisedCap  int    `yaml:"raised_cap" doc:"How many it may list while raised_when holds." min:"1" max:"1000"`
	RaisedWhen string `yaml:"raised_when" doc:"When the raised cap holds." format:"cel:entitlement"`
	Editors    int    `yaml:"editors" doc:"How many contacts may change the list themselves; 5 when empty." min:"1" max:"100"`
}

// Proof says what counts as proof of a purchase.
type Proof struct {
	Accepts       []Accepted `yaml:"accepts" doc:"What is taken as proof." required:"true" max:"20"`
	PublicDomains []string   `yaml:"public_domains" doc:"Mail domains anybody can have an address of: who writes from one cannot prove a purchase, company addresses only." max:"1000"`
	SoldTo        string     `yaml:"sold_to" doc:"Name of the organization's attribute that holds who it was sold to; the organization's name when empty. What the proof says must be the same, but for case."`
	FailsWhen     string     `yaml:"fails_when" doc:"No proof counts while this holds of the organization, such as for a trial." format:"cel:entitlement"`
}

// Accepted is one thing that proves a purchase.
type Accepted struct {
	Name    string `yaml:"name" doc:"Name of the proof: small letters, digits and _." required:"true" min:"1" max:"64" json:"name"`
	Title   string `yaml:"title" doc:"What people read." max:"200" json:"title"`
	Pattern string `yaml:"pattern" doc:"What the whole text must look like, as a regular expression (RE2)." max:"500" json:"-"`
	Matches string `yaml:"matches" doc:"Name of the organization's attribute that must hold the value: a text, values separated by spaces or commas, or a list; only the pattern is looked at when empty." json:"-"`
	Field   string `yaml:"field" doc:"Field of tickets that customers give it in." ref:"field" json:"-"`
	Help    string `yaml:"help" doc:"A sentence shown beside it." max:"500" json:"help"`
}

// Fields are what conditions of entitlements may read.
func Fields() []rule.Field {
	out := directory.OrganizationFields("organization")
	out = append(out, rule.Field{Path: "organization.known", Type: rule.Bool, Title: "Organization known", Doc: "Whether there is an organization; false for somebody who belongs to none."})
	out = append(out, directory.PersonFields("person")...)
	return append(out,
		rule.Field{Path: "person.listed", Type: rule.Bool, Title: "Listed contact", Doc: "Whether they are a listed contact of the organization."},
		rule.Field{Path: "now", Type: rule.Time, Doc: "The present time."})
}

// Register adds the kind entitlement and its subject of rules.
func Register(reg *blueprint.Registry) {
	env, err := rule.New("entitlement", Fields()...)
	if err != nil {
		panic(err) // the declarations contradict each other
	}
	reg.Subject(env)
	blueprint.Register(reg, blueprint.Kind[Spec]{Name: "entitlement", Title: "Entitlement",
		Summary: "What an organization bought: whether its people are helped, who of them may write, until when, and what others are told.",
		Example: "kind: entitlement\nname: premium\ntitle: Premium support\norder: 10\nmatch: organization.attributes.plan == \"premium\"\nsupport: true\ncontacts: { cap: 30, listed_only: true }\nexpires: expires\ngrace: 360h\n",
		Lint:    lint})
}

var proofName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// lint finds entitlements that decide nothing, and attributes that are not there.
func lint(c *blueprint.Context, s Spec) {
	attribute := func(path, name string, types ...string) {
		if name == "" {
			return
		}
		f := field.FromSet(c.Set).Named("organization", name)
		if f == nil {
			c.Error(path, "No field of an organization is called %q.", name)
			return
		}
		for _, t := range types {
			if f.Type == t {
				return
			}
		}
		if len(types) > 0 {
			c.Error(path, "%s holds a %s; a field of type %s is needed.", f.Title, f.Type, strings.Join(types, " or "))
		}
	}
	attribute("expires", s.Expires, "date")
	if s.Grace != 0 && s.Expires == "" {
		c.Warn("grace", "Without expires it never ends, so there is no time after its end.")
	}
	if s.Support && s.Term == nil && s.Expires == "" && s.Contacts == nil && s.Answer != "" && len(s.Forms) == 0 {
		c.Note("answer", "Nobody is refused by it except while support is on hold.")
	}
	if !s.Support && s.Answer == "" {
		c.Warn("answer", "A refused person is told nothing. Name a template, so that they learn why and what to do.")
	}
	if s.OpenTickets == "answer" && s.Answer == "" {
		c.Error("open_tickets", "There is no answer to give. Name a template in answer.")
	}
	if s.Term != nil && s.Term.Lasts <= 0 {
		c.Error("term.lasts", "A term needs some time: at least 1h.")
	}
	if s.Contacts != nil {
		lintContacts(c, *s.Contacts)
	}
	if s.Proof != nil {
		attribute("proof.sold_to", s.Proof.SoldTo, "text", "regexp", "dropdown")
		seen := map[string]bool{}
		for i, a := range s.Proof.Accepts {
			at := fmt.Sprintf("proof.accepts[%d]", i)
			attribute(at+".matches", a.Matches)
			if !proofName.MatchString(a.Name) {
				c.Error(at+".name", "A name holds small letters, digits and _, and begins with a letter.")
			}
			if seen[a.Name] {
				c.Error(at+".name", "%s is in the list already.", a.Name)
			}
			seen[a.Name] = true
			if _, err := regexp.Compile(a.Pattern); err != nil {
				c.Error(at+".pattern", "This is no regular expression (RE2): %s.", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			}
			if a.Pattern == "" && a.Matches == "" {
				c.Warn(at, "Any text would prove a purchase. Give it a pattern or an attribute that must hold it.")
			}
		}
	}
	lintOrder(c, s)
}

func lintContacts(c *blueprint.Context, s Contacts) {
	if (s.RaisedCap == 0) != (s.RaisedWhen == "") {
		c.Error("contacts", "raised_cap and raised_when belong together; one is missing.")
	}
	if s.RaisedCap != 0 && s.RaisedCap <= s.Cap {
		c.Warn("contacts.raised_cap", "%d is no more than the cap of %d.", s.RaisedCap, s.Cap)
	}
}

// lintOrder finds entitlements that others leave nobody for.
func lintOrder(c *blueprint.Context, s Spec) {
	own := c.Set.Rule("entitlement", c.Entry.Name, "match")
	for _, other := range blueprint.All[Spec](c.Set) {
		if other.Name == c.Entry.Name {
			continue
		}
		first := other.Spec.Order < s.Order || other.Spec.Order == s.Order && other.Name < c.Entry.Name
		theirs := c.Set.Rule("entitlement", other.Name, "match")
		switch {
		case !first || other.Spec.Term != nil:
		case other.Spec.Match == "":
			c.Warn("order", "The entitlement %s is everybody's and comes first, so this one is never used.", other.Name)
		case own != nil && theirs != nil && theirs.Covers(own):
			c.Warn("match", "The entitlement %s comes first and holds for all of these, so this one is never used.", other.Name)
		}
	}
}
