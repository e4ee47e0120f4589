-- +goose Up

-- Triggers that fire once in a ticket's life, and have.
CREATE TABLE ticket_once (
  ticket_id BIGINT NOT NULL REFERENCES ticket (id),
  trigger_id BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, trigger_id)
);
