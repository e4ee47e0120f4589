-- +goose Up

-- How healthy an account was from a moment on: a row for each change. Score in hundredths of a
-- point, none when nothing was observed; observed and applicable in hundredths of a percent.
CREATE TABLE health (
  organization_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  score INTEGER,
  band TEXT NOT NULL,
  observed INTEGER NOT NULL,
  applicable INTEGER NOT NULL,
  card_id INTEGER NOT NULL,
  card_version INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (organization_id, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX health_at ON health (at, organization_id);

-- What an account's score is made of now, and when it was looked at last.
CREATE TABLE health_now (
  organization_id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  card_id INTEGER NOT NULL,
  card_version INTEGER NOT NULL,
  observed INTEGER NOT NULL,
  applicable INTEGER NOT NULL,
  leaves TEXT NOT NULL
) STRICT;
CREATE INDEX health_now_card ON health_now (card_id, organization_id);

-- Scoring every account anew, after the configuration changed or because somebody asked.
CREATE TABLE health_run (
  id INTEGER PRIMARY KEY,
  mark TEXT NOT NULL,
  after_id INTEGER NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  begun INTEGER NOT NULL,
  ended INTEGER
) STRICT;
