package desk

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// ExternalID is what another system knows a ticket by. A source gives an id to one ticket only.
type ExternalID struct {
	Source string `json:"source,omitempty" maxLength:"60" doc:"The other system, such as crm; api when left out."`
	ID     string `json:"id" minLength:"1" maxLength:"200"`
}

// maxExternalIDs is how many foreign ids a ticket can have.
const maxExternalIDs = 20

// String is how events name it: source:id.
func (e ExternalID) String() string { return e.Source + ":" + e.ID }

// cleanExternal checks foreign ids and sorts them.
func cleanExternal(ids []ExternalID) ([]ExternalID, error) {
	out := []ExternalID{}
	for n, e := range ids {
		at := fmt.Sprintf("external_ids[%d]", n)
		e.Source, e.ID = strings.ToLower(strings.TrimSpace(cmp.Or(e.Source, "api"))), strings.TrimSpace(e.ID)
		if len(e.Source) > 60 || strings.ContainsFunc(e.Source, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) {
			return nil, fault.Field(at+".source", e.Source, "1 to 60 letters, digits, hyphens and dots", "%q cannot name a source.", e.Source)
		}
		if e.ID == "" || len(e.ID) > 200 || !utf8.ValidString(e.ID) || strings.ContainsFunc(e.ID, func(r rune) bool { return r < ' ' }) {
			return nil, fault.Field(at+".id", len(e.ID), "1 to 200 bytes on one line", "This foreign id is empty, too long or has control characters.")
		}
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	if len(out) > maxExternalIDs {
		return nil, fault.Field("external_ids", len(out), "at most 20", "A ticket can have 20 foreign ids; these are %d.", len(out))
	}
	slices.SortFunc(out, func(a, b ExternalID) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

// externalIDs are the foreign ids of tickets, by ticket.
func externalIDs(ctx context.Context, tx db.Tx, tickets []any) (map[int64][]ExternalID, error) {
	w := (&db.Where{}).And("kind = 'ticket'").In("record_id", tickets)
	rows, err := tx.Query(ctx, `SELECT record_id, source, id FROM external_id WHERE `+w.SQL()+` ORDER BY record_id, source, id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64][]ExternalID{}
	for rows.Next() {
		var ticket int64
		var e ExternalID
		if err := rows.Scan(&ticket, &e.Source, &e.ID); err != nil {
			return nil, err
		}
		out[ticket] = append(out[ticket], e)
	}
	return out, rows.Err()
}

// name gives a ticket exactly these foreign ids. One that another ticket has is refused.
func (s *Service) name(ctx context.Context, tx db.Tx, by act.Actor, t *Ticket, ids []ExternalID) error {
	ids, err := cleanExternal(ids)
	if err != nil {
		return err
	}
	have := map[int64][]ExternalID{}
	if t.beside.has(besideNames) {
		if have, err = externalIDs(ctx, tx, []any{t.ID}); err != nil {
			return err
		}
	}
	var added, removed []string
	for _, e := range have[t.ID] {
		if slices.Contains(ids, e) {
			continue
		}
		removed = append(removed, e.String())
		if _, err := tx.Exec(ctx, `DELETE FROM external_id WHERE source = $1 AND kind = 'ticket' AND id = $2 AND record_id = $3`, e.Source, e.ID, t.ID); err != nil {
			return err
		}
	}
	for n, e := range ids {
		if slices.Contains(have[t.ID], e) {
			continue
		}
		added = append(added, e.String())
		var other int64
		err := tx.QueryRow(ctx, `INSERT INTO external_id (source, kind, id, record_id) VALUES ($1, 'ticket', $2, $3)
			ON CONFLICT (source, kind, id) DO UPDATE SET record_id = external_id.record_id RETURNING record_id`, e.Source, e.ID, t.ID).Scan(&other)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		if other != t.ID {
			f := fault.Field(fmt.Sprintf("external_ids[%d]", n), e.String(), "an id that no other ticket has from this source",
				"Ticket %d has the id %s of %s already. An id leads to one ticket only.", other, e.ID, e.Source)
			f.Code = fault.Conflict
			return f
		}
	}
	if len(added)+len(removed) == 0 {
		return nil
	}
	if err := t.mark(ctx, tx, besideNames); err != nil {
		return err
	}
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: TicketNamed, Subject: ledger.Ref{Kind: "ticket", ID: t.ID}, Data: map[string]any{"added": added, "removed": removed}})
	return err
}
