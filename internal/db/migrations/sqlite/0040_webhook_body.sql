-- +goose Up

-- Secrets of webhooks that were made or given here, by the webhook's blueprint id. purpose is
-- signing or authorization.
CREATE TABLE webhook_secret (
  webhook_id INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  secret TEXT NOT NULL,
  made INTEGER NOT NULL,
  PRIMARY KEY (webhook_id, purpose)
) STRICT;

-- A text of its own that a delivery tells instead of its event: whose ticket it is about, and
-- whether it is kept or was taken away.
ALTER TABLE webhook_delivery ADD COLUMN body TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_delivery ADD COLUMN body_state TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_delivery ADD COLUMN ticket_id INTEGER;
ALTER TABLE webhook_delivery ADD COLUMN person_id INTEGER;
CREATE INDEX webhook_delivery_ticket ON webhook_delivery (ticket_id) WHERE body <> '';
CREATE INDEX webhook_delivery_person ON webhook_delivery (person_id) WHERE body <> '';
