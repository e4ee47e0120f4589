-- +goose Up

-- The facts of a day (dim 9) lie in parts, so that a step writes what it adds and not the day: 0 is what every
-- step packs again, and numbers above it stand for larger ones, three of a size. Sums have part 0 only.
CREATE TABLE insight_part (
  sheet_id INTEGER NOT NULL,
  dim INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  part INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (sheet_id, dim, bucket, part)
) STRICT;
INSERT INTO insight_part (sheet_id, dim, bucket, part, data) SELECT sheet_id, dim, bucket, 0, data FROM insight_roll ORDER BY sheet_id, dim, bucket;
DROP TABLE insight_roll;
ALTER TABLE insight_part RENAME TO insight_roll;

-- Open tickets of an organization or a requester are few: those nobody has are found among them, and every new
-- ticket has two indexes less to learn of.
DROP INDEX ticket_waiting_organization;
DROP INDEX ticket_waiting_requester;
