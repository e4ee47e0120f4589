-- +goose Up

-- A session of the public pages opens nothing else.
ALTER TABLE session ADD COLUMN portal BOOLEAN NOT NULL DEFAULT FALSE;

-- Links that sign somebody in on the public pages, until they were used. A person and a microsecond name one.
CREATE TABLE portal_link (
  person_id BIGINT NOT NULL REFERENCES person (id),
  expires BIGINT NOT NULL,
  PRIMARY KEY (person_id, expires)
);
CREATE INDEX portal_link_expires ON portal_link (expires);
