-- +goose Up

-- How a ticket was left when it was brought over, by its id there: what happens there later is taken
-- in as long as nobody changed it here. audit is the last of the source's that was taken in.
CREATE TABLE zendesk_move_ticket (
  source TEXT COLLATE "C" NOT NULL,
  theirs TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  audit BIGINT NOT NULL,
  PRIMARY KEY (source, theirs)
);
