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
INSERT INTO instance (name, value) VALUES ('schema_oldest', '1') ON CONFLICT (name) DO NOTHING;
CREATE INDEX job_parked ON job (kind, id) WHERE state = 'parked';
