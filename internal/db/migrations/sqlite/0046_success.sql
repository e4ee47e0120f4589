-- +goose Up

-- What happened with an account, as somebody noted it. effort is in minutes. detail is the parts of
-- a health update as JSON, '' for others.
CREATE TABLE account_entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  effort INTEGER,
  detail TEXT NOT NULL,
  by_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  removed_at INTEGER,
  event_id INTEGER NOT NULL
) STRICT;
CREATE INDEX account_entry_of ON account_entry (organization_id, at, id) WHERE removed_at IS NULL;
CREATE INDEX account_entry_by ON account_entry (by_id, id);
CREATE TABLE account_entry_person (
  entry_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  PRIMARY KEY (entry_id, person_id)
) STRICT;
CREATE INDEX account_entry_person_of ON account_entry_person (person_id, entry_id);

-- What is to be done about an account. rule_id is the blueprint that asked for it; one call a rule
-- and account is open at a time.
CREATE TABLE account_call (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  rule_id INTEGER,
  type TEXT NOT NULL,
  title TEXT NOT NULL,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  priority TEXT NOT NULL,
  state TEXT NOT NULL,
  owner_id INTEGER,
  team_id INTEGER,
  due INTEGER,
  snoozed_until INTEGER,
  snooze_reason TEXT NOT NULL,
  opened INTEGER NOT NULL,
  closed INTEGER,
  closed_note TEXT NOT NULL,
  by_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_call_rule ON account_call (organization_id, rule_id) WHERE closed IS NULL AND rule_id IS NOT NULL;
CREATE INDEX account_call_of ON account_call (organization_id, id);
CREATE INDEX account_call_last ON account_call (organization_id, rule_id, closed) WHERE rule_id IS NOT NULL;
CREATE INDEX account_call_open ON account_call (owner_id, id) WHERE closed IS NULL;
CREATE INDEX account_call_rules ON account_call (rule_id, id) WHERE closed IS NULL;
