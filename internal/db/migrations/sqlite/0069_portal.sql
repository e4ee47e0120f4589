-- +goose Up

-- A session of the public pages opens nothing else.
ALTER TABLE session ADD COLUMN portal INTEGER NOT NULL DEFAULT 0;

-- Links that sign somebody in on the public pages, until they were used. A person and a microsecond name one.
CREATE TABLE portal_link (
  person_id INTEGER NOT NULL REFERENCES person (id),
  expires INTEGER NOT NULL,
  PRIMARY KEY (person_id, expires)
) STRICT;
CREATE INDEX portal_link_expires ON portal_link (expires);
