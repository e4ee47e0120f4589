package mail

import "strings"

// LoopHeader is on every mail Steward sends and names the installation's mail domain. A
// mail that comes back with it is our own.
const LoopHeader = "X-Steward-Loop"

// Action says what to do with an incoming mail.
type Action string

// The actions of a Verdict.
const (
	// Accept: a person's mail. It may open or reopen a ticket and be answered by rules.
	Accept Action = "accept"
	// Record: an automatic mail (out of office, bounce, list). It is recorded on the
	// ticket it belongs to, or opens one, but causes no automatic mail and reopens nothing.
	Record Action = "record"
	// Suspend: keep it for a person to look at; it makes no ticket by itself.
	Suspend Action = "suspend"
	// Ignore: our own mail coming back. It is logged and nothing else.
	Ignore Action = "ignore"
)

// Verdict is what Judge decided and why.
type Verdict struct {
	Action Action
	Reason string // one sentence for people; empty when accepted as a person's mail
	Auto   bool   // written by a machine: never answer it automatically
	Bounce bool   // a report that a mail of ours could not be delivered
	Answer bool   // an automatic answer to a mail, such as an absence notice
	Cause  Cause  // why it is to be suspended
}

// Judge decides whether a mail may set anything in motion. own reports whether an address
// is one of our mailboxes; keys recognise our message ids.
//
// The rules are those of RFC 3834 and what mail programs do in its place. The rate of one
// sender is not judged here, because it needs memory: see Rate.
func Judge(m *Message, own func(address string) bool, keys Keys) Verdict {
	if Ours(m.MessageID, keys) {
		return Verdict{Action: Ignore, Reason: "It is a mail of ours that came back.", Auto: true}
	}
	if m.Header.Has(LoopHeader) {
		return Verdict{Action: Ignore, Reason: "It carries our own loop mark.", Auto: true}
	}
	if m.From.Email != "" && own(m.From.Email) {
		return Verdict{Action: Suspend, Reason: "It claims to come from one of our own mailboxes.", Auto: true, Cause: CauseOurs}
	}
	if isBounce(m) {
		return Verdict{Action: Record, Reason: "It reports a mail that could not be delivered.", Auto: true, Bounce: true}
	}
	if reason := automatic(m); reason != "" {
		return Verdict{Action: Record, Reason: reason, Auto: true, Answer: answers(m)}
	}
	if m.From.Email == "" {
		return Verdict{Action: Suspend, Reason: "It does not say who it is from.", Cause: CauseSender}
	}
	return Verdict{Action: Accept}
}

// automatic says why a mail was not written by a person to us, "" when it seems to be.
func automatic(m *Message) string {
	switch {
	case m.AutoSubmitted != "" && m.AutoSubmitted != "no":
		return "It says that it was sent automatically (Auto-Submitted)."
	case m.NullSender:
		return "It has no return address."
	case m.Precedence == "bulk" || m.Precedence == "junk" || m.Precedence == "list" || m.Precedence == "auto_reply":
		return "It says that it was sent in bulk (Precedence)."
	case m.ListID != "" || m.Header.Has("List-Unsubscribe") || m.Header.Has("List-Post"):
		return "It came through a mailing list."
	case strings.HasPrefix(m.Header.Get("Content-Type"), "multipart/report"):
		return "It is a report that a machine wrote."
	case m.Header.Has("X-Loop"):
		return "Another system marked it against loops (X-Loop)."
	}
	for _, name := range []string{"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Response", "X-Ms-Exchange-Inbox-Rules-Loop", "X-Fc-Machinegenerated"} {
		if v := strings.ToLower(m.Header.Get(name)); v != "" && v != "no" && v != "false" {
			return "It is an automatic answer (" + name + ")."
		}
	}
	if v := strings.ToLower(m.Header.Get("X-Auto-Response-Suppress")); strings.Contains(v, "all") || strings.Contains(v, "oof") || strings.Contains(v, "autoreply") {
		return "It asks not to be answered automatically (X-Auto-Response-Suppress)."
	}
	if outOfOffice(m.Subject) {
		return "Its subject is that of an absence notice."
	}
	return ""
}

// answers reports whether an automatic mail answers one of ours, as absence notices and
// read receipts do, rather than telling something on its own.
func answers(m *Message) bool {
	_, params := parseParams(m.Header.Get("Content-Type"))
	if m.AutoSubmitted == "auto-replied" || m.Precedence == "auto_reply" || outOfOffice(m.Subject) || strings.EqualFold(params["report-type"], "disposition-notification") {
		return true
	}
	return m.Header.Has("X-Autoreply") || m.Header.Has("X-Autorespond") || m.Header.Has("X-Autoresponder") || m.Header.Has("X-Auto-Response")
}

// isBounce recognises delivery reports, also those that a From alone gives away.
func isBounce(m *Message) bool {
	ctype, params := parseParams(m.Header.Get("Content-Type"))
	if ctype == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status") || m.Header.Has("X-Failed-Recipients") {
		return true
	}
	local, _, _ := strings.Cut(m.From.Email, "@")
	return local == "mailer-daemon" || m.NullSender && local == "postmaster"
}

// absences are how mail programs begin the subject of an absence notice.
var absences = []string{
	"out of office", "out of the office", "automatic reply", "auto reply", "autoreply", "auto-reply", "auto:",
	"abwesenheitsnotiz", "automatische antwort", "abwesend", "réponse automatique", "absence du bureau",
	"respuesta automática", "fuera de la oficina", "resposta automática", "ausência temporária", "risposta automatica",
	"fuori sede", "automatisch antwoord", "afwezig", "autosvar", "automatiskt svar", "automatisk svar", "automaattinen vastaus",
	"odpowiedź automatyczna", "automatická odpověď", "автоответ", "автоматический ответ", "otomatik yanıt", "自動応答", "自动回复", "自動回覆", "자동 회신",
}

func outOfOffice(subject string) bool {
	s := strings.ToLower(strings.TrimSpace(subject))
	for _, a := range absences {
		if strings.HasPrefix(s, a) {
			return true
		}
	}
	return false
}
