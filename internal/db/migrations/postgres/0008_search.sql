-- +goose Up

-- The words of every record that can be found. rowid is kind and id in one (search.key). The
-- text itself is not kept: it stands in the records.
CREATE TABLE search_index (
  rowid BIGINT PRIMARY KEY,
  words TSVECTOR NOT NULL
);
CREATE INDEX search_index_words ON search_index USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 1024);
-- How far the last rebuild of each kind came; the row '' orders those who write the index.
CREATE TABLE search_build (
  kind TEXT COLLATE "C" PRIMARY KEY,
  last_id BIGINT NOT NULL,
  records BIGINT NOT NULL,
  started BIGINT NOT NULL,
  finished BIGINT
);
INSERT INTO search_build (kind, last_id, records, started) VALUES ('', 0, 0, 0);
