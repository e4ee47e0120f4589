package explain

import (
	"context"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/lang"
	"steward/internal/ledger"
)

// words say what events tell whose record has no Teller.
//
//lang:texts
var words = map[string]string{
	"person.created":                 "Person added",
	"person.updated":                 "Person changed",
	"person.signed_in":               "Signed in",
	"person.invited":                 "Invited",
	"person.invitation_revoked":      "Invitation taken back",
	"person.invitation_taken":        "Came in by an invitation",
	"person.password_set":            "Password changed",
	"person.roles_changed":           "Roles changed",
	"person.merged":                  "Merged with another person",
	"person.unmerged":                "Merge undone",
	"person.suspended":               "Suspended",
	"person.unsuspended":             "Let in again",
	"person.erased":                  "Erased",
	"organization.created":           "Organization added",
	"organization.updated":           "Organization changed",
	"team.members_changed":           "Members of the team changed",
	"token.created":                  "Token made",
	"token.revoked":                  "Token revoked",
	"config.applied":                 "Configuration applied",
	"config.rolled_back":             "Configuration rolled back",
	"mail.queued":                    "Mail queued",
	"mail.sent":                      "Mail sent",
	"mail.failed":                    "Mail could not be sent",
	"mail.cancelled":                 "Mail cancelled",
	"mail.suspended":                 "Mail set aside",
	"mail.released":                  "Held mail let through",
	"batch.started":                  "Several tickets changed at once",
	"batch.ended":                    "Bulk change ended",
	"batch.undo_started":             "Bulk change taken back",
	"availability.changed":           "Said whether they are available",
	"availability.time_off_added":    "Time off added",
	"availability.time_off_removed":  "Time off removed",
	"organization.contact_added":     "Contact added",
	"organization.contact_changed":   "A contact's right to change the list changed",
	"organization.contact_removed":   "Contact removed",
	"organization.hold_placed":       "Support put on hold",
	"organization.hold_lifted":       "Hold ended",
	"organization.share_accepted":    "Tickets shared with somebody",
	"organization.share_revoked":     "Tickets shared no longer",
	"organization.term_started":      "Entitlement given for a term",
	"organization.term_extended":     "Term made longer",
	"organization.term_ended":        "Term ended",
	"organization.entitlement_ended": "What it bought has ended",
	"organization.proof_accepted":    "Proof of purchase accepted",
	"web_request.held":               "Web request waits for a colleague",
	"web_request.accepted":           "Web request made a ticket",
	"web_request.refused":            "Web request set aside",
	"issue.tracked":                  "Issue linked for the first time",
	"issue.changed":                  "The issue changed in its tracker",
	"program.shown":                  "Pages of the program were shown",
	"pool.imported":                  "Codes were imported",
	"pool.dispatched":                "A code was handed out",
	"pool.dry":                       "No code was left for a member",
	"pool.alert":                     "A code leaked or was used twice",
	"pool.low":                       "Codes run low",
	"pool.settled":                   "An alert about a code was looked into",
	"application.saved":              "Draft saved",
	"application.submitted":          "Application sent",
	"application.confirmed":          "Address confirmed",
	"application.check_begun":        "Proof looked at",
	"application.check_ended":        "Proof looked at: it is known what became of it",
	"application.held":               "Put on hold by screening",
	"application.released":           "Hold ended",
	"application.referred":           "Given to a colleague",
	"application.taken":              "Given to somebody",
	"application.asked":              "The applicant was asked",
	"application.answered":           "The applicant answered",
	"application.seconded":           "A colleague agreed to approve",
	"application.approved":           "Approved",
	"application.rejected":           "Rejected",
	"application.withdrawn":          "Withdrawn by the applicant",
	"application.reopened":           "Opened again",
	"application.lapsed":             "Closed because the applicant was silent",
	"application.tied":               "A ticket about it was tied to it",
	"application.quoted":             "The quote was sent",
	"application.late":               "The promise was missed",
	"application.claimed":            "Claimed",
	"application.warned":             "A breach was found, with time to cure it",
	"application.cured":              "The breach is cured",
	"application.revoked":            "What was granted is taken back",
	"application.restored":           "What was granted is given back",
	"application.expired":            "The term is over",
	"application.invited":            "Invited to renew",
	"application.renewed":            "Renewed",
	"application.transferred":        "Given to another person",
	"application.add_on":             "An add-on was bought",
	"application.files_purged":       "Files removed on schedule",
	"known_issue.created":            "Known issue written down",
	"known_issue.changed":            "Known issue changed",
	"known_issue.redacted":           "Words of an erased person were taken out of a known issue",
}

// Words is what an event tells by its verb alone.
func Words(l *lang.Language, verb string) string {
	if w, ok := words[verb]; ok {
		return l.Word(w)
	}
	w := strings.NewReplacer(".", " ", "_", " ").Replace(verb)
	return strings.ToUpper(w[:1]) + w[1:]
}

// Who names what acted when no person did.
func Who(l *lang.Language, e ledger.Event) string {
	switch e.ActorKind {
	case act.Clock:
		return l.Word("Clock")
	case act.Rule:
		return l.Word("A rule")
	case act.Mail, act.Survey:
		return l.Word("Somebody")
	default:
		return "Steward"
	}
}

// plainly tells events by their verbs.
func (s *Service) plainly(ctx context.Context, tx db.Tx, events []ledger.Event) ([]Told, error) {
	ids := make([]int64, 0, len(events))
	for _, e := range events {
		if e.ActorID != 0 {
			ids = append(ids, e.ActorID)
		}
	}
	people, err := s.directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	l, out := lang.In(ctx), make([]Told, len(events))
	for i, e := range events {
		out[i] = Told{Who: people[e.ActorID].Name, What: Words(l, e.Verb)}
		if e.ActorID == 0 {
			out[i].Who = Who(l, e)
		}
	}
	return out, nil
}
