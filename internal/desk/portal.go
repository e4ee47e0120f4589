package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/lang"
)

// PortalSpec is the spec of kind portal: the public pages of a brand.
type PortalSpec struct {
	Order   int    `yaml:"order" doc:"Place among the portals; the lowest is shown where no host says otherwise."`
	Host    string `yaml:"host" doc:"Host name whose public pages these are, such as support.company.example; any when empty." max:"253"`
	Brand   string `yaml:"brand" doc:"Brand whose name they bear and whose forms they offer." ref:"brand"`
	Mailbox string `yaml:"mailbox" doc:"Mailbox that answers what comes through them; the first by name when empty." ref:"mailbox"`
	Welcome string `yaml:"welcome" doc:"A sentence above the request form." max:"1000"`
	Next    string `yaml:"next" doc:"What happens after a request was sent, beside the promise of the first reply." max:"1000"`

	Languages []string `yaml:"languages" doc:"Languages of the public pages, such as en and de; visitors choose among them, and who asks for none of them gets the first. All that Steward speaks when left out. Forms, questions and articles stay in the language they are written in."`

	Organization string `yaml:"organization_requests" doc:"Who reads and answers all requests of their organization on the public pages: nobody, its contacts who may change their list (editors), its contacts, or everyone of it; nobody when left out." enum:"nobody,editors,contacts,everyone"`

	Confirm  *bool              `yaml:"confirm" doc:"Whether people who are not known yet confirm their address by mail before their request becomes a ticket; yes when left out."`
	MinFill  int                `yaml:"min_fill_seconds" doc:"A form sent faster than this is shown once more before it is taken; 3 when left out." min:"1" max:"60"`
	MaxAge   blueprint.Duration `yaml:"max_age" doc:"A form that was open longer than this is shown once more before it is taken; 24h when left out." min:"10m"`
	Address  int                `yaml:"per_address" doc:"Requests that one address may send within an hour; 10 when left out." min:"1" max:"10000"`
	Network  int                `yaml:"per_network" doc:"Requests that may come from one network (IPv4 /24, IPv6 /48) within an hour; 60 when left out." min:"1" max:"100000"`
	MaxLinks int                `yaml:"max_links" doc:"A request with more links by somebody unknown is looked at before it becomes a ticket; 5 when left out." min:"1" max:"1000"`

	UploadMB  int                `yaml:"upload_mb" doc:"What all files together may have that come through one upload link, in MB (2^20 bytes); 3072 when left out." min:"1" max:"102400"`
	UploadFor blueprint.Duration `yaml:"upload_for" doc:"How long an upload link works; 48h when left out." min:"10m" max:"720h"`
	Keep      blueprint.Duration `yaml:"upload_keep" doc:"How long files that came through an upload link stay after their ticket was closed; 720h when left out." min:"24h"`
}

// Source of the figures of uploads: a large software company's support takes files up to 3 GB
// by a link that lives 48 h, and deletes copies after 30 days.

// Portal is a portal in force, with its defaults filled in.
type Portal struct {
	Named
	Spec      PortalSpec
	BrandID   int64
	MailboxID int64
	Confirm   bool
	MinFill   time.Duration
	MaxAge    time.Duration
	PerSender int // within an hour
	PerNet    int // within an hour
	MaxLinks  int
	MaxUpload int64 // bytes
	UploadFor time.Duration
	Keep      time.Duration
}

func lintPortal(c *blueprint.Context, s PortalSpec) {
	for _, other := range blueprint.All[PortalSpec](c.Set) {
		if other.Name != c.Entry.Name && s.Host != "" && strings.EqualFold(s.Host, other.Spec.Host) {
			c.Error("host", "The portal %s has this host too, so nobody could tell which is meant.", other.Name)
		}
	}
	if strings.ContainsAny(s.Host, "/: ") {
		c.Error("host", "A host is a name alone, without https:// and port.")
	}
	for i, code := range s.Languages {
		if !slices.Contains(lang.Spoken(), code) {
			c.Error(fmt.Sprintf("languages[%d]", i), "Public pages do not speak %q. They speak %s.", code, strings.Join(lang.Spoken(), " and "))
		} else if slices.Contains(s.Languages[:i], code) {
			c.Error(fmt.Sprintf("languages[%d]", i), "This language is named twice.")
		}
	}
	offered := false
	forms := blueprint.All[FormSpec](c.Set)
	for _, f := range forms {
		offered = offered || f.Spec.Customers && (len(f.Spec.Brands) == 0 || s.Brand == "" || slices.Contains(f.Spec.Brands, s.Brand))
	}
	if len(forms) > 0 && !offered {
		c.Warn("brand", "No form is offered to customers of this brand, so the request page asks for subject and description alone.")
	}
}

