-- +goose Up

-- The records that a replay found, a hundred a row: part is a group of its report, body a list of JSON, the newest first.
CREATE TABLE replay_found (
  replay_id INTEGER NOT NULL REFERENCES replay (id) ON DELETE CASCADE,
  part INTEGER NOT NULL,
  n INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (replay_id, part, n)
) STRICT, WITHOUT ROWID;
