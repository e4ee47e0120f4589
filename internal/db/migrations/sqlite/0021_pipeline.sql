-- +goose Up

-- Where the tickets of a pipeline stand, and what they score.
CREATE TABLE ticket_stage (
  ticket_id INTEGER PRIMARY KEY REFERENCES ticket (id),
  pipeline_id INTEGER NOT NULL,
  stage TEXT NOT NULL,
  since INTEGER NOT NULL,
  due INTEGER,
  overdue_at INTEGER,
  score REAL NOT NULL,
  event_id INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_stage_board ON ticket_stage (pipeline_id, stage, score, ticket_id);
