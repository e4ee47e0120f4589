package mail

import "steward/internal/blueprint"

// Mailbox is the spec of kind mailbox: an address that customers write to and are answered from.
type Mailbox struct {
	Address  string   `yaml:"address" doc:"The address customers write to." format:"email" required:"true"`
	Aliases  []string `yaml:"aliases" doc:"Other addresses that reach it." format:"email"`
	FromName string   `yaml:"from_name" doc:"Name shown as the sender; the mailbox's title when empty."`
	Team     string   `yaml:"team" doc:"Team that new tickets go to." ref:"team"`
	Brand    string   `yaml:"brand" doc:"Brand that new tickets belong to." ref:"brand"`
	Copies   string   `yaml:"copies" doc:"Whether people in To and Cc of a mail are put on its ticket and get the replies: on (the default) or off." enum:"on,off"`
	Makes    string   `yaml:"makes" doc:"What becomes of a mail to it: tickets (the default), or a timeline: an entry on the timeline of the account that the mail is about. Only colleagues may write to a timeline; they forward or Bcc their mail with customers to it, or write to ADDRESS+ID@ with the account's number." enum:"tickets,timeline"`
	Undo     string   `yaml:"undo_send" doc:"How long a reply written in the workspace waits, so that it can be taken back; 10s when empty." enum:"off,5s,10s,20s,30s"`
	Outgoing *Relay   `yaml:"outgoing" doc:"Server that delivers its mail; mail waits in the queue without one."`
	DKIM     *DKIM    `yaml:"dkim" doc:"How its mail is signed; not at all when empty."`
	IMAP     *IMAP    `yaml:"imap" doc:"Folder that its mail is fetched from; mail may come by SMTP and LMTP as well."`
	Authserv string   `yaml:"authserv_id" doc:"Name that your own incoming server writes into Authentication-Results. Only its findings about a sender are believed; that server must remove results of that name which come with a mail."`
	Suspend  []string `yaml:"suspend" doc:"What sets a mail aside for review instead of making a ticket of it: spam_flag (the server before marked it), dmarc_fail (its sender's domain says that it is not theirs; forwarded mail fails too), blocked (its sender is on the list of blocked senders). spam_flag and blocked when empty; none for nothing." enum:"spam_flag,dmarc_fail,blocked,none"`
}

// Answers reports whether customers write to the mailbox and are answered from it; a timeline's only takes in.
func (m Mailbox) Answers() bool { return m.Makes != "timeline" }

// IMAP is a folder on a server that mail is fetched from.
type IMAP struct {
	Host     string             `yaml:"host" doc:"Name or address of the IMAP server." required:"true"`
	Port     int                `yaml:"port" doc:"Port; 993 with implicit TLS and 143 otherwise when empty." min:"1" max:"65535"`
	TLS      string             `yaml:"tls" doc:"implicit (the default), starttls, or none for a server on the same machine." enum:"implicit,starttls,none"`
	Username string             `yaml:"username" doc:"User name." required:"true"`
	Password string             `yaml:"password" doc:"Where the password is: env:NAME or file:PATH. Never the password itself." required:"true"`
	Folder   string             `yaml:"folder" doc:"Folder that mail is fetched from; INBOX when empty."`
	After    string             `yaml:"after" doc:"What becomes of a mail once it is stored here: keep (the default) leaves it and marks it as read, move FOLDER, or delete."`
	Existing string             `yaml:"existing" doc:"Mail that is in the folder when fetching begins: take or leave. When empty, leave with keep and take otherwise." enum:"take,leave"`
	Poll     blueprint.Duration `yaml:"poll" doc:"How often to look where the server cannot tell of new mail (IDLE); 1m when empty, 10s at least."`
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
