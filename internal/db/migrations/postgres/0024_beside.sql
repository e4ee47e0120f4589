-- +goose Up

-- What a ticket may have in other tables, one bit each, so that a change of a ticket asks only for
-- what may be there. A ticket from before may have anything.
ALTER TABLE ticket ADD COLUMN beside BIGINT NOT NULL DEFAULT 15;
