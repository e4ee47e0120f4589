-- +goose Up

-- The queue has indexes of its own, which hold what waits for a colleague and nothing else (its state leads all the same: SQLite
-- takes an index for an order only where something is sought in it). What few applications have is indexed for those that
-- have it. Lists of one program, or of one colleague, are read the newest first without sorting all of theirs.
DROP INDEX application_queue;
CREATE INDEX application_queue ON application (state, place, id) WHERE state = 'review';
DROP INDEX application_program;
CREATE INDEX application_program ON application (program_id, id);
CREATE INDEX application_program_queue ON application (program_id, state, place, id) WHERE state = 'review';
DROP INDEX application_assignee;
CREATE INDEX application_assignee ON application (assignee_id, id) WHERE assignee_id IS NOT NULL;
CREATE INDEX application_assignee_queue ON application (assignee_id, state, place, id) WHERE assignee_id IS NOT NULL;
DROP INDEX application_org_key;
CREATE INDEX application_org_key ON application (org_key, program_id, id) WHERE org_key <> '';
DROP INDEX application_person;
CREATE INDEX application_person ON application (person_id, id) WHERE person_id IS NOT NULL;
DROP INDEX application_organization;
CREATE INDEX application_organization ON application (organization_id, id) WHERE organization_id IS NOT NULL;
DROP INDEX application_ticket;
CREATE INDEX application_ticket ON application (ticket_id) WHERE ticket_id IS NOT NULL;
DROP INDEX application_renewal;
CREATE INDEX application_renewal ON application (renewal_of) WHERE renewal_of IS NOT NULL;
DROP INDEX application_term;
CREATE INDEX application_term ON application (term_from, id) WHERE term_from IS NOT NULL;
DROP INDEX application_until;
CREATE INDEX application_until ON application (term_until, id) WHERE term_until IS NOT NULL;
