package app

import (
	"context"
	"time"

	"steward/internal/db"
	"steward/internal/node"
	"steward/internal/observe"
)

// figures are read when Prometheus asks. Each is bounded: labels are names from the code or the
// configuration, numbers are counted up to db.Cap.
func (a *App) figures() {
	a.Watch.Collect([]observe.Describe{
		{Name: "steward_db_waiting", Help: "Writes that wait or are under way."},
		{Name: "steward_db_commits_total", Help: "Commits; on SQLite one carries many writes."},
		{Name: "steward_db_retries_total", Help: "Transactions run again because they collided."},
		{Name: "steward_follower_lag_events", Help: "Events that a follower has not read.", Label: "follower"},
		{Name: "steward_follower_lag_seconds", Help: "Age of the oldest event that a follower has not read.", Label: "follower"},
		{Name: "steward_follower_parked", Help: "Events that a follower could not handle.", Label: "follower"},
		{Name: "steward_job_due", Help: "Jobs that should have begun, up to 1,001.", Label: "kind"},
		{Name: "steward_job_late_seconds", Help: "How late the job is that should have begun first.", Label: "kind"},
		{Name: "steward_job_parked", Help: "Jobs given up, up to 1,001.", Label: "kind"},
		{Name: "steward_outbox", Help: "Outgoing mail, up to 1,000.", Label: "state"},
		{Name: "steward_mail_received", Help: "Mail for a person to look at, up to 1,000.", Label: "state"},
		{Name: "steward_ledger_events", Help: "Events in the ledger."},
		{Name: "steward_nodes", Help: "Nodes that serve this PostgreSQL database."},
		{Name: "steward_generation", Help: "Generation of the configuration in force here."},
	}, a.readFigures)
}

func (a *App) readFigures(ctx context.Context) (out []observe.Figure, err error) {
	add := func(name, label string, v float64) {
		out = append(out, observe.Figure{Name: name, Label: label, Value: v})
	}
	s := a.DB.Stats()
	add("steward_db_waiting", "", float64(s.Waiting))
	add("steward_db_commits_total", "", float64(s.Commits))
	add("steward_db_retries_total", "", float64(s.Retries))
	add("steward_generation", "", float64(a.config.Load().generation))
	now := a.clock()
	since := func(t time.Time) float64 {
		if t.IsZero() {
			return 0
		}
		return max(0, now.Sub(t).Seconds())
	}
	lags, err := a.Ledger.Lags(ctx)
	if err != nil {
		return out, err
	}
	for _, l := range lags {
		add("steward_follower_lag_events", l.Name, float64(l.Events))
		add("steward_follower_lag_seconds", l.Name, since(l.Since))
		add("steward_follower_parked", l.Name, float64(l.Parked))
	}
	head, _, err := a.Ledger.Head(ctx)
	if err != nil {
		return out, err
	}
	add("steward_ledger_events", "", float64(head))
	return out, a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		jobs, err := a.Jobs.Backlogs(ctx, tx)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			add("steward_job_due", j.Kind, float64(j.Due))
			add("steward_job_late_seconds", j.Kind, since(j.Oldest))
			add("steward_job_parked", j.Kind, float64(j.Parked))
		}
		mail, err := a.Mail.Counts(ctx, tx, a.Root())
		if err != nil {
			return err
		}
		for group, name := range map[string]string{"outbox": "steward_outbox", "received": "steward_mail_received"} {
			for state, n := range mail[group] {
				add(name, state, float64(n.Count))
			}
		}
		nodes, err := node.List(ctx, tx)
		if err != nil {
			return err
		}
		if tx.Engine() == db.Postgres {
			add("steward_nodes", "", float64(len(nodes)))
		}
		return nil
	})
}
