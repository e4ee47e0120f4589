package success

import (
	"context"
	"fmt"
	"strings"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
)

// reference is a column of ours that refers to a person or an organization, for merging. Of what
// both have and only one can have, each keeps its own.
type reference struct {
	what, of, table, key, column string
	twin                         string // holds of a row r that the other, $1, has such a one; "" for none
}

var _ directory.Holder = reference{}

// Holders are the references to people and organizations.
func (s *Service) Holders() []directory.Holder {
	return []directory.Holder{
		reference{"account", "organization", "account", "organization_id", "organization_id", "EXISTS (SELECT 1 FROM account o WHERE o.organization_id = $1)"},
		reference{"accounts below it", "organization", "account", "organization_id", "parent_id", "r.organization_id = $1"},
		reference{"accounts they look after", "person", "account", "organization_id", "csm_id", ""},
		reference{"contacts with a role", "organization", "account_contact", "id", "organization_id", "EXISTS (SELECT 1 FROM account_contact o WHERE o.organization_id = $1 AND o.person_id = r.person_id AND o.role = r.role)"},
		reference{"roles at their company", "person", "account_contact", "id", "person_id", "EXISTS (SELECT 1 FROM account_contact o WHERE o.person_id = $1 AND o.organization_id = r.organization_id AND o.role = r.role)"},
		reference{"roles that people had", "organization", "account_contact_past", "id", "organization_id", ""},
		reference{"roles they had at their company", "person", "account_contact_past", "id", "person_id", ""},
		reference{"entries of the timeline", "organization", "account_entry", "id", "organization_id", ""},
		reference{"entries of timelines they wrote", "person", "account_entry", "id", "by_id", ""},
		reference{"mails of theirs on timelines", "person", "account_entry", "id", "words_of", ""},
		reference{"mails for timelines they sent", "person", "account_mail", "id", "by_id", ""},
		reference{"accounts they follow", "person", "account_follower", "organization_id", "person_id", "EXISTS (SELECT 1 FROM account_follower o WHERE o.organization_id = r.organization_id AND o.person_id = $1)"},
		reference{"followers", "organization", "account_follower", "person_id", "organization_id", "EXISTS (SELECT 1 FROM account_follower o WHERE o.organization_id = $1 AND o.person_id = r.person_id)"},
		reference{"calls to action", "organization", "account_call", "id", "organization_id", "r.closed IS NULL AND r.rule_id IS NOT NULL AND EXISTS (SELECT 1 FROM account_call o WHERE o.organization_id = $1 AND o.rule_id = r.rule_id AND o.closed IS NULL)"},
		reference{"calls to action they have", "person", "account_call", "id", "owner_id", ""},
		reference{"people who took part in entries", "person", "account_entry_person", "entry_id", "person_id", "EXISTS (SELECT 1 FROM account_entry_person o WHERE o.entry_id = r.entry_id AND o.person_id = $1)"},
		reference{"judgements they made", "person", "judgement", "id", "by_id", ""},
		reference{"scores of the past", "organization", "health", "at", "organization_id", stays},
		reference{"score as it stands", "organization", "health_now", "organization_id", "organization_id", stays},
		reference{"judgements", "organization", "judgement", "id", "organization_id", ""},
		reference{"instances of the product", "organization", "usage_instance", "id", "organization_id", "EXISTS (SELECT 1 FROM usage_instance o WHERE o.organization_id = $1 AND o.key = r.key)"},
	}
}

// stays holds of a row r whose organization is an account still: what was scored of it stays with it.
const stays = "EXISTS (SELECT 1 FROM account o WHERE o.organization_id = r.organization_id)"

// What implements directory.Holder.
func (r reference) What() string { return r.what }

// Of implements directory.Holder.
func (r reference) Of() string { return r.of }

// Count implements directory.Holder.
func (r reference) Count(ctx context.Context, tx db.Tx, id int64) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM `+r.table+` WHERE `+r.column+` = $1`, id)
}

// bounded counts the rows of a query up to the cap.
func bounded(ctx context.Context, tx db.Tx, query string, args ...any) (db.Count, error) {
	var n int64
	err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (%s LIMIT %d) AS bounded`, query, db.Cap+1), args...).Scan(&n)
	return db.Capped(n), err
}

// Move implements directory.Holder.
func (r reference) Move(ctx context.Context, tx db.Tx, _ act.Actor, from, to int64, limit int) ([]int64, error) {
	free := ""
	if r.twin != "" {
		free = " AND NOT (" + r.twin + ")"
	}
	rows, err := tx.Query(ctx, `UPDATE `+r.table+` SET `+r.column+` = $1 WHERE `+r.column+` = $2 AND `+r.key+` IN (SELECT r.`+r.key+` FROM `+r.table+` r WHERE r.`+r.column+` = $2`+free+` ORDER BY r.`+r.key+` LIMIT $3) RETURNING `+r.key, to, from, limit)
	return db.Collect(rows, err, anID)
}

