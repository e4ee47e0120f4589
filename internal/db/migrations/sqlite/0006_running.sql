-- +goose Up

-- Processes that serve this database. A node beats every second by the database's clock; the
-- jobs of one that stopped beating and lost its connection are taken over at once.
CREATE TABLE node (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  known INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  started INTEGER NOT NULL,
  seen INTEGER NOT NULL
) STRICT;
INSERT INTO instance (name, value) VALUES ('schema_oldest', '1') ON CONFLICT (name) DO NOTHING;
CREATE INDEX job_parked ON job (kind, id) WHERE state = 'parked';
