-- +goose Up

-- Runs of playbooks, each about a record and pinned to a version.
CREATE TABLE playbook_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  playbook_id INTEGER NOT NULL,
  playbook_version INTEGER NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  organization_id INTEGER,
  about_id INTEGER,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  stage TEXT NOT NULL,
  starter_id INTEGER,
  owner_id INTEGER,
  team_id INTEGER,
  parent_id INTEGER,
  parent_step TEXT NOT NULL,
  asked TEXT NOT NULL,
  watching INTEGER NOT NULL,
  timer INTEGER,
  paused_at INTEGER,
  created INTEGER NOT NULL,
  started INTEGER,
  ended INTEGER,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX playbook_run_playbook ON playbook_run (playbook_id, state, id);
CREATE INDEX playbook_run_subject ON playbook_run (subject_kind, subject_id, id);
CREATE INDEX playbook_run_state ON playbook_run (state, id);
CREATE INDEX playbook_run_owner ON playbook_run (owner_id, id);
CREATE INDEX playbook_run_starter ON playbook_run (starter_id);
CREATE INDEX playbook_run_team ON playbook_run (team_id, id);
CREATE INDEX playbook_run_about ON playbook_run (about_id);
CREATE INDEX playbook_run_organization ON playbook_run (organization_id, id);
CREATE INDEX playbook_run_watching ON playbook_run (subject_kind, subject_id) WHERE watching = TRUE;
-- The steps of a run in the order of its playbook.
CREATE TABLE playbook_step (
  run_id INTEGER NOT NULL REFERENCES playbook_run (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  round INTEGER NOT NULL,
  person_id INTEGER,
  team_id INTEGER,
  begins INTEGER,
  ready INTEGER,
  due INTEGER,
  wake INTEGER,
  told INTEGER,
  ended INTEGER,
  ended_by INTEGER,
  outcome TEXT NOT NULL,
  data TEXT NOT NULL,
  child_id INTEGER,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (run_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX playbook_step_due ON playbook_step (due, run_id) WHERE state = 'active';
CREATE INDEX playbook_step_person ON playbook_step (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX playbook_step_ended_by ON playbook_step (ended_by) WHERE ended_by IS NOT NULL;
-- Who takes part in a run, by role.
CREATE TABLE playbook_part (
  run_id INTEGER NOT NULL REFERENCES playbook_run (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  person_id INTEGER,
  team_id INTEGER,
  PRIMARY KEY (run_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX playbook_part_person ON playbook_part (person_id, run_id);
CREATE INDEX playbook_part_team ON playbook_part (team_id, run_id);
-- What people said to approvals and reviews, of each round.
CREATE TABLE playbook_vote (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES playbook_run (id) ON DELETE CASCADE,
  step TEXT NOT NULL,
  round INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  yes INTEGER NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX playbook_vote_of ON playbook_vote (run_id, step, round, person_id, role);
CREATE INDEX playbook_vote_person ON playbook_vote (person_id);
-- How many runs of a playbook with a capacity are under way.
CREATE TABLE playbook_capacity (
  playbook_id INTEGER PRIMARY KEY,
  taken INTEGER NOT NULL
) STRICT;
-- Runs started at once from a list of people or organizations.
CREATE TABLE playbook_bulk (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  playbook_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  input TEXT NOT NULL,
  state TEXT NOT NULL,
  total INTEGER NOT NULL,
  started INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  place INTEGER NOT NULL,
  problems TEXT NOT NULL,
  created INTEGER NOT NULL,
  ended INTEGER
) STRICT;
CREATE INDEX playbook_bulk_person ON playbook_bulk (person_id, id);
CREATE INDEX playbook_bulk_created ON playbook_bulk (created);
