package desk

import (
	"context"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/ledger"
)

// refusedMail is where mails are found that became no ticket because their senders may not ask for help. Those that were set
// aside before there was a cause for it have none.
const refusedMail = ` FROM person p JOIN identity i ON i.person_id = p.id AND i.kind = 'email' JOIN mail_in m ON m.from_addr = i.value
	WHERE m.state = 'suspended' AND m.cause IN ('refused', '') AND p.suspended_at IS NULL AND `

// sentBy is the condition for the mails of an organization's people (id 0: of those who belong to none) or of a person.
func sentBy(who ledger.Ref) (where string, args []any) {
	switch {
	case who.Kind == "person":
		return `p.id = $1`, []any{who.ID}
	case who.ID == 0:
		return `p.organization_id IS NULL`, nil
	default:
		return `p.organization_id = $1`, []any{who.ID}
	}
}

// holdsMail reports whether mail of somebody was set aside because they may not ask for help.
func (s *Service) holdsMail(ctx context.Context, tx db.Tx, who ledger.Ref) (yes bool, err error) {
	where, args := sentBy(who)
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1`+refusedMail+where+`)`, args...).Scan(&yes)
	return yes, err
}

// letThrough works again on some mails that were set aside because their senders might not ask for help, where they may now:
// as refused tickets are let in. more: there are others after the last that was looked at.
func (s *Service) letThrough(ctx context.Context, tx db.Tx, by act.Actor, who ledger.Ref, r *reconsidering) (more bool, err error) {
	where, args := sentBy(who)
	type held struct{ mail, person, organization int64 }
	rows, err := tx.Query(ctx, `SELECT m.id, p.id, COALESCE(p.organization_id, 0)`+refusedMail+where+fmt.Sprintf(` AND m.id > $%d ORDER BY m.id LIMIT $%d`, len(args)+1, len(args)+2), append(args, r.Mail, perReconsider)...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (h held, err error) { return h, r.Scan(&h.mail, &h.person, &h.organization) })
	if err != nil {
		return false, err
	}
	by = by.Because(act.Cause{Event: r.Cause})
	said := map[asking]bool{}
	for _, h := range list {
		r.Mail = h.mail
		k := asking{person: h.person, organization: h.organization}
		allowed, known := said[k]
		if !known {
			d, err := s.entitle.Judge(ctx, tx, h.person, h.organization, "")
			if err != nil {
				return false, err
			}
			allowed = d.Allowed()
			said[k] = allowed
		}
		if !allowed {
			continue
		}
		if err := s.mail.Again(ctx, tx, by, h.mail); err != nil {
			return false, err
		}
	}
	return len(list) == perReconsider, nil
}
