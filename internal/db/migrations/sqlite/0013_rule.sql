-- +goose Up

-- When time rules have to look at a ticket next; NULL for never. Its timer stands in job.
ALTER TABLE ticket ADD COLUMN rule_due INTEGER;

-- The stretch of time that a time rule acted on last, by ticket: it acts on each once.
CREATE TABLE ticket_spell (
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  rule_id INTEGER NOT NULL,
  metric TEXT NOT NULL,
  since INTEGER NOT NULL,
  fired INTEGER NOT NULL,
  began INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, rule_id, metric)
) STRICT;

-- How far tickets are in line with the time rules in force: one row.
CREATE TABLE time_rule_state (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  reached INTEGER NOT NULL,
  last INTEGER NOT NULL,
  done INTEGER NOT NULL
) STRICT;
