-- +goose Up

-- Side conversations: what colleagues write about a ticket to somebody whom its customer does not see.
CREATE TABLE side (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  started_by INTEGER NOT NULL,
  started INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  answered INTEGER NOT NULL
) STRICT;
CREATE INDEX side_ticket ON side (ticket_id, id);

-- Who takes part: a person, or a team.
CREATE TABLE side_party (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  side_id INTEGER NOT NULL REFERENCES side (id),
  person_id INTEGER,
  team_id INTEGER
) STRICT;
CREATE INDEX side_party_side ON side_party (side_id, id);
CREATE INDEX side_party_person ON side_party (person_id, id);

CREATE TABLE side_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  side_id INTEGER NOT NULL REFERENCES side (id),
  event_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  channel TEXT NOT NULL,
  at INTEGER NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL,
  quoted_html TEXT NOT NULL,
  message_id TEXT NOT NULL,
  mail_id INTEGER,
  marks TEXT NOT NULL
) STRICT;
CREATE INDEX side_message_side ON side_message (side_id, id);
CREATE INDEX side_message_author ON side_message (author_id, id);
CREATE INDEX side_message_mail ON side_message (message_id) WHERE message_id <> '';

CREATE TABLE side_file (
  message_id INTEGER NOT NULL REFERENCES side_message (id),
  file_id INTEGER NOT NULL REFERENCES file (id),
  content_id TEXT NOT NULL,
  inline INTEGER NOT NULL,
  PRIMARY KEY (message_id, file_id)
) STRICT;
CREATE INDEX side_file_file ON side_file (file_id);

-- The mails that carry a message out.
CREATE TABLE side_mail (
  message_id INTEGER NOT NULL REFERENCES side_message (id),
  outbox_id INTEGER NOT NULL,
  PRIMARY KEY (message_id, outbox_id)
) STRICT;
CREATE INDEX side_mail_outbox ON side_mail (outbox_id);

-- What somebody has begun to write; side_id is 0 for a conversation that is not begun.
CREATE TABLE side_draft (
  person_id INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  side_id INTEGER NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  more TEXT NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY (person_id, ticket_id, side_id)
) STRICT;
CREATE INDEX side_draft_ticket ON side_draft (ticket_id);

-- Where the conversations of merged tickets came from, to bring them back.
CREATE TABLE side_moved (
  merge_id INTEGER NOT NULL,
  side_id INTEGER NOT NULL REFERENCES side (id),
  from_id INTEGER NOT NULL,
  PRIMARY KEY (merge_id, side_id)
) STRICT;
CREATE INDEX side_moved_side ON side_moved (side_id);
