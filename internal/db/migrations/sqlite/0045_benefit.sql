-- +goose Up

-- What members of programs were granted, one row a benefit.
CREATE TABLE application_grant (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  application_id INTEGER NOT NULL REFERENCES application (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  pool_id INTEGER,
  wanted TEXT NOT NULL,
  error TEXT NOT NULL,
  seats INTEGER,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX application_grant_one ON application_grant (application_id, name);
CREATE INDEX application_grant_pool ON application_grant (pool_id, state, id);

-- One-time codes. A code belongs to a grant before anybody sees it.
CREATE TABLE benefit_code (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pool_id INTEGER NOT NULL,
  code TEXT NOT NULL,
  state TEXT NOT NULL,
  grant_id INTEGER REFERENCES application_grant (id),
  imported INTEGER NOT NULL,
  dispatched INTEGER,
  redeemed INTEGER,
  alert TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX benefit_code_code ON benefit_code (code);
CREATE INDEX benefit_code_pool ON benefit_code (pool_id, state, id);
CREATE INDEX benefit_code_grant ON benefit_code (grant_id);
CREATE INDEX benefit_code_alert ON benefit_code (pool_id, id) WHERE alert <> '';
CREATE INDEX benefit_code_dispatched ON benefit_code (pool_id, dispatched);

-- Memberships in the order in which they began, and ended, for the booking record and forecasts.
CREATE INDEX application_term ON application (term_from, id);
CREATE INDEX application_until ON application (term_until, id);
