-- +goose Up

-- The facts of a day (dim 9) lie in parts, so that a step writes what it adds and not the day: 0 is what every
-- step packs again, and numbers above it stand for larger ones, three of a size. Sums have part 0 only.
ALTER TABLE insight_roll ADD COLUMN part BIGINT NOT NULL DEFAULT 0;
ALTER TABLE insight_roll DROP CONSTRAINT insight_roll_pkey;
ALTER TABLE insight_roll ADD PRIMARY KEY (sheet_id, dim, bucket, part);
ALTER TABLE insight_roll ALTER COLUMN part DROP DEFAULT;

-- Open tickets of an organization or a requester are few: those nobody has are found among them, and every new
-- ticket has two indexes less to learn of.
DROP INDEX ticket_waiting_organization;
DROP INDEX ticket_waiting_requester;
