-- +goose Up

-- Colleagues who were asked in by mail, one invitation a person. Each mail has a round of its own: the
-- links of earlier rounds no longer work.
CREATE TABLE invitation (
  person_id INTEGER PRIMARY KEY,
  by_id INTEGER NOT NULL,
  round INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  accepted INTEGER,
  revoked INTEGER
) STRICT;
CREATE INDEX invitation_sent ON invitation (sent, person_id);

-- What somebody is told of, in the workspace and by mail. mail_due says when a mail tells of it; NULL
-- when none does or did already.
CREATE TABLE notification (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  by_id INTEGER,
  at INTEGER NOT NULL,
  in_app INTEGER NOT NULL,
  browser INTEGER NOT NULL,
  read_at INTEGER,
  mail_due INTEGER
) STRICT;
CREATE UNIQUE INDEX notification_event ON notification (person_id, event_id, kind);
CREATE INDEX notification_of ON notification (person_id, id);
CREATE INDEX notification_unread ON notification (person_id, id) WHERE read_at IS NULL;
CREATE INDEX notification_due ON notification (mail_due, person_id) WHERE mail_due IS NOT NULL;
CREATE INDEX notification_subject ON notification (subject_kind, subject_id);
CREATE INDEX notification_at ON notification (at, id);
