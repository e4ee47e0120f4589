-- +goose Up

-- The merge that put somebody on a ticket; undoing it takes them off again. Empty for everybody else.
ALTER TABLE ticket_person ADD COLUMN merge_id BIGINT;

-- The guards that asked about a ticket of a bulk change, as JSON; '' for none.
ALTER TABLE ticket_batch_item ADD COLUMN guards TEXT NOT NULL DEFAULT '';
