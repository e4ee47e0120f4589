package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// replays measures running the history of many tickets through changed service levels.
func replays(ctx context.Context, s settings, e *engine, r *report) error {
	size := s.sizes[0]
	if err := e.fill(ctx, size); err != nil {
		return err
	}
	if err := e.history(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(e.dir, "proposal-")
	if err != nil {
		return err
	}
	if err := unpack(dir); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	for _, f := range files { // every promise an hour shorter
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(f, []byte(strings.NewReplacer("within: 8h", "within: 1h", "within: 20h", "within: 7h").Replace(string(text))), 0o644); err != nil {
			return err
		}
	}
	if err := replayOf(e, dir, size, r, "replay of "+number(float64(size))+" tickets"); err != nil {
		return err
	}
	// Another trigger: what all of them do is worked out anew, by both configurations.
	trigger := "kind: trigger\nname: bench\ntitle: Bench\non: [replied]\nwhen: ticket.priority == \"urgent\" && ticket.status == \"new\"\ndo:\n  - { add_tags: [seen] }\n"
	if err := os.WriteFile(filepath.Join(dir, "bench.yaml"), []byte(trigger), 0o644); err != nil {
		return err
	}
	return replayOf(e, dir, size, r, "replay of "+number(float64(size))+" tickets, triggers anew")
}

// replayOf replays a folder over every filled ticket.
func replayOf(e *engine, dir string, size int, r *report, name string) error {
	begun := time.Now()
	out, err := e.command("plan", "--replay", "--since", "400d", "--json", dir)
	if err != nil {
		return err
	}
	took := time.Since(begun)
	var p struct {
		Replay struct {
			Sections []struct{ Total, Replayed, Different int64 }
		}
	}
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		return err
	}
	if len(p.Replay.Sections) != 1 || p.Replay.Sections[0].Replayed != int64(size) || p.Replay.Sections[0].Different == 0 {
		return fmt.Errorf("the replay is not one of %d tickets: %+v", size, p.Replay)
	}
	r.add(e, name, float64(size)/took.Seconds(), " tickets/s", target{min: 3334}, "")
	return nil
}

// history makes the filled tickets ones whose life is told: opened with every field, answered
// after a while, moved to where they stand.
func (e *engine) history(ctx context.Context) error {
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	columns := `id, at, recorded, verb, actor_kind, actor_id, token_id, behalf_id, subject_kind, subject_id, cause_event, cause_blueprint, cause_version, depth, generation, visibility, data, salt, digest`
	event := func(from, at, verb, kind, data string) string {
		return `INSERT INTO events (` + columns + `) SELECT (SELECT max(id) FROM events) + row_number() OVER (ORDER BY t.id), ` + at + `, ` + at + `, '` + verb + `', 'person', 1, 0, 0, '` + kind +
			`', t.id, 0, 0, 0, 0, 1, 'public', ` + data + `, e.salt, e.digest FROM ` + from + ` CROSS JOIN (SELECT salt, digest FROM events ORDER BY id LIMIT 1) AS e`
	}
	// Other measures have opened tickets behind the filled ones.
	filled := fmt.Sprintf(`ticket t WHERE t.id > %d AND t.id <= %d`, fillBase, fillBase+e.filled)
	where := func(from string) string { return `(SELECT * FROM ` + from + `) AS t` }
	for _, q := range []string{
		fmt.Sprintf(`UPDATE events SET data = (SELECT '{"agent":false,"assignee_id":0,"brand_id":0,"channel":"mail","followup_of":0,"mailbox_id":0,"organization_id":' || t.organization_id ||
			',"priority":"' || t.priority || '","public":true,"requester_id":' || t.requester_id || ',"status":"new","tags":[],"team_id":0}' FROM ticket t WHERE t.id = events.subject_id)
			WHERE subject_kind = 'ticket' AND subject_id > %d AND subject_id <= %d AND verb = 'ticket.created'`, fillBase, fillBase+e.filled),
		event(where(fmt.Sprintf(`organization t WHERE t.id > %d`, fillBase)), `1`, `organization.created`, `organization`, `'{"attributes":{"plan":"premium"}}'`),
		event(where(filled+` AND t.status <> 'new'`), `t.created + (t.id % 13) * 3600000000`, `ticket.replied`, `ticket`, `'{"automatic":false,"channel":"web","files":0}'`),
		event(where(filled+` AND t.status <> 'new'`), `t.created + (t.id % 13) * 3600000000 + 60000000`, `ticket.changed`, `ticket`, `'{"changes":{"status":["new","' || t.status || '"]}}'`),
	} {
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%.80s: %w", q, err)
		}
	}
	return nil
}
