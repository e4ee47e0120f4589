package mail

// Mailbox is the spec of kind mailbox: an address that customers write to and are answered from.
type Mailbox struct {
	Address  string   `yaml:"address" doc:"The address customers write to." format:"email" required:"true"`
	Aliases  []string `yaml:"aliases" doc:"Other addresses that reach it." format:"email"`
	FromName string   `yaml:"from_name" doc:"Name shown as the sender; the mailbox's title when empty."`
	Team     string   `yaml:"team" doc:"Team that new tickets go to." ref:"team"`
	Brand    string   `yaml:"brand" doc:"Brand that new tickets belong to." ref:"brand"`
	Outgoing *Relay   `yaml:"outgoing" doc:"Server that delivers its mail; mail waits in the queue without one."`
}

// Relay is a server that delivers mail.
type Relay struct {
	Host     string `yaml:"host" doc:"Name or address of the SMTP server." required:"true"`
	Port     int    `yaml:"port" doc:"Port; 587 when empty." min:"1" max:"65535"`
	Security string `yaml:"security" doc:"starttls (the default), tls or none." enum:"starttls,tls,none"`
	Username string `yaml:"username" doc:"User name, when the server asks for one."`
	Password string `yaml:"password" doc:"Where the password is: env:NAME or file:PATH. Never the password itself."`
}

// Template is the spec of kind template: the words of a mail that Steward writes by itself.
// {{name}} stands for a value; which names there are depends on where it is used.
type Template struct {
	Subject string `yaml:"subject" doc:"Subject of the mail." required:"true"`
	Body    string `yaml:"body" doc:"Text of the mail in Markdown; {{name}} stands for a value." format:"markdown" required:"true"`
}
