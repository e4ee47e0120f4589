-- +goose Up

-- What runs were started with, so that nothing starts twice: rules name what they are and what they fired for.
CREATE TABLE playbook_start (
  key TEXT COLLATE "C" PRIMARY KEY,
  run_id BIGINT REFERENCES playbook_run (id) ON DELETE CASCADE
);
CREATE INDEX playbook_start_run ON playbook_start (run_id);

-- When another system was last asked whether it has what was granted, and when it was last found not to have it.
ALTER TABLE application_grant ADD COLUMN compared BIGINT;
ALTER TABLE application_grant ADD COLUMN differed BIGINT;
ALTER TABLE application_grant ADD COLUMN differed_status INTEGER;
CREATE INDEX application_grant_differed ON application_grant (differed, id) WHERE differed IS NOT NULL;
