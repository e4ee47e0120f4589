-- +goose Up

-- How each webhook of the configuration does, by its blueprint's id.
CREATE TABLE webhook_endpoint (
  webhook_id INTEGER PRIMARY KEY,
  since INTEGER NOT NULL,
  failing_since INTEGER,
  failures INTEGER NOT NULL,
  delivered_at INTEGER,
  disabled_at INTEGER,
  disabled_why TEXT NOT NULL
) STRICT;
CREATE TABLE webhook_delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id INTEGER NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  event_id INTEGER NOT NULL,
  type TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due INTEGER NOT NULL,
  created INTEGER NOT NULL,
  tried INTEGER,
  took INTEGER NOT NULL,
  status INTEGER NOT NULL,
  error TEXT NOT NULL,
  response TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (webhook_id, event_id) WHERE event_id > 0;
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, due, id) WHERE state = 'queued';
CREATE INDEX webhook_delivery_state ON webhook_delivery (webhook_id, state, id);
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_created ON webhook_delivery (created, id);

-- Requests a minute a token may make; NULL for any number.
ALTER TABLE token ADD COLUMN rate INTEGER;

-- Versions of teams' memberships, by the team's blueprint id; none is version 1.
CREATE TABLE team_version (
  team_id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT;
