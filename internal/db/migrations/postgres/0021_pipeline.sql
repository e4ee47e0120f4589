-- +goose Up

-- Where the tickets of a pipeline stand, and what they score.
CREATE TABLE ticket_stage (
  ticket_id BIGINT PRIMARY KEY REFERENCES ticket (id),
  pipeline_id BIGINT NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  since BIGINT NOT NULL,
  due BIGINT,
  overdue_at BIGINT,
  score DOUBLE PRECISION NOT NULL,
  event_id BIGINT NOT NULL
);
CREATE INDEX ticket_stage_board ON ticket_stage (pipeline_id, stage, score, ticket_id);
