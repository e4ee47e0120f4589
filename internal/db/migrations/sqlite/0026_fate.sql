-- +goose Up

-- The merge that put somebody on a ticket; undoing it takes them off again. Empty for everybody else.
ALTER TABLE ticket_person ADD COLUMN merge_id INTEGER;

-- The guards that asked about a ticket of a bulk change, as JSON; '' for none.
ALTER TABLE ticket_batch_item ADD COLUMN guards TEXT NOT NULL DEFAULT '';

-- Mentions of a ticket that somebody has not read yet.
CREATE INDEX work_item_mention ON work_item (subject_id, person_id) WHERE source = 'mention' AND state <> 'done';

-- The API token that began a bulk change; empty for people, whom guards ask.
ALTER TABLE ticket_batch ADD COLUMN token_id INTEGER;