// portalsOf takes the portals from a set, in order; there is always one.
func portalsOf(set *blueprint.Set, cfg *Config) []*Portal {
	var out []*Portal
	for _, b := range blueprint.All[PortalSpec](set) {
		out = append(out, newPortal(named(b.Entry), b.Spec, cfg))
	}
	slices.SortStableFunc(out, func(a, b *Portal) int {
		return cmp.Or(cmp.Compare(a.Spec.Order, b.Spec.Order), cmp.Compare(a.Name, b.Name))
	})
	if len(out) == 0 {
		out = append(out, newPortal(Named{}, PortalSpec{}, cfg))
	}
	return out
}

func newPortal(n Named, s PortalSpec, cfg *Config) *Portal {
	hour := func(d blueprint.Duration, without time.Duration) time.Duration { return cmp.Or(d.Std(), without) }
	p := &Portal{Named: n, Spec: s, Confirm: s.Confirm == nil || *s.Confirm, MinFill: time.Duration(cmp.Or(s.MinFill, 3)) * time.Second, MaxAge: hour(s.MaxAge, 24*time.Hour),
		PerSender: cmp.Or(s.Address, 10), PerNet: cmp.Or(s.Network, 60), MaxLinks: cmp.Or(s.MaxLinks, 5),
		MaxUpload: int64(cmp.Or(s.UploadMB, 3072)) << 20, UploadFor: hour(s.UploadFor, 48*time.Hour), Keep: hour(s.Keep, 30*24*time.Hour)}
	box := cfg.DefaultMailbox()
	for _, m := range cfg.mailboxes {
		if m.Name == s.Mailbox {
			box = m
		}
	}
	if box != nil {
		p.MailboxID, p.BrandID = box.ID, box.BrandID
	}
	for id, b := range cfg.brands {
		if b.Name == s.Brand {
			p.BrandID = id
		}
	}
	return p
}

// Portal is the portal that a request for public pages means: by name when it names one, else by
// host, else the first.
func (cfg *Config) Portal(name, host string) *Portal {
	host, _, _ = strings.Cut(host, ":")
	for _, p := range cfg.Portals {
		if name != "" && p.Name == name {
			return p
		}
	}
	for _, p := range cfg.Portals {
		if p.Spec.Host != "" && strings.EqualFold(p.Spec.Host, host) {
			return p
		}
	}
	return cfg.Portals[0]
}

// PortalFor is the portal a ticket belongs to, by its brand; the first when none does.
func (cfg *Config) PortalFor(t *Ticket) *Portal {
	for _, p := range cfg.Portals {
		if p.BrandID == t.BrandID {
			return p
		}
	}
	return cfg.Portals[0]
}

// portal is a portal by its blueprint id; the first when there is none.
func (cfg *Config) portal(id int64) *Portal {
	for _, p := range cfg.Portals {
		if p.ID == id {
			return p
		}
	}
	return cfg.Portals[0]
}

// FormsFor lists the forms of a portal that somebody may use, the default form first. who is the
// person who is signed in; the zero person is anybody.
func (cfg *Config) FormsFor(p *Portal, who directory.Person) (out []*Form) {
	for _, f := range cfg.Forms {
		if f.open(askerOf(who)) && f.serves(p.BrandID) {
			out = append(out, f)
		}
	}
	return out
}

// FormsOffered are those of FormsFor that the person's entitlement includes: all of them when it names none, when it
// includes none of them, and for whom nobody knows or works here. It checks no permission.
func (s *Service) FormsOffered(ctx context.Context, tx db.Tx, p *Portal, who directory.Person) ([]*Form, error) {
	cfg := s.config()
	all := cfg.FormsFor(p, who)
	if who.ID == 0 || who.Agent || len(all) < 2 || !cfg.Entitle.NamesForms() {
		return all, nil
	}
	d, err := s.entitle.Judge(ctx, tx, who.ID, who.OrganizationID, "")
	if err != nil || d.Entitlement == nil || len(d.Entitlement.Spec.Forms) == 0 {
		return all, err
	}
	var out []*Form
	for _, f := range all {
		if slices.Contains(d.Entitlement.Spec.Forms, f.Name) {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return all, nil // what they send is answered
	}
	return out, nil
}

// Stamp says which form somebody fills in, and in which version.
func (f *Form) Stamp() string {
	if f == nil {
		return "0.0"
	}
	return strconv.FormatInt(f.ID, 10) + "." + strconv.Itoa(f.Version)
}

// PortalByID is a portal by its blueprint id; the first when there is none.
func (cfg *Config) PortalByID(id int64) *Portal { return cfg.portal(id) }

// Names are the fields that somebody can be asked for.
func (f *Form) Names(who directory.Person) (out []string) {
	for _, x := range f.fields {
		if x.takes(askerOf(who)) {
			out = append(out, x.field.Name)
		}
	}
	return out
}
