-- +goose Up

-- A waiting ticket may need several skills: skill holds all it needs, sorted, a line each. relaxes
-- says from when on some are not needed any more (JSON, microseconds by skill; empty for none), and
-- relax_at when the next of them is not.
ALTER TABLE ticket_queue ADD COLUMN relaxes TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket_queue ADD COLUMN relax_at INTEGER;
CREATE INDEX ticket_queue_relax ON ticket_queue (relax_at, ticket_id) WHERE relax_at IS NOT NULL;
-- Waiting tickets around an organization or a requester that changed.
CREATE INDEX ticket_waiting_organization ON ticket (organization_id, id) WHERE assignee_id IS NULL AND done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_waiting_requester ON ticket (requester_id, id) WHERE assignee_id IS NULL AND done = FALSE AND deleted_at IS NULL;
