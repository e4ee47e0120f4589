package program

import (
	"steward/internal/blueprint"
)

// Spec is the spec of kind program.
type Spec struct {
	Order    int      `yaml:"order" doc:"Place in the list of programs."`
	Opens    string   `yaml:"opens" doc:"First day on which applications are taken; any when empty." format:"date"`
	Closes   string   `yaml:"closes" doc:"Last day on which applications are taken; any when empty." format:"date"`
	Internal bool     `yaml:"internal" doc:"Not listed among the programs; whoever has the address of its page can apply."`
	Mailbox  string   `yaml:"mailbox" doc:"Mailbox that letters come from; the first by name when empty." ref:"mailbox"`
	Team     string   `yaml:"team" doc:"Team that looks at applications." ref:"team" required:"true"`
	Welcome  string   `yaml:"welcome" doc:"What the program is, at the top of its page." format:"markdown" max:"5000"`
	Who      []string `yaml:"who" doc:"Who can apply, one sentence each." max:"20"`
	Gives    []string `yaml:"gives" doc:"What members get, one sentence each." max:"20"`
	After    string   `yaml:"after" doc:"What happens after sending, in a sentence or two." max:"1000"`
	For      string   `yaml:"for" doc:"Whom one applies for: organization asks for its name and website, person does not; organization when empty." enum:"organization,person"`

	Sections    []Section     `yaml:"sections" doc:"What the form asks, beside name and address." max:"20"`
	Uploads     *Uploads      `yaml:"uploads" doc:"Files that may come with the form; none when empty."`
	Verify      Verification  `yaml:"verify" doc:"Proofs of who applies."`
	Screening   Screening     `yaml:"screening" doc:"What puts an application on hold until somebody with the right to screen has looked."`
	Eligibility []Eligibility `yaml:"eligibility" doc:"What must hold, each with the reason that the applicant reads when it does not." max:"50"`
	Decision    Decision      `yaml:"decision" doc:"Who decides, and how soon."`
	Benefits    []Benefit     `yaml:"benefits" doc:"What an approved applicant claims." max:"10"`
	Agreement   string        `yaml:"agreement" doc:"What must be accepted before claiming." ref:"agreement"`
	Life        Life          `yaml:"life" doc:"Term, renewal and compliance."`
	Letters     Letters       `yaml:"letters" doc:"Words of mails; each has its own when empty."`
}

// Section is a part of the form.
type Section struct {
	Title     string     `yaml:"title" doc:"Its heading." required:"true" max:"200"`
	Help      string     `yaml:"help" doc:"A sentence below it." max:"1000"`
	Questions []Question `yaml:"questions" doc:"What it asks, in this order." required:"true" max:"50"`
}

// Question is one question of the form.
type Question struct {
	Field    string `yaml:"field" doc:"A field of applications." ref:"field" required:"true" short:"true"`
	When     string `yaml:"when" doc:"Asked only while this holds; always when empty." format:"cel:application"`
	Required bool   `yaml:"required" doc:"Must be filled to send the form."`
}

// Uploads are files that come with a form or as a proof.
type Uploads struct {
	Title    string             `yaml:"title" doc:"What is asked for, such as: Your statute." max:"200"`
	Help     string             `yaml:"help" doc:"What it must show." max:"1000"`
	Required bool               `yaml:"required" doc:"Must be there to send the form."`
	Types    []string           `yaml:"types" doc:"Accepted types, found from the bytes; pdf, png and jpeg when empty." enum:"pdf,png,jpeg,gif,text"`
	MaxMB    int                `yaml:"max_mb" doc:"The most one file may have, in MB (2^20 bytes); 10 when left out." min:"1" max:"50"`
	Most     int                `yaml:"most" doc:"How many files; 3 when left out." min:"1" max:"10"`
	Purge    blueprint.Duration `yaml:"purge" doc:"How long files stay after the decision; 720h when empty." min:"1h"`
}

// Verification is the ordered list of proofs.
type Verification struct {
	Enough string  `yaml:"enough" doc:"one: the first proof that passes is enough. all: every proof that applies must pass; one when empty." enum:"one,all"`
	Checks []Check `yaml:"checks" doc:"Proofs, in the order in which they are tried." max:"10"`
}

