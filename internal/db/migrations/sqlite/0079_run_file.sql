-- +goose Up

-- Files that were given as answers to steps of runs. One that no step was done with goes with its upload.
CREATE TABLE playbook_file (
  file_id INTEGER PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
  run_id INTEGER NOT NULL REFERENCES playbook_run (id) ON DELETE CASCADE,
  step TEXT NOT NULL,
  question TEXT NOT NULL,
  by_id INTEGER,
  added INTEGER NOT NULL
) STRICT;
CREATE INDEX playbook_file_run ON playbook_file (run_id);
CREATE INDEX playbook_file_by ON playbook_file (by_id);
