-- +goose Up

-- The records that a replay found, a hundred a row: part is a group of its report, body a list of JSON, the newest first.
CREATE TABLE replay_found (
  replay_id BIGINT NOT NULL REFERENCES replay (id) ON DELETE CASCADE,
  part BIGINT NOT NULL,
  n BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (replay_id, part, n)
);
