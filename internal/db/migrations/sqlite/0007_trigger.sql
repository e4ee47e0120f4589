-- +goose Up

-- Triggers that fire once in a ticket's life, and have.
CREATE TABLE ticket_once (
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  trigger_id INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, trigger_id)
) STRICT;

-- When each trigger fired or was stopped, on what. Swept after 90 days.
CREATE TABLE trigger_firing (
  trigger_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  stopped TEXT NOT NULL,
  PRIMARY KEY (trigger_id, at, event_id)
) STRICT;
CREATE INDEX trigger_firing_at ON trigger_firing (at);
CREATE INDEX trigger_firing_stopped ON trigger_firing (trigger_id, at) WHERE stopped <> '';
