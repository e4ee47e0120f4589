-- +goose Up

-- Whoever sends an application is looked for among those of the same applicant, in one step; lists by state are read newest
-- first, and what is held is found among many that are not.
CREATE INDEX application_applicant ON application (person_key, program_id, org_key, id);
DROP INDEX application_person_key;
CREATE INDEX application_state ON application (state, id);
CREATE INDEX application_program_state ON application (program_id, state, id);
CREATE INDEX application_held ON application (id) WHERE held = TRUE;
