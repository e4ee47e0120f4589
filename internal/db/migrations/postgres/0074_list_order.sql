-- +goose Up

-- Lists sorted by priority: those that somebody waits for by their due time, the others by their last change.
CREATE INDEX ticket_active_priority ON ticket (priority, due, id) WHERE done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_done_priority ON ticket (priority, updated, id) WHERE done = TRUE AND deleted_at IS NULL;
