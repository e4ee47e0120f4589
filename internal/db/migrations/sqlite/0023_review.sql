-- +goose Up

-- The review that a waiting reply waits for.
ALTER TABLE ticket_send ADD COLUMN review_id INTEGER;
