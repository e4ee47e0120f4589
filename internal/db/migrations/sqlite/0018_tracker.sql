-- +goose Up

-- Issues and merge requests of trackers that somebody wants to know of; due 2^53-1 is never.
CREATE TABLE tracker_issue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tracker_id INTEGER NOT NULL,
  sign TEXT NOT NULL,
  project TEXT NOT NULL,
  number INTEGER NOT NULL,
  sort TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  labels TEXT NOT NULL,
  milestone TEXT NOT NULL,
  assignee TEXT NOT NULL,
  confidential INTEGER NOT NULL,
  url TEXT NOT NULL,
  etag TEXT NOT NULL,
  remote_updated INTEGER,
  synced INTEGER,
  error TEXT NOT NULL,
  due INTEGER NOT NULL,
  ended INTEGER,
  created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tracker_issue_reference ON tracker_issue (tracker_id, project, number, sign);
CREATE INDEX tracker_issue_due ON tracker_issue (tracker_id, due, id);

-- How each tracker of the configuration does, by its blueprint's id.
CREATE TABLE tracker_state (
  tracker_id INTEGER PRIMARY KEY,
  answered_at INTEGER,
  failed_at INTEGER,
  error TEXT NOT NULL
) STRICT;

-- Webhooks taken; the body goes once it was worked on.
CREATE TABLE tracker_delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tracker_id INTEGER NOT NULL,
  delivery TEXT NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  received INTEGER NOT NULL,
  state TEXT NOT NULL,
  error TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tracker_delivery_once ON tracker_delivery (tracker_id, delivery);
CREATE INDEX tracker_delivery_received ON tracker_delivery (received, id);
CREATE INDEX tracker_delivery_tracker ON tracker_delivery (tracker_id, received);

-- Issues linked to tickets. waiting: the ticket waits for its end.
CREATE TABLE ticket_link (
  ticket_id INTEGER NOT NULL,
  issue_id INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  created_by INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, issue_id)
) STRICT;
CREATE INDEX ticket_link_issue ON ticket_link (issue_id, ticket_id);
CREATE INDEX ticket_link_waiting ON ticket_link (issue_id, ticket_id) WHERE waiting = TRUE;

-- How many tickets and organizations stand behind an issue, and their revenue in hundredths; worked
-- out from ticket_link.
CREATE TABLE issue_interest (
  issue_id INTEGER PRIMARY KEY,
  tickets INTEGER NOT NULL,
  organizations INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  labelled INTEGER NOT NULL,
  counted INTEGER NOT NULL
) STRICT;
CREATE INDEX issue_interest_tickets ON issue_interest (tickets, issue_id);
CREATE INDEX issue_interest_revenue ON issue_interest (revenue, issue_id);
CREATE INDEX issue_interest_counted ON issue_interest (counted, issue_id);

-- Problems that are known, with what helps meanwhile.
CREATE TABLE known_issue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL,
  symptom TEXT NOT NULL,
  workaround TEXT NOT NULL,
  affected TEXT NOT NULL,
  state TEXT NOT NULL,
  fixed_in TEXT NOT NULL,
  tickets INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX known_issue_state ON known_issue (state, id);
CREATE TABLE known_issue_link (
  known_id INTEGER NOT NULL,
  issue_id INTEGER NOT NULL,
  PRIMARY KEY (known_id, issue_id)
) STRICT;
CREATE INDEX known_issue_link_issue ON known_issue_link (issue_id, known_id);
CREATE TABLE known_issue_ticket (
  known_id INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (known_id, ticket_id)
) STRICT;
CREATE INDEX known_issue_ticket_ticket ON known_issue_ticket (ticket_id, known_id);

-- Issues and comments that agents have asked to be written to a tracker from a ticket.
CREATE TABLE issue_report (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL,
  template_id INTEGER NOT NULL,
  tracker_id INTEGER NOT NULL,
  project TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  labels TEXT NOT NULL,
  confidential INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  mark TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  issue_id INTEGER,
  event_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  created_by INTEGER NOT NULL
) STRICT;
CREATE INDEX issue_report_ticket ON issue_report (ticket_id, id);

