-- +goose Up

-- Files that were uploaded through the Zendesk API under one token, until a message takes them up.
CREATE TABLE zendesk_upload (
  token TEXT COLLATE "C" NOT NULL,
  file_id BIGINT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (token, file_id)
);
CREATE INDEX zendesk_upload_created ON zendesk_upload (created);
