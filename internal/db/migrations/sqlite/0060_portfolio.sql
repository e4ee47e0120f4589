-- +goose Up

-- Which organization an offer's ticket belonged to when somebody was asked.
ALTER TABLE survey_offer ADD COLUMN organization_id INTEGER;
UPDATE survey_offer SET organization_id = (SELECT t.organization_id FROM ticket t WHERE t.id = survey_offer.ticket_id);
CREATE INDEX survey_offer_answered ON survey_offer (organization_id, answered_at, id) WHERE answered_at IS NOT NULL;

-- An entry that came as a mail: its Message-ID, and the customer whose words it holds.
ALTER TABLE account_entry ADD COLUMN message_id TEXT;
ALTER TABLE account_entry ADD COLUMN words_of INTEGER;
CREATE UNIQUE INDEX account_entry_message ON account_entry (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX account_entry_words ON account_entry (words_of, id) WHERE words_of IS NOT NULL;

-- Mail for timelines that could not be matched to an account: it waits for somebody to say whose it is.
-- people are the addresses it names (JSON).
CREATE TABLE account_mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT,
  received INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_id INTEGER,
  sender TEXT NOT NULL,
  people TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_mail_message ON account_mail (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX account_mail_by ON account_mail (by_id, id);
CREATE INDEX account_mail_sender ON account_mail (sender);
CREATE INDEX account_mail_received ON account_mail (received, id);

-- Who follows an account.
CREATE TABLE account_follower (
  organization_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (organization_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_follower_person ON account_follower (person_id, organization_id);

-- What news say beside their kind: the colours before and after, as in "green,red".
ALTER TABLE notification ADD COLUMN detail TEXT NOT NULL DEFAULT '';
