-- +goose Up

-- How accounts were on a day is what they are less what changed since: those events are few among all that is about an organization.
CREATE INDEX events_account ON events (subject_id, recorded) WHERE verb IN ('account.created', 'account.changed');
