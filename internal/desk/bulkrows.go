package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
)

// Close ends the history and adds the ticket's rows.
func (p *Past) Close() error {
	t, rows := p.Ticket, p.b.Rows
	row, err := t.row()
	if err != nil {
		return err
	}
	rows.Add("ticket", "id, rule_due, "+ticketColumns, append([]any{t.ID, db.NullMicros(t.RuleDue)}, row...)...)
	p.b.cfg.Fields.Bulk(rows, "ticket", t.ID, t.Attributes)
	for _, tag := range t.Tags {
		rows.Add("ticket_tag", "tag, ticket_id", tag, t.ID)
	}
	for _, id := range t.People.Copies {
		rows.Add("ticket_person", personColumns, t.personRow(p.opened, id)...)
	}
	p.bulkWork(rows)
	p.bulkQueue(rows)
	p.bulkRefusal(rows)
	if err := p.bulkStage(rows); err != nil {
		return err
	}
	for i, c := range p.comments {
		rows.Add("comment", "id, "+commentColumns, append([]any{c.ID}, c.row()...)...)
		for _, a := range p.files[i] {
			if a.FileID != 0 {
				return fault.New(fault.Invalid, "An import attaches stored blobs, not uploaded files.")
			}
			p.b.s.files.Bulk(rows, p.authors[i], p.b.file, a.Blob, a.Filename)
			rows.Add("comment_file", "comment_id, file_id, content_id, inline", c.ID, p.b.file, a.ContentID, a.Inline)
			p.b.file++
		}
		for _, link := range p.b.cfg.docsLinks(Message{Public: c.Public, Agent: c.Agent, HTML: c.HTML, Text: c.Text}, p.b.s.home()) {
			rows.Add("reply_link", "comment_id, url, ticket_id, at", c.ID, link, t.ID, db.Micros(c.At))
		}
		if c.MessageID != "" {
			rows.Add("message_ref", "message_id, ticket_id", c.MessageID, t.ID)
		}
	}
	for _, c := range p.clocks {
		spans, err := json.Marshal(c.Spans)
		if err != nil {
			return err
		}
		rows.Add("clock", "id, "+clockColumns, append([]any{c.ID}, c.row(spans)...)...)
		if tm, ok := p.timers[c]; ok {
			if err := p.b.s.jobs.Bulk(rows, tm.created, tm.generation, c.timer()); err != nil {
				return fmt.Errorf("timer of clock %d: %w", c.ID, err)
			}
		}
	}
	return p.closeRules()
}

// around is what triggers need to know: an import names nobody by address.
func (p *Past) around(by act.Actor) around {
	return around{cfg: p.b.cfg, by: by, now: by.Now(), colleague: func(string) (int64, error) { return 0, nil },
		once: func(trigger int64) (bool, error) { return p.once[trigger], nil }}
}

// tell records what triggers did: changes and notes; nobody is written to.
func (p *Past) tell(ctx context.Context, by act.Actor, m moment, run cascade) error {
	first := make([]int64, len(run.fired))
	for i, f := range run.fired {
		cause := m.event
		if f.cause >= 0 {
			cause = first[f.cause]
		}
		var err error
		if first[i], err = p.tellFiring(ctx, f.trigger.actor(by, cause, f.depth), m, f); err != nil {
			return err
		}
		if first[i] == 0 {
			continue
		}
		if f.trigger.Spec.Once {
			p.once[f.trigger.ID] = true
			p.b.Rows.Add("ticket_once", "ticket_id, trigger_id", p.Ticket.ID, f.trigger.ID)
		}
	}
	return nil
}
