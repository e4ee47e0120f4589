-- +goose Up

-- Where a blueprint stands in the folder it was applied from.
ALTER TABLE blueprint ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE blueprint ADD COLUMN line INTEGER NOT NULL DEFAULT 0;

-- A change made past a policy in an emergency, and who looked at it afterwards.
ALTER TABLE change ADD COLUMN request_id INTEGER;
ALTER TABLE change ADD COLUMN emergency TEXT NOT NULL DEFAULT '';
ALTER TABLE change ADD COLUMN reviewed_by INTEGER;
ALTER TABLE change ADD COLUMN reviewed_at INTEGER;

-- Changes that wait for approval.
CREATE TABLE change_request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  authors TEXT NOT NULL,
  message TEXT NOT NULL,
  source TEXT NOT NULL,
  prune INTEGER NOT NULL,
  documents TEXT NOT NULL,
  rolls_back INTEGER,
  plan TEXT NOT NULL,
  base_generation INTEGER NOT NULL,
  change_number INTEGER,
  closed_by INTEGER,
  closed_at INTEGER,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX change_request_state ON change_request (state, id);
CREATE TABLE change_approval (
  request_id INTEGER NOT NULL REFERENCES change_request (id),
  revision INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  policies TEXT NOT NULL,
  PRIMARY KEY (request_id, revision, person_id)
) STRICT;

-- Replays of history through a proposal.
CREATE TABLE replay (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  by_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  ended INTEGER,
  documents TEXT NOT NULL,
  prune INTEGER NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  report TEXT,
  error TEXT NOT NULL
) STRICT;
CREATE INDEX replay_state ON replay (state, id);
CREATE INDEX replay_created ON replay (created);
