-- +goose Up

-- What kind of request a ticket is, who entered it, and what it belongs to.
ALTER TABLE ticket ADD COLUMN type TEXT COLLATE "C" NOT NULL DEFAULT 'question';
ALTER TABLE ticket ADD COLUMN task_due BIGINT;
ALTER TABLE ticket ADD COLUMN submitter_id BIGINT;
ALTER TABLE ticket ADD COLUMN problem_id BIGINT;
ALTER TABLE ticket ADD COLUMN merged_into BIGINT;
ALTER TABLE ticket ADD COLUMN hidden TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Since when things stand as they do, and how often they happened.
ALTER TABLE ticket ADD COLUMN state_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN assigned_at BIGINT;
ALTER TABLE ticket ADD COLUMN asked_at BIGINT;
ALTER TABLE ticket ADD COLUMN replied_at BIGINT;
ALTER TABLE ticket ADD COLUMN replies BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN bounces BIGINT NOT NULL DEFAULT 0;

-- Of tickets from before, what their messages tell.
UPDATE ticket SET state_since = COALESCE(solved_at, updated),
  asked_at = (SELECT max(c.at) FROM comment c WHERE c.ticket_id = ticket.id AND c.public = TRUE AND c.agent = FALSE),
  replied_at = (SELECT max(c.at) FROM comment c WHERE c.ticket_id = ticket.id AND c.public = TRUE AND c.agent = TRUE),
  replies = (SELECT count(*) FROM comment c WHERE c.ticket_id = ticket.id AND c.public = TRUE AND c.agent = TRUE),
  assigned_at = CASE WHEN assignee_id IS NULL THEN NULL ELSE updated END;

CREATE INDEX ticket_type ON ticket (type, updated, id) WHERE type <> 'question' AND deleted_at IS NULL;
CREATE INDEX ticket_problem ON ticket (problem_id, id) WHERE problem_id IS NOT NULL;
CREATE INDEX ticket_merged ON ticket (merged_into, id) WHERE merged_into IS NOT NULL;
CREATE INDEX ticket_hidden ON ticket (deleted_at, id) WHERE deleted_at IS NOT NULL;