// Return implements directory.Holder.
func (r reference) Return(ctx context.Context, tx db.Tx, _ act.Actor, records []int64, from, to int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `UPDATE `+r.table+` SET `+r.column+` = $1 WHERE `+r.column+` = $2 AND `+r.key+` IN (`+numbers(records)+`) RETURNING `+r.key, to, from)
	return db.Collect(rows, err, anID)
}

func anID(r db.Scanner) (id int64, err error) { err = r.Scan(&id); return id, err }

// numbers writes ids into a statement; they are numbers of ours.
func numbers(ids []int64) string {
	parts := []string{"0"}
	for _, id := range ids {
		parts = append(parts, fmt.Sprint(id))
	}
	return strings.Join(parts, ",")
}

// kept is what is kept of an erased person: rows that go, or words that they wrote in rows that stay.
type kept struct {
	what, table, key, column string
	words                    string // what becomes of the words; "" for rows that go
	left                     string // holds of a row whose words are still there
}

var _ directory.Eraser = kept{}

// Erasers remove what is kept of an erased person.
func (s *Service) Erasers() []directory.Eraser {
	return []directory.Eraser{
		kept{"roles at their company", "account_contact", "id", "person_id", "", ""},
		kept{"roles they had at their company", "account_contact_past", "id", "person_id", "", ""},
		kept{"places among those who took part", "account_entry_person", "entry_id", "person_id", "", ""},
		kept{"when they looked at their accounts", "account_look", "person_id", "person_id", "", ""},
		entryFiles{s},
		kept{"entries of timelines they wrote", "account_entry", "id", "by_id", "title = '', body = '', detail = ''", "(title <> '' OR body <> '' OR detail <> '')"},
		kept{"mails of theirs on timelines", "account_entry", "id", "words_of", "title = '', body = ''", "(title <> '' OR body <> '')"},
		kept{"accounts they follow", "account_follower", "person_id", "person_id", "", ""},
		waitingAbout{s},
		kept{"reasons of judgements they made", "judgement", "id", "by_id", "reason = ''", "reason <> ''"},
		kept{"notes of calls to action they opened", "account_call", "id", "by_id", "note = '', closed_note = '', snooze_reason = ''", "rule_id IS NULL AND (note <> '' OR closed_note <> '' OR snooze_reason <> '')"},
	}
}

// What implements directory.Eraser.
func (k kept) What() string { return k.what }

func (k kept) where(who directory.Erasing) string {
	where := k.column + ` IN (` + numbers(who.IDs) + `)`
	if k.left != "" {
		where += ` AND ` + k.left
	}
	return where
}

// Count implements directory.Eraser.
func (k kept) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM `+k.table+` WHERE `+k.where(who))
}

// Erase implements directory.Eraser.
func (k kept) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	do := `DELETE FROM ` + k.table
	if k.words != "" {
		do = `UPDATE ` + k.table + ` SET ` + k.words
	}
	n, err := tx.Exec(ctx, do+` WHERE `+k.where(who)+` AND `+k.key+` IN (SELECT `+k.key+` FROM `+k.table+` WHERE `+k.where(who)+` LIMIT $1)`, limit)
	return int(n), err
}

var _ directory.HandsOver = (*Service)(nil)

// HandOver implements directory.HandsOver: accounts go to another manager, or to nobody, and each
// is told.
func (s *Service) HandOver(ctx context.Context, tx db.Tx, by act.Actor, from, to int64, limit int) (int, error) {
	rows, err := tx.Query(ctx, `UPDATE account SET csm_id = $1, updated = $2, version = version + 1 WHERE organization_id IN (SELECT organization_id FROM account WHERE csm_id = $3 ORDER BY revenue DESC, organization_id DESC LIMIT $4) RETURNING organization_id`,
		db.NullID(to), db.Micros(by.Now()), from, limit)
	gone, err := db.Collect(rows, err, anID)
	if err != nil {
		return 0, err
	}
	is := any(to)
	if to == 0 {
		is = nil
	}
	for _, id := range gone {
		if _, err := s.tell(ctx, tx, by, AccountChanged, id, map[string]any{"changes": map[string]any{"csm_id": []any{from, is}}}); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// Open implements directory.HandsOver.
func (s *Service) Open(ctx context.Context, tx db.Tx, personID int64) (db.Count, error) {
	return bounded(ctx, tx, `SELECT 1 FROM account WHERE csm_id = $1`, personID)
}
