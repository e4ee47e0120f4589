-- +goose Up

-- How healthy an account was from a moment on: a row for each change. Score in hundredths of a
-- point, none when nothing was observed; observed and applicable in hundredths of a percent.
CREATE TABLE health (
  organization_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  score BIGINT,
  band TEXT COLLATE "C" NOT NULL,
  observed BIGINT NOT NULL,
  applicable BIGINT NOT NULL,
  card_id BIGINT NOT NULL,
  card_version BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  PRIMARY KEY (organization_id, at)
);
CREATE INDEX health_at ON health (at, organization_id);

-- What an account's score is made of now, and when it was looked at last.
CREATE TABLE health_now (
  organization_id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  card_id BIGINT NOT NULL,
  card_version BIGINT NOT NULL,
  observed BIGINT NOT NULL,
  applicable BIGINT NOT NULL,
  leaves TEXT COLLATE "C" NOT NULL
);
CREATE INDEX health_now_card ON health_now (card_id, organization_id);

-- Scoring every account anew, after the configuration changed or because somebody asked.
CREATE TABLE health_run (
  id BIGINT PRIMARY KEY,
  mark TEXT COLLATE "C" NOT NULL,
  after_id BIGINT NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT NOT NULL,
  begun BIGINT NOT NULL,
  ended BIGINT
);
