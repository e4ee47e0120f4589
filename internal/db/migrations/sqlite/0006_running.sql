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

-- How old a program may be for each version of the schema: the version it must know. A migration
-- that only expands adds its row; without one, older programs refuse the schema.
CREATE TABLE schema_reach (
  version INTEGER PRIMARY KEY,
  oldest INTEGER NOT NULL
) STRICT;
INSERT INTO schema_reach (version, oldest) VALUES (6, 6);
CREATE INDEX job_parked ON job (kind, id) WHERE state = 'parked';
