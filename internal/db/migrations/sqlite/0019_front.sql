-- +goose Up

-- What people send with the web request form, until it is a ticket: it waits for their confirmation, or for
-- somebody who looks. Sent twice from one page it is here once.
CREATE TABLE web_request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  nonce TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  portal_id INTEGER NOT NULL,
  form_id INTEGER NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  person_id INTEGER,
  subject TEXT NOT NULL,
  content TEXT NOT NULL,
  remote TEXT NOT NULL,
  ticket_id INTEGER
) STRICT;
CREATE INDEX web_request_state ON web_request (state, id);
CREATE INDEX web_request_email ON web_request (email, created);
CREATE INDEX web_request_expires ON web_request (expires, id);
CREATE TABLE web_request_file (
  request_id INTEGER NOT NULL REFERENCES web_request (id),
  file_id INTEGER NOT NULL REFERENCES file (id),
  PRIMARY KEY (request_id, file_id)
) STRICT;
CREATE INDEX web_request_file_file ON web_request_file (file_id);

-- Links through which customers send large files, and what came through them.
CREATE TABLE upload_link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  created INTEGER NOT NULL,
  created_by INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  revoked_at INTEGER,
  max_bytes INTEGER NOT NULL,
  keep INTEGER NOT NULL
) STRICT;
CREATE INDEX upload_link_ticket ON upload_link (ticket_id, id);
CREATE TABLE upload (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  link_id INTEGER NOT NULL REFERENCES upload_link (id),
  file_id INTEGER,
  filename TEXT NOT NULL,
  size INTEGER NOT NULL,
  received INTEGER NOT NULL,
  state TEXT NOT NULL,
  hash_state BLOB,
  sha256 BLOB,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  ended INTEGER
) STRICT;
CREATE INDEX upload_link_id ON upload (link_id, id);
CREATE INDEX upload_file ON upload (file_id);

