-- +goose Up

-- Views of one's own are of an area: of tickets, or of accounts.
ALTER TABLE own_view ADD COLUMN area TEXT NOT NULL DEFAULT 'ticket';
CREATE INDEX own_view_area ON own_view (person_id, area, id);

-- The rhythm of an account's health updates, by its blueprint, the moment that it is counted from and when the
-- next one is due; NULL where no rhythm is for it.
ALTER TABLE account ADD COLUMN triage_id INTEGER;
ALTER TABLE account ADD COLUMN triage_from INTEGER;
ALTER TABLE account ADD COLUMN triage_due INTEGER;
CREATE INDEX account_triage ON account (COALESCE(triage_due, 9007199254740991), organization_id);
CREATE INDEX account_triage_rule ON account (triage_id, organization_id) WHERE triage_id IS NOT NULL;
CREATE INDEX account_entry_update ON account_entry (organization_id, at) WHERE kind = 'health_update' AND removed_at IS NULL;

-- The roles that those who took part in a contact had at the account then.
CREATE TABLE account_entry_role (
  entry_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (entry_id, role)
) STRICT, WITHOUT ROWID;
INSERT INTO account_entry_role (entry_id, role)
  SELECT DISTINCT e.id, c.role FROM account_entry e JOIN account_entry_person p ON p.entry_id = e.id
  JOIN account_contact c ON c.organization_id = e.organization_id AND c.person_id = p.person_id;
CREATE INDEX account_entry_when ON account_entry (organization_id, at, id);

-- Who had a role at a customer, and from when until when.
CREATE TABLE account_contact_past (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX account_contact_past_of ON account_contact_past (organization_id, role, since);
CREATE INDEX account_contact_past_person ON account_contact_past (person_id, id);

-- Files that came with mail: of an entry, or of mail that waits for its account.
CREATE TABLE account_file (
  file_id INTEGER PRIMARY KEY,
  entry_id INTEGER,
  mail_id INTEGER
) STRICT;
CREATE INDEX account_file_entry ON account_file (entry_id, file_id) WHERE entry_id IS NOT NULL;
CREATE INDEX account_file_mail ON account_file (mail_id, file_id) WHERE mail_id IS NOT NULL;

-- Points of a series from before this are kept a day at a time, and no more are taken.
ALTER TABLE usage_series ADD COLUMN rolled INTEGER NOT NULL DEFAULT 0;

-- When points of an unknown organization came last; 0 for those from before this was kept.
ALTER TABLE usage_unknown ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
CREATE INDEX usage_unknown_seen ON usage_unknown (seen, id);
