-- +goose Up

-- Views that somebody made for themselves: a selection of tickets and how it is shown (JSON).
CREATE TABLE own_view (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  spec TEXT NOT NULL,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX own_view_person ON own_view (person_id, id);

-- What somebody chose for themselves, on whatever machine they sit at (JSON).
CREATE TABLE person_setting (
  person_id INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
