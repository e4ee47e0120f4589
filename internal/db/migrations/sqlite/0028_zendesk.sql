-- +goose Up

-- Work that a call of the Zendesk API asked for and that is done in the background.
CREATE TABLE zendesk_job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  person_id INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  items TEXT NOT NULL,
  state TEXT NOT NULL,
  total INTEGER NOT NULL,
  progress INTEGER NOT NULL,
  message TEXT NOT NULL,
  results TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
CREATE INDEX zendesk_job_person ON zendesk_job (person_id, state, id);
CREATE INDEX zendesk_job_created ON zendesk_job (created);