// Check is one proof.
type Check struct {
	Name  string `yaml:"name" doc:"Its name in conditions: application.checks.NAME." required:"true" max:"40"`
	Title string `yaml:"title" doc:"What the applicant reads." required:"true" max:"200"`
	Help  string `yaml:"help" doc:"A sentence for the applicant." max:"1000"`
	When  string `yaml:"when" doc:"Applies only while this holds; always when empty." format:"cel:application"`
	Kind  string `yaml:"kind" doc:"email: a mail to an address at the organization's domain is confirmed. domains: the address is at a domain of a list. repositories: every project of a group has an OSI licence. document: a file that a colleague looks at. external: another system answers." enum:"email,domains,repositories,document,external" required:"true"`

	Field    string   `yaml:"field" doc:"Of email and domains: the field with the address, the applicant's own when empty. Of repositories: the field with the address of the group or project." ref:"field"`
	List     string   `yaml:"list" doc:"Of domains: academic is the list of academic domains that comes along; own are the domains below." enum:"academic,own"`
	Domains  []string `yaml:"domains" doc:"Of domains: more domains that pass, with those below them." max:"2000"`
	Except   []string `yaml:"except" doc:"Of email and domains: domains that prove nothing, such as those of alumni." max:"2000"`
	Private  *int     `yaml:"private" doc:"Of repositories: how many projects that are not public are accepted; 0 when left out." min:"0" max:"1000"`
	Hosts    []Host   `yaml:"hosts" doc:"Of repositories: where projects may be; gitlab.com and github.com when empty." max:"20"`
	Document *Uploads `yaml:"document" doc:"Of document: what files are taken."`
	Tries    int      `yaml:"tries" doc:"How often it may be tried for an application, documents sent again included; 10 when left out. Then the applicant is told to answer by mail." min:"1" max:"50"`
	MaxAge   int      `yaml:"max_age_days" doc:"Of document: how old it may be, in days. The applicant says of which day it is: an older one is refused with that reason, and conditions read the age as application.found.NAME_age_days." min:"1" max:"3650"`

	URL     string             `yaml:"url" doc:"Of external: where the question goes, by POST." format:"url"`
	Secret  string             `yaml:"secret" doc:"Of external: where the secret is that signs question and answer: env:NAME or file:PATH. Never the secret itself."`
	Sends   []string           `yaml:"sends" doc:"Of external: fields whose answers go along; only a tracking id goes when empty." ref:"field" max:"20"`
	Timeout blueprint.Duration `yaml:"timeout" doc:"Of external: how long an answer may take before it counts as unclear; 24h when empty." min:"1m"`
}

// Host is a site with repositories.
type Host struct {
	Host     string `yaml:"host" doc:"Its name, such as gitlab.com." required:"true" max:"253"`
	Software string `yaml:"software" doc:"What runs there." enum:"gitlab,github" required:"true"`
	API      string `yaml:"api" doc:"Address of its API; the software's usual one when empty." format:"url"`
	Token    string `yaml:"token" doc:"Where a token is that may read public projects: env:NAME or file:PATH. None when empty."`
}

// Screening is what puts an application on hold.
type Screening struct {
	Country   string   `yaml:"country" doc:"The field that holds the country." ref:"field"`
	Countries []string `yaml:"countries" doc:"Values of that field." max:"250"`
	Words     []string `yaml:"words" doc:"Words in the name of the organization or an answer, whatever their case." max:"500"`
	Domains   []string `yaml:"domains" doc:"Domains of the address or website, with those below them, such as mil." max:"500"`
}

// Eligibility is one rule that must hold.
type Eligibility struct {
	Name      string `yaml:"name" doc:"Its name." required:"true" max:"60"`
	Title     string `yaml:"title" doc:"What it asks, in a few words, for those who decide; its name when empty." max:"200"`
	When      string `yaml:"when" doc:"What must hold." format:"cel:application" required:"true"`
	Say       string `yaml:"say" doc:"The reason that the applicant reads when it does not hold." required:"true" max:"1000"`
	Otherwise string `yaml:"otherwise" doc:"reject: the application is rejected at once. review: a colleague decides; review when empty." enum:"reject,review"`
}

// Decision is who decides and how soon.
type Decision struct {
	Approve  string             `yaml:"approve_when" doc:"Approved without a colleague while this holds, the rules hold and the proofs are there; a colleague decides when empty." format:"cel:application"`
	Within   blueprint.Duration `yaml:"within" doc:"Working time until the decision, without the time that the applicant is asked; 80h when empty." min:"1h"`
	Calendar string             `yaml:"calendar" doc:"Whose working time." ref:"calendar" required:"true"`
	Patience blueprint.Duration `yaml:"patience" doc:"How long an application waits for its applicant before it is closed; 720h when empty." min:"1h"`
	Seconds  int                `yaml:"approvals" doc:"How many colleagues must agree to an approval, the one who decides included; 1 when left out." min:"1" max:"5"`
	PerDay   int                `yaml:"per_day" doc:"Applications to the program that one applicant may send within 24 hours; 5 when left out. Who sends more is told when they can again." min:"1" max:"100"`
	PerYear  int                `yaml:"per_year" doc:"Applications to the program that are verified for one applicant within 365 days, renewals included; any number when left out. Who sends more is told when they can again." min:"1" max:"100"`
}

