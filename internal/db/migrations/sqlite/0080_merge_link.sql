-- +goose Up

-- The merge by which an issue, the wait for it or a known issue came to a ticket; undoing it takes them back.
ALTER TABLE ticket_link ADD COLUMN merge_id INTEGER;
ALTER TABLE ticket_link ADD COLUMN wait_merge_id INTEGER;
ALTER TABLE known_issue_ticket ADD COLUMN merge_id INTEGER;
