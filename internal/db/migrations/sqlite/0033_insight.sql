-- +goose Up

-- What figures are made of. A source is everything that is told about one kind of records; its mark
-- changes with what is declared. Records up to done_to are followed, those behind it are still to be read.
CREATE TABLE insight_source (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  mark TEXT NOT NULL,
  done_to INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX insight_source_mark ON insight_source (name, mark);
-- What is known of each record, as internal/population folds it.
CREATE TABLE insight_record (
  source_id INTEGER NOT NULL,
  record_kind TEXT NOT NULL,
  record_id INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (source_id, record_kind, record_id)
) STRICT;

-- One part of an indicator, worked out: a changed indicator gets streams of its own beside the old
-- ones. The newest finished ones are shown. plan is what is needed to read them, as JSON.
CREATE TABLE insight_stream (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  indicator_id INTEGER NOT NULL,
  run INTEGER NOT NULL,
  part INTEGER NOT NULL,
  mark TEXT NOT NULL,
  source_id INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  plan TEXT NOT NULL,
  done_to INTEGER NOT NULL,
  done INTEGER NOT NULL,
  begun INTEGER NOT NULL,
  finished INTEGER
) STRICT;
CREATE UNIQUE INDEX insight_stream_run ON insight_stream (indicator_id, run, part);
CREATE INDEX insight_stream_source ON insight_stream (source_id);

-- Which facts a stream counts, in every version that was ever known: from recorded until gone.
CREATE TABLE insight_fact (
  stream_id INTEGER NOT NULL,
  record_kind TEXT NOT NULL,
  record_id INTEGER NOT NULL,
  key INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  gone INTEGER NOT NULL,
  good INTEGER NOT NULL,
  amount INTEGER NOT NULL,
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
  PRIMARY KEY (stream_id, record_kind, record_id, key, pos)
) STRICT;
CREATE INDEX insight_fact_at ON insight_fact (stream_id, at, record_id, key);

-- Sums of the facts that count now, by day and by quarter of an hour: dim 0 is all of them, the
-- others are split by the stream's dimensions. A bucket is a day of the stream's zone since 1970,
-- or a quarter of an hour since then.
CREATE TABLE insight_roll (
  stream_id INTEGER NOT NULL,
  grain INTEGER NOT NULL,
  dim INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  key TEXT NOT NULL,
  good INTEGER NOT NULL,
  total INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (stream_id, grain, dim, bucket, key)
) STRICT;
