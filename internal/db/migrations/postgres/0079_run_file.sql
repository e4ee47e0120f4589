-- +goose Up

-- Files that were given as answers to steps of runs. One that no step was done with goes with its upload.
CREATE TABLE playbook_file (
  file_id BIGINT PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
  run_id BIGINT NOT NULL REFERENCES playbook_run (id) ON DELETE CASCADE,
  step TEXT COLLATE "C" NOT NULL,
  question TEXT COLLATE "C" NOT NULL,
  by_id BIGINT,
  added BIGINT NOT NULL
);
CREATE INDEX playbook_file_run ON playbook_file (run_id);
CREATE INDEX playbook_file_by ON playbook_file (by_id);
