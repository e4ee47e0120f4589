-- +goose Up

-- How far a move from another system is, by source and step.
CREATE TABLE zendesk_move (
  source TEXT NOT NULL,
  step TEXT NOT NULL,
  place TEXT NOT NULL,
  moved INTEGER NOT NULL,
  known INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY (source, step)
) STRICT;
-- What could not be carried over, or not whole.
CREATE TABLE zendesk_move_problem (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  theirs TEXT NOT NULL,
  what TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX zendesk_move_problem_of ON zendesk_move_problem (source, kind, theirs, what);
