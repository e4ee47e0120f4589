-- +goose Up

-- Tickets that an application's mail is in: the one that letters go out from, those before it that were closed, and those
-- that a colleague tied to it.
CREATE TABLE application_tied (
  application_id BIGINT NOT NULL REFERENCES application (id),
  ticket_id BIGINT NOT NULL,
  tied BIGINT NOT NULL,
  PRIMARY KEY (application_id, ticket_id)
);
CREATE INDEX application_tied_ticket ON application_tied (ticket_id, application_id);
INSERT INTO application_tied (application_id, ticket_id, tied) SELECT id, ticket_id, updated FROM application WHERE ticket_id IS NOT NULL;

CREATE INDEX benefit_code_redeemed ON benefit_code (pool_id, id) WHERE redeemed IS NOT NULL;
