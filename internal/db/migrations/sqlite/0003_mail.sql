-- +goose Up

-- What a received mail says of its sender, and the same mail received for other mailboxes.
ALTER TABLE mail_in ADD COLUMN auth TEXT NOT NULL DEFAULT '';
ALTER TABLE mail_in ADD COLUMN auth_detail TEXT NOT NULL DEFAULT '';
CREATE INDEX mail_in_from ON mail_in (from_addr, received, id);
CREATE INDEX mail_in_envelope ON mail_in (envelope_from, received, id);
CREATE INDEX mail_in_message ON mail_in (message_id, received, id);
CREATE INDEX mail_in_comment ON mail_in (comment_id) WHERE comment_id IS NOT NULL;
CREATE TABLE mail_once (
  content BLOB PRIMARY KEY,
  mail_id INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  comment_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Mail that was not taken: over the limit, or one that could not be fetched.
CREATE TABLE mail_refused (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  mailbox_id INTEGER NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  remote TEXT NOT NULL,
  subject TEXT NOT NULL,
  message_id TEXT NOT NULL,
  size INTEGER NOT NULL,
  reason TEXT NOT NULL,
  uid_validity INTEGER NOT NULL,
  uid INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_refused_sender ON mail_refused (sender, at, id);
CREATE INDEX mail_refused_message ON mail_refused (message_id, at, id);
CREATE INDEX mail_refused_at ON mail_refused (at);
CREATE UNIQUE INDEX mail_refused_uid ON mail_refused (mailbox_id, uid_validity, uid) WHERE uid <> 0;

-- How far each folder was fetched.
CREATE TABLE mail_folder (
  mailbox_id INTEGER PRIMARY KEY,
  folder TEXT NOT NULL,
  uid_validity INTEGER NOT NULL,
  last_uid INTEGER NOT NULL,
  began INTEGER NOT NULL,
  recounted INTEGER NOT NULL,
  looked INTEGER NOT NULL,
  error TEXT NOT NULL
) STRICT;

-- Who a mail goes to, for finding it by address.
CREATE TABLE outbox_recipient (
  address TEXT NOT NULL,
  at INTEGER NOT NULL,
  outbox_id INTEGER NOT NULL,
  PRIMARY KEY (address, at, outbox_id)
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_recipient (address, at, outbox_id) SELECT DISTINCT lower(r.value), o.created, o.id FROM outbox o, json_each(o.recipients) r;
CREATE INDEX outbox_ticket ON outbox (ticket_id, id);
ALTER TABLE outbox ADD COLUMN signed TEXT NOT NULL DEFAULT '';

-- Reports that a mail of ours did not arrive, and addresses that get no more.
CREATE TABLE mail_bounce (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  mail_id INTEGER NOT NULL,
  outbox_id INTEGER NOT NULL,
  ticket_id INTEGER,
  comment_id INTEGER,
  address TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  diagnostic TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX mail_bounce_once ON mail_bounce (outbox_id, mail_id, address);
CREATE INDEX mail_bounce_address ON mail_bounce (address, at, id);
CREATE INDEX mail_bounce_comment ON mail_bounce (comment_id) WHERE comment_id IS NOT NULL;
CREATE TABLE mail_suppression (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL UNIQUE,
  reason TEXT NOT NULL,
  since INTEGER NOT NULL,
  outbox_id INTEGER,
  mail_id INTEGER
) STRICT;
