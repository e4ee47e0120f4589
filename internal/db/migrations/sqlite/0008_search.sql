-- +goose Up

-- The words of every record that can be found. rowid is kind and id in one (search.key). The
-- text itself is not kept: it stands in the records. tokenize: the words come ready made.
CREATE VIRTUAL TABLE search_index USING fts5 (title, body, notes, facets, content='', contentless_delete=1, tokenize='ascii');
-- How far the last rebuild of each kind came; the row '' orders those who write the index.
CREATE TABLE search_build (
  kind TEXT PRIMARY KEY,
  last_id INTEGER NOT NULL,
  records INTEGER NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER
) STRICT;
INSERT INTO search_build (kind, last_id, records, started) VALUES ('', 0, 0, 0);
