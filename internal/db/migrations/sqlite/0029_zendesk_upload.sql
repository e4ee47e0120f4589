-- +goose Up

-- Files that were uploaded through the Zendesk API under one token, until a message takes them up.
CREATE TABLE zendesk_upload (
  token TEXT NOT NULL,
  file_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (token, file_id)
) STRICT;
CREATE INDEX zendesk_upload_created ON zendesk_upload (created);
