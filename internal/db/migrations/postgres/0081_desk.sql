-- +goose Up

-- Incidents that followed their problem into a merge, and the problem they had; undoing it gives them back.
CREATE TABLE ticket_merge_incident (
  merge_id BIGINT NOT NULL REFERENCES ticket_merge (id),
  ticket_id BIGINT NOT NULL,
  problem_id BIGINT NOT NULL,
  PRIMARY KEY (merge_id, ticket_id)
);
-- What the ticket that goes on was before it took them: its type, and the problem it was an incident of.
ALTER TABLE ticket_merge ADD COLUMN winner_type TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE ticket_merge ADD COLUMN winner_problem BIGINT;

-- When a bulk change begins that can be taken back before.
ALTER TABLE ticket_batch ADD COLUMN starts BIGINT;
