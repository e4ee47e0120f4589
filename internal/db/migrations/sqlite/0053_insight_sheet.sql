-- +goose Up

-- Figures are kept in another way, so everything is worked out again from the ledger.
DROP TABLE insight_fact;
DROP TABLE insight_roll;
DELETE FROM insight_stream;
DELETE FROM insight_record;
DELETE FROM insight_source;
DELETE FROM event_parked WHERE name LIKE 'insight.%';
DELETE FROM event_cursor WHERE name LIKE 'insight.%';

-- Facts that several streams count share one sheet: those of one population, placed in time and
-- split in the same way. Each stream is one of its columns.
CREATE TABLE insight_sheet (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL,
  about TEXT NOT NULL
) STRICT;
ALTER TABLE insight_stream ADD COLUMN sheet_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE insight_stream ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
CREATE INDEX insight_stream_sheet ON insight_stream (sheet_id);

-- The facts of a sheet, in every version that was ever known: from recorded until gone. Bits of
-- counts and good are columns for which the fact counts and is on the good side; amounts are the
-- columns' amounts with a comma between, without zeros at the end.
CREATE TABLE insight_fact (
  sheet_id INTEGER NOT NULL,
  record_kind TEXT NOT NULL,
  record_id INTEGER NOT NULL,
  key INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  gone INTEGER NOT NULL,
  counts INTEGER NOT NULL,
  good INTEGER NOT NULL,
  amounts TEXT NOT NULL,
  person_id INTEGER NOT NULL,
  team_id INTEGER NOT NULL,
  organization_id INTEGER NOT NULL,
  d1 TEXT NOT NULL,
  d2 TEXT NOT NULL,
  d3 TEXT NOT NULL,
  d4 TEXT NOT NULL,
  d5 TEXT NOT NULL,
  d6 TEXT NOT NULL,
  d7 TEXT NOT NULL,
  d8 TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (sheet_id, record_kind, record_id, key, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX insight_fact_newest ON insight_fact (sheet_id, at, event_id);

-- What the facts that count now come to, day by day of the sheet's zone, packed: dim 0 is the sums of
-- each column, 1 to 8 the sums for each value of a dimension, 9 the facts themselves without
-- their records. bucket is the day since 1970.
CREATE TABLE insight_roll (
  sheet_id INTEGER NOT NULL,
  dim INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (sheet_id, dim, bucket)
) STRICT;
