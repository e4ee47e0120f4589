-- +goose Up

-- Attempts of a webhook's delivery before its last, which stands on the delivery itself.
CREATE TABLE webhook_attempt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id INTEGER NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
  tried INTEGER NOT NULL,
  took INTEGER NOT NULL,
  status INTEGER NOT NULL,
  error TEXT NOT NULL,
  response TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_attempt_delivery ON webhook_attempt (delivery_id, id);

-- Since when somebody is in a team; NULL for those who were before this was kept.
ALTER TABLE team_member ADD COLUMN since INTEGER;
