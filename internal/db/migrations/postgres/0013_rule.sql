-- +goose Up

-- When time rules have to look at a ticket next; NULL for never. Its timer stands in job.
ALTER TABLE ticket ADD COLUMN rule_due BIGINT;

-- The stretch of time that a time rule acted on last, by ticket: it acts on each once.
CREATE TABLE ticket_spell (
  ticket_id BIGINT NOT NULL REFERENCES ticket (id),
  rule_id BIGINT NOT NULL,
  metric TEXT COLLATE "C" NOT NULL,
  since BIGINT NOT NULL,
  fired BIGINT NOT NULL,
  began BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, rule_id, metric)
);

-- How far tickets are in line with the time rules in force: one row.
CREATE TABLE time_rule_state (
  id BIGINT PRIMARY KEY,
  digest TEXT COLLATE "C" NOT NULL,
  reached BIGINT NOT NULL,
  last BIGINT NOT NULL,
  done BOOLEAN NOT NULL
);
