-- +goose Up

-- What somebody carries is counted from the index alone; SQLite reads done and deleted_at although they are the same throughout.
DROP INDEX ticket_active_assignee;
CREATE INDEX ticket_active_assignee ON ticket (assignee_id, due, id, status, priority, replies, done, deleted_at) WHERE done = FALSE AND deleted_at IS NULL;
