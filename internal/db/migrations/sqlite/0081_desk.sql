-- +goose Up

-- Incidents that followed their problem into a merge, and the problem they had; undoing it gives them back.
CREATE TABLE ticket_merge_incident (
  merge_id INTEGER NOT NULL REFERENCES ticket_merge (id),
  ticket_id INTEGER NOT NULL,
  problem_id INTEGER NOT NULL,
  PRIMARY KEY (merge_id, ticket_id)
);
-- What the ticket that goes on was before it took them: its type, and the problem it was an incident of.
ALTER TABLE ticket_merge ADD COLUMN winner_type TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket_merge ADD COLUMN winner_problem INTEGER;

-- When a bulk change begins that can be taken back before.
ALTER TABLE ticket_batch ADD COLUMN starts INTEGER;
