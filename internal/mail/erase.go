package mail

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/db"
)

// EraseAddresses removes what mail keeps of a person who had these addresses: the bytes of
// mail from and to them, and every place where an address, a subject or a server's words
// about it stand. It is a part of erasing a person and asks for no permission itself: call
// it in the transaction that appends person.erased.
//
// Received mail keeps its number, size, times and digest, so that fetching the same folder
// again does not bring the same mail back. Outgoing mail keeps its Message-ID, which is ours
// and names nobody; what has not left is cancelled. The ledger holds none of this. Somebody
// who writes again from such an address is a new person.
func (s *Service) EraseAddresses(ctx context.Context, tx db.Tx, addresses []string) error {
	list := make([]any, 0, len(addresses))
	for _, a := range addresses {
		if a = strings.ToLower(strings.TrimSpace(a)); a != "" {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return nil
	}
	in := (&db.Where{}).In("address", list)
	sent := `SELECT outbox_id FROM outbox_recipient WHERE ` + in.SQL()
	from := (&db.Where{}).Any(func(or *db.Where) { or.In("from_addr", list); or.In("envelope_from", list) })
	reports := (&db.Where{}).In("address", list)
	refused := (&db.Where{}).In("sender", list)
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM mail_raw WHERE mail_id IN (SELECT id FROM mail_in WHERE ` + from.SQL() + `)`, from.Args()},
		{`DELETE FROM mail_raw WHERE mail_id IN (SELECT mail_id FROM mail_bounce WHERE ` + reports.SQL() + `)`, reports.Args()},
		{`UPDATE mail_in SET subject = '', message_id = '', envelope_from = '', envelope_to = '', remote = '', reason = '', auth_detail = '', from_addr = '', state = 'erased'
			WHERE id IN (SELECT mail_id FROM mail_bounce WHERE ` + reports.SQL() + `)`, reports.Args()},
		{`UPDATE mail_in SET subject = '', message_id = '', envelope_from = '', envelope_to = '', remote = '', reason = '', auth_detail = '', from_addr = '', state = 'erased'
			WHERE ` + from.SQL(), from.Args()},
		{`UPDATE outbox SET state = 'cancelled' WHERE state IN ('queued', 'held', 'failed', 'withheld') AND id IN (` + sent + `)`, in.Args()},
		{`UPDATE outbox SET raw = $` + fmt.Sprint(len(list)+1) + `, recipients = '[]', subject = '', error = '' WHERE id IN (` + sent + `)`, append(in.Args(), []byte{})},
		{`DELETE FROM outbox_recipient WHERE ` + in.SQL(), in.Args()},
		{`DELETE FROM mail_bounce WHERE ` + reports.SQL(), reports.Args()},
		{`DELETE FROM mail_suppression WHERE ` + in.SQL(), in.Args()},
		{`DELETE FROM mail_refused WHERE ` + refused.SQL() + ` AND uid = 0`, refused.Args()},
		{`UPDATE mail_refused SET sender = '', subject = '', message_id = '' WHERE ` + refused.SQL(), refused.Args()},
	} {
		if _, err := tx.Exec(ctx, q.sql, q.args...); err != nil {
			return fmt.Errorf("erase mail of a person: %w", err)
		}
	}
	for _, a := range list { // the catcher is for trying out and holds little
		if _, err := tx.Exec(ctx, `DELETE FROM mail_caught WHERE lower(recipients) LIKE $1`, `%"`+escapeLike(fmt.Sprint(a))+`"%`); err != nil {
			return fmt.Errorf("erase caught mail of a person: %w", err)
		}
	}
	return nil
}

// escapeLike leaves the wildcards of LIKE out: one character more or less that matches does no harm.
func escapeLike(a string) string { return strings.NewReplacer("%", "_").Replace(a) }
