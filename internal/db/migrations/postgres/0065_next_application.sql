-- +goose Up

-- Applications that wait for a colleague and that nobody works on, in their order: who asks for the next one finds it in one
-- step, however many before it are somebody's already. (An order does not look past a column that IS NULL here, so that one
-- leads in none of them.)
CREATE INDEX application_next ON application (state, place, id) WHERE state = 'review' AND assignee_id IS NULL;
CREATE INDEX application_program_next ON application (program_id, state, place, id) WHERE state = 'review' AND assignee_id IS NULL;
