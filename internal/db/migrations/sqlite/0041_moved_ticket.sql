-- +goose Up

-- How a ticket was left when it was brought over, by its id there: what happens there later is taken
-- in as long as nobody changed it here. audit is the last of the source's that was taken in.
CREATE TABLE zendesk_move_ticket (
  source TEXT NOT NULL,
  theirs TEXT NOT NULL,
  version INTEGER NOT NULL,
  audit INTEGER NOT NULL,
  PRIMARY KEY (source, theirs)
) STRICT;
