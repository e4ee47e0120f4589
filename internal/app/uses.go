package app

import (
	"context"
	"fmt"

	"steward/internal/blueprint"
	"steward/internal/db"
	"steward/internal/lang"
)

// recordUses are the columns that hold a blueprint's id, by the blueprint's kind.
var recordUses = map[string][]struct {
	from, kind string
	words      lang.Term
}{
	"team": {{"ticket WHERE team_id = $1 AND done = FALSE AND deleted_at IS NULL", "ticket", lang.Term("open tickets with this team")},
		{"team_member WHERE team_id = $1", "person", lang.Term("people in this team")}, {"account WHERE team_id = $1", "account", lang.Term("accounts that it looks after")}},
	"role": {{"person_role WHERE role_id = $1", "person", lang.Term("people who have this role")}},
	"sla":  {{"clock WHERE policy_id = $1 AND ended IS NULL", "ticket", lang.Term("promises that are being kept under it")}},
	"entitlement": {{"ticket WHERE entitlement_id = $1 AND done = FALSE AND deleted_at IS NULL", "ticket", lang.Term("open tickets that were judged by it")},
		{"entitlement_term WHERE entitlement_id = $1 AND ended_at IS NULL", "organization", lang.Term("organizations that have it for a term")}},
	"calendar":       {{"clock WHERE calendar_id = $1 AND ended IS NULL", "ticket", lang.Term("promises that are counted in it")}},
	"region":         {{"handover WHERE to_region = $1 AND taken IS NULL", "ticket", lang.Term("tickets handed to it that wait")}},
	"routing":        {{"ticket_queue WHERE queue_id = $1", "ticket", lang.Term("tickets that wait in it")}},
	"mailbox":        {{"ticket WHERE mailbox_id = $1 AND done = FALSE AND deleted_at IS NULL", "ticket", lang.Term("open tickets that are answered from it")}},
	"pipeline":       {{"ticket_stage WHERE pipeline_id = $1", "ticket", lang.Term("tickets that go through it")}},
	"brand":          {{"ticket WHERE brand_id = $1 AND done = FALSE AND deleted_at IS NULL", "ticket", lang.Term("open tickets of this brand")}},
	"tracker":        {{"ticket_link l JOIN tracker_issue i ON i.id = l.issue_id WHERE i.tracker_id = $1", "ticket", lang.Term("links of tickets to its issues")}},
	"cta_rule":       {{"account_call WHERE rule_id = $1 AND closed IS NULL", "account", lang.Term("open calls to action that it asked for")}},
	"triage":         {{"account WHERE triage_id = $1", "account", lang.Term("accounts whose health updates follow it")}},
	"manual_measure": {{"judgement WHERE measure_id = $1 AND ended IS NULL", "account", lang.Term("judgements of it")}},
	"scorecard":      {{"health_now WHERE card_id = $1", "account", lang.Term("accounts that are scored by it")}},
	"playbook":       {{"playbook_run WHERE playbook_id = $1 AND state IN ('active', 'paused', 'queued')", "run", lang.Term("runs under way")}},
	"program":        {{"application WHERE program_id = $1 AND state NOT IN ('rejected', 'withdrawn', 'lapsed', 'revoked', 'renewed')", "application", lang.Term("applications and memberships under it")}},
	"issue-template": {{"issue_report WHERE template_id = $1 AND state = 'queued'", "ticket", lang.Term("issues on their way to a tracker")}},
}

// countUses counts the records that use a blueprint, each up to the cap.
func countUses(ctx context.Context, tx db.Tx, e blueprint.Entry) ([]blueprint.Use, error) {
	var out []blueprint.Use
	for _, u := range recordUses[e.Kind] {
		var n int64
		err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d) AS uses`, u.from, db.Cap+1), e.ID).Scan(&n)
		if err != nil {
			return nil, err
		}
		c := db.Capped(n)
		out = append(out, blueprint.Use{Kind: u.kind, Count: &c, Detail: lang.In(ctx).Word(string(u.words))})
	}
	return out, nil
}
