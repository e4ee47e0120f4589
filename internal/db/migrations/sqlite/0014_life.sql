-- +goose Up

-- Tickets merged into another, and what undoing a merge needs to know.
CREATE TABLE ticket_merge (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  winner_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  public INTEGER NOT NULL,
  undone_at INTEGER,
  undone_by INTEGER
) STRICT;
CREATE INDEX ticket_merge_winner ON ticket_merge (winner_id, id);
CREATE TABLE ticket_merge_loser (
  merge_id INTEGER NOT NULL REFERENCES ticket_merge (id),
  ticket_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  PRIMARY KEY (merge_id, ticket_id)
) STRICT;
CREATE INDEX ticket_merge_loser_ticket ON ticket_merge_loser (ticket_id, merge_id);

-- Messages that became a ticket of their own: the message, and its copy there.
CREATE TABLE comment_split (
  comment_id INTEGER NOT NULL,
  copy_id INTEGER NOT NULL,
  from_id INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  PRIMARY KEY (comment_id, copy_id)
) STRICT;
CREATE INDEX comment_split_from ON comment_split (from_id, comment_id);
CREATE INDEX comment_split_ticket ON comment_split (ticket_id, copy_id);
CREATE INDEX draft_ticket ON draft (ticket_id);

-- Deleted tickets and spam, in the order in which they go for good.
CREATE INDEX ticket_gone ON ticket (hidden, deleted_at, id) WHERE deleted_at IS NOT NULL;

-- Why a received mail was set aside, and senders whose mail is.
ALTER TABLE mail_in ADD COLUMN cause TEXT NOT NULL DEFAULT '';
CREATE TABLE mail_block (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sender TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  ticket_id INTEGER
) STRICT;
