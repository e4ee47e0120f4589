-- +goose Up

-- What is noted about people and organizations beside what rules read: phone, notes, details, tags
-- and their like, as one JSON object.
CREATE TABLE directory_card (
  kind TEXT NOT NULL,
  record_id INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (kind, record_id)
) STRICT;

-- When somebody was removed: they are suspended and in no list of the Zendesk API.
ALTER TABLE person ADD COLUMN removed_at INTEGER;
CREATE INDEX person_removed ON person (id) WHERE removed_at IS NOT NULL;

-- Exports go by the time of the last change.
CREATE INDEX person_changed ON person (updated, id);
CREATE INDEX organization_changed ON organization (updated, id);

-- What an administrator looks through: changes of people, organizations, teams and the configuration.
CREATE INDEX events_changes ON events (id) WHERE subject_kind IN ('person', 'organization', 'team', 'change', 'change_request');
