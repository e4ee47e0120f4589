package directory

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"steward/internal/act"
	"steward/internal/auth"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/ledger"
)

// Card is what is noted about a person or an organization beside what rules read: it is kept and
// shown, nothing is decided by it. People's cards go with the person when they are erased.
type Card struct {
	Phone          string   `json:"phone,omitempty"`
	Alias          string   `json:"alias,omitempty"`     // the name customers see
	Signature      string   `json:"signature,omitempty"` // under mail
	Notes          string   `json:"notes,omitempty"`
	Details        string   `json:"details,omitempty"`
	Locale         string   `json:"locale,omitempty"` // such as en-US
	Tags           []string `json:"tags,omitempty"`
	DefaultTeam    int64    `json:"default_team,omitempty"` // blueprint id; 0 for the first
	SharedTickets  bool     `json:"shared_tickets,omitempty"`
	SharedComments bool     `json:"shared_comments,omitempty"`
}

// maxNote is how long one text of a card may be, in characters.
const maxNote = 10_000

// check refuses texts that are too long and cleans the tags.
func (c *Card) check() error {
	for name, text := range map[string]*string{"phone": &c.Phone, "alias": &c.Alias, "signature": &c.Signature, "notes": &c.Notes, "details": &c.Details, "locale": &c.Locale} {
		*text = strings.ToValidUTF8(strings.ReplaceAll(*text, "\x00", ""), "")
		most := 300
		if name == "notes" || name == "details" || name == "signature" {
			most = maxNote
		}
		if n := utf8.RuneCountInString(*text); n > most {
			return fault.Field(name, n, "fewer characters", "%s has %d characters; %d is the most.", name, n, most)
		}
	}
	seen := map[string]bool{}
	tags := []string{}
	for _, t := range c.Tags {
		t = strings.ToLower(strings.TrimSpace(t))
		if t == "" || utf8.RuneCountInString(t) > 60 || strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`,;"'<>&`, r) }) {
			return fault.Field("tags", t, "1 to 60 characters without spaces, commas or quotes", "%q cannot be a tag.", t)
		}
		if !seen[t] {
			seen[t], tags = true, append(tags, t)
		}
	}
	if len(tags) > 200 {
		return fault.Field("tags", len(tags), "at most 200", "There can be 200 tags; these are %d.", len(tags))
	}
	c.Tags = tags
	return nil
}

// Cards returns the cards of some people (kind person) or organizations (organization), by id. It
// checks no permission: whoever shows the record has.
func (s *Service) Cards(ctx context.Context, tx db.Tx, kind string, ids []int64) (map[int64]Card, error) {
	out := map[int64]Card{}
	if len(ids) == 0 {
		return out, nil
	}
	w := (&db.Where{}).And("kind = ?", kind).In("record_id", anyIDs(ids))
	rows, err := tx.Query(ctx, `SELECT record_id, data FROM directory_card WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var data string
		if err := rows.Scan(&id, &data); err != nil {
			return nil, err
		}
		var c Card
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			return nil, err
		}
		out[id] = c
	}
	return out, rows.Err()
}

// SetCard changes the card of a person or an organization. Whoever may write the record may. It
// tells that something changed, never what: the texts are personal.
func (s *Service) SetCard(ctx context.Context, tx db.Tx, by act.Actor, kind string, id int64, change func(c *Card)) (Card, error) {
	record, verb := auth.Record{Organization: id}, OrganizationUpdated
	if kind == "person" {
		p, err := s.Get(ctx, tx, by, id)
		if err != nil {
			return Card{}, err
		}
		record, verb = p.Record(), PersonUpdated
	}
	if !auth.Scope(by, "write", kind).Covers(record) {
		return Card{}, by.Denied("write", kind)
	}
	all, err := s.Cards(ctx, tx, kind, []int64{id})
	if err != nil {
		return Card{}, err
	}
	c := all[id]
	before, err := json.Marshal(c)
	if err != nil {
		return c, err
	}
	change(&c)
	if err := c.check(); err != nil {
		return c, err
	}
	data, err := json.Marshal(c)
	if err != nil || string(data) == string(before) {
		return c, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO directory_card (kind, record_id, data) VALUES ($1, $2, $3) ON CONFLICT (kind, record_id) DO UPDATE SET data = excluded.data`, kind, id, string(data)); err != nil {
		return c, err
	}
	if _, err := tx.Exec(ctx, `UPDATE `+kind+` SET updated = $1, version = version + 1 WHERE id = $2`, db.Micros(by.Now()), id); err != nil {
		return c, err
	}
	delete(seenIn(tx).people, id)
	delete(seenIn(tx).organizations, id)
	_, err = s.ledger.Append(ctx, tx, by, ledger.Entry{Verb: verb, Subject: ledger.Ref{Kind: kind, ID: id}, Data: map[string]any{"card": true}})
	return c, err
}

// cards are what is noted about people.
type cards struct{}

var _ Eraser = cards{}

func (cards) What() string { return "notes about them" }

func (cards) Count(ctx context.Context, tx db.Tx, who Erasing) (db.Count, error) {
	return count(ctx, tx, `SELECT 1 FROM directory_card WHERE kind = 'person' AND record_id IN (`+list(who.IDs)+`)`)
}

func (cards) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who Erasing, _ int) (int, error) {
	_, err := tx.Exec(ctx, `DELETE FROM directory_card WHERE kind = 'person' AND record_id IN (`+list(who.IDs)+`)`)
	return 0, err
}
