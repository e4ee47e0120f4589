package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/url"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/directory"
	"steward/internal/fault"
)

// maxText is how long a text in place of an event may be with its values, in bytes.
const maxText = 1 << 20

// escapes are how values are written into texts, by what the texts are.
var escapes = map[string]func(string) string{"": inJSON, "json": inJSON, "form": url.QueryEscape, "xml": inXML}

func inJSON(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text always can be
	return string(b.Bytes()[1 : b.Len()-2])
}

func inXML(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

// SendText queues a delivery that tells a webhook a text about a ticket and a person in place of the
// event; it is called by actions of triggers, which checked who may. fill makes the text, given how
// values are written in the webhook's format. The event decides whether the webhook's role may know.
func (s *Service) SendText(ctx context.Context, tx db.Tx, by act.Actor, name string, event, ticketID, personID int64, fill func(escape func(string) string) string) error {
	w, err := s.named(name)
	if err != nil {
		return err
	}
	st, err := s.standing(ctx, tx, w)
	if err != nil || w.Spec.Disabled || !st.DisabledAt.IsZero() {
		return err
	}
	d, err := s.queue(ctx, tx, by, w, event, "")
	if err != nil || d.ID == 0 {
		return err
	}
	text := fill(escapes[w.Spec.Content])
	if len(text) > maxText {
		text = text[:maxText]
	}
	_, err = tx.Exec(ctx, `UPDATE webhook_delivery SET body = $1, body_state = $2, ticket_id = $3, person_id = $4 WHERE id = $5`, text, textKept, ticketID, personID, d.ID)
	return err
}

// forget is what takes texts away; what waits ends, as it has nothing left to tell.
const forget = `UPDATE webhook_delivery SET body = '', body_state = 'gone', state = CASE WHEN state = 'queued' THEN 'failed' ELSE state END,
	error = CASE WHEN state = 'queued' THEN 'What this was to tell was taken away with the words it held.' ELSE error END WHERE body <> '' AND `

// Forget takes away the texts about a ticket: they may hold words that must not be kept.
func (s *Service) Forget(ctx context.Context, tx db.Tx, ticketID int64) error {
	_, err := tx.Exec(ctx, forget+`ticket_id = $1`, ticketID)
	return err
}

// texts are what rules told webhooks about tickets of somebody.
type texts struct{}

var _ directory.Eraser = texts{}

// Erasers remove what rules told webhooks about an erased person.
func (s *Service) Erasers() []directory.Eraser { return []directory.Eraser{texts{}} }

// What implements directory.Eraser.
func (texts) What() string { return "texts for webhooks about their tickets" }

func (texts) where(who directory.Erasing) *db.Where {
	all := make([]any, len(who.IDs))
	for i, id := range who.IDs {
		all[i] = id
	}
	return (&db.Where{}).And("body <> ''").In("person_id", all)
}

// Count implements directory.Eraser.
func (t texts) Count(ctx context.Context, tx db.Tx, who directory.Erasing) (db.Count, error) {
	w := t.where(who)
	var n int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM webhook_delivery WHERE `+w.SQL()+` LIMIT 1001) AS bounded`, w.Args()...).Scan(&n)
	return db.Capped(n), err
}

// Erase implements directory.Eraser.
func (t texts) Erase(ctx context.Context, tx db.Tx, _ act.Actor, who directory.Erasing, limit int) (int, error) {
	w := t.where(who)
	n, err := tx.Exec(ctx, forget+`id IN (SELECT id FROM webhook_delivery WHERE `+w.SQL()+` LIMIT `+w.Arg(limit)+`)`, w.Args()...)
	return int(n), err
}

// gone refuses to deliver what has nothing left to tell.
func (d Delivery) gone() error {
	if d.text != textGone {
		return nil
	}
	return fault.New(fault.Invalid, "What this was to tell was taken away with the words it held, so it cannot be delivered again.")
}
