-- +goose Up

-- Applications that wait for a colleague and that nobody works on, in their order: who asks for the next one finds it in one
-- step, however many before it are somebody's already.
CREATE INDEX application_next ON application (assignee_id, state, place, id) WHERE state = 'review' AND assignee_id IS NULL;
CREATE INDEX application_program_next ON application (program_id, assignee_id, state, place, id) WHERE state = 'review' AND assignee_id IS NULL;
