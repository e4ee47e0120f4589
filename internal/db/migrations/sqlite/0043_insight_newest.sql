-- +goose Up

-- The facts behind a figure are listed newest first, those of one moment by their events.
CREATE INDEX insight_fact_newest ON insight_fact (stream_id, at, event_id);
DROP INDEX insight_fact_at;
