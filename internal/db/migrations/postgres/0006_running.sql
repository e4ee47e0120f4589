-- +goose Up

-- Processes that serve this database. A node beats every second by the database's clock; the
-- jobs of one that stopped beating and lost its connection are taken over at once.
CREATE TABLE node (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  version TEXT COLLATE "C" NOT NULL,
  known BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  started BIGINT NOT NULL,
  seen BIGINT NOT NULL
);

-- How old a program may be for each version of the schema: the version it must know. A migration
-- that only expands adds its row; without one, older programs refuse the schema.
CREATE TABLE schema_reach (
  version BIGINT PRIMARY KEY,
  oldest BIGINT NOT NULL
);
INSERT INTO schema_reach (version, oldest) VALUES (6, 6);
CREATE INDEX job_parked ON job (kind, id) WHERE state = 'parked';