// Benefit is something granted.
type Benefit struct {
	Name  string `yaml:"name" doc:"Its name." required:"true" max:"60"`
	Title string `yaml:"title" doc:"What the member reads." required:"true" max:"200"`
	Kind  string `yaml:"kind" doc:"code: a one-time code of a pool. http: another system provides it. text: what is said is all." enum:"code,http,text" required:"true"`
	Pool  string `yaml:"pool" doc:"Of code: the pool." ref:"pool"`
	Say   string `yaml:"say" doc:"How to use it." max:"2000"`
	When  string `yaml:"when" doc:"Granted only while this holds; always when empty." format:"cel:application"`
	URL   string `yaml:"url" doc:"Of http: where it is asked for, by PUT with the grant's number; asked with GET, taken back with DELETE." format:"url"`
	Token string `yaml:"token" doc:"Of http: where the bearer token is: env:NAME or file:PATH. Never the token itself."`
	SKU   string `yaml:"sku" doc:"What the booking record calls it." max:"100"`
	Seats string `yaml:"seats" doc:"The field with the number of seats." ref:"field"`
}

// Life is what happens after the approval.
type Life struct {
	Months int                `yaml:"months" doc:"Length of the term from claiming, in months; for ever when left out." min:"1" max:"120"`
	Invite blueprint.Duration `yaml:"invite" doc:"How long before the end the renewal is invited; 720h when empty." min:"24h"`
	Cure   blueprint.Duration `yaml:"cure" doc:"How long a member has to cure a breach; 720h when empty." min:"1h"`
}

// Letters are the templates of mails. Values: applicant, program, number, link, reason, until, question, benefits.
type Letters struct {
	Received string `yaml:"received" doc:"A colleague will look." ref:"template"`
	Proof    string `yaml:"proof" doc:"Proofs are awaited." ref:"template"`
	Approved string `yaml:"approved" doc:"Approved." ref:"template"`
	Rejected string `yaml:"rejected" doc:"Rejected, with {{reason}}." ref:"template"`
	Lapsed   string `yaml:"lapsed" doc:"Closed because the applicant was silent." ref:"template"`
	Notice   string `yaml:"notice" doc:"A breach, with {{reason}} and {{until}}." ref:"template"`
	Cured    string `yaml:"cured" doc:"The breach is cured." ref:"template"`
	Revoked  string `yaml:"revoked" doc:"What was granted is taken away, with {{reason}}." ref:"template"`
	Restored string `yaml:"restored" doc:"It is given back." ref:"template"`
	Renewal  string `yaml:"renewal" doc:"The invitation to renew." ref:"template"`
	Expired  string `yaml:"expired" doc:"The term is over." ref:"template"`
}

// Agreement is the spec of kind agreement: what members accept. Each version is kept.
type Agreement struct {
	Text string `yaml:"text" doc:"The agreement." format:"markdown" required:"true" max:"100000"`
}

// Pool is the spec of kind pool: one-time codes of one sort. The codes themselves are imported.
type Pool struct {
	Low    int    `yaml:"low" doc:"Warn when fewer codes are left than are expected to be needed in so many days; 30 when left out." min:"1" max:"365"`
	Renew  int    `yaml:"renew" doc:"How many of a hundred memberships renew, for the forecast; all when left out." min:"1" max:"100"`
	Team   string `yaml:"team" doc:"Whose work it is to import more codes and to look into alerts; the team of the first program that hands them out when empty." ref:"team"`
	Redeem string `yaml:"redeem" doc:"Address where a code is redeemed; {code} stands for it." max:"1000"`
}

// Register adds the kinds program, agreement and pool, and applications as a subject of rules.
func Register(reg *blueprint.Registry) {
	reg.Subject(environment())
	blueprint.Register(reg, blueprint.Kind[Spec]{Name: "program", Title: "Program",
		Summary: "Something people apply for: the public page, the form, proofs, rules, what is granted, for how long, and the letters.",
		Example: "kind: program\nname: open-source\ntitle: Open source program\nteam: programs\nwelcome: Free licences for open source projects.\nverify:\n  checks:\n    - { name: licence, title: Your projects have an OSI licence, kind: repositories, field: repository }\ndecision: { calendar: office-hours, within: 40h, approve_when: application.verified }\nlife: { months: 12 }\n",
		Lint:    lint})
	blueprint.Register(reg, blueprint.Kind[Agreement]{Name: "agreement", Title: "Agreement",
		Summary: "What members of a program accept. Who accepted which version is kept.",
		Example: "kind: agreement\nname: program-terms\ntitle: Program terms\ntext: |\n  You use the licences for the purpose you applied with.\n"})
	blueprint.Register(reg, blueprint.Kind[Pool]{Name: "pool", Title: "Pool of codes",
		Summary: "One-time codes of one sort that programs hand out. The codes are imported on the pool's page, never written here.",
		Example: "kind: pool\nname: ultimate-year\ntitle: Ultimate for a year\nlow: 30\nredeem: https://shop.company.example/redeem?code={code}\n"})
}
