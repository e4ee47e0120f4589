-- +goose Up

-- People on a ticket beside its requester and assignee: copies (cc), who get the public
-- messages, and followers, colleagues who hear of every message. told is the newest message
-- that a follower has heard of.
CREATE TABLE ticket_person (
  ticket_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  added_by INTEGER,
  at INTEGER NOT NULL,
  told INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, person_id)
) STRICT;
CREATE INDEX ticket_person_person ON ticket_person (person_id, role, ticket_id);

-- The same on the ticket itself, as JSON, so that a check of one ticket asks for nothing; '' for nobody.
ALTER TABLE ticket ADD COLUMN people TEXT NOT NULL DEFAULT '';

-- Replies that wait for their time.
CREATE TABLE ticket_send (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  due INTEGER NOT NULL,
  zone TEXT NOT NULL,
  if_changed TEXT NOT NULL,
  seen INTEGER NOT NULL,
  message TEXT NOT NULL,
  why TEXT NOT NULL,
  event_id INTEGER,
  comment_id INTEGER,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_send_ticket ON ticket_send (ticket_id, due, id) WHERE state IN ('waiting', 'held');
CREATE INDEX ticket_send_author ON ticket_send (author_id, id) WHERE state IN ('waiting', 'held');
CREATE INDEX ticket_send_ended ON ticket_send (updated, id) WHERE state IN ('sent', 'cancelled');

-- What else a draft holds: files, copies, the state chosen.
ALTER TABLE draft ADD COLUMN more TEXT NOT NULL DEFAULT '';

-- Tickets by a foreign id, whichever system it is of.
CREATE INDEX external_id_ticket ON external_id (id, record_id) WHERE kind = 'ticket';


-- Who looks at a ticket, where several nodes serve one database.
CREATE TABLE presence (
  ticket_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  writing INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, person_id)
) STRICT;
