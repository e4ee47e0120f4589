-- +goose Up

-- What somebody carries is counted from the index alone.
DROP INDEX ticket_active_assignee;
CREATE INDEX ticket_active_assignee ON ticket (assignee_id, due, id, status, priority, replies) WHERE done = FALSE AND deleted_at IS NULL;
