-- +goose Up

-- People who may write for an organization where its entitlement asks for a list.
CREATE TABLE organization_contact (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  editor INTEGER NOT NULL,
  since INTEGER NOT NULL,
  added_by INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX organization_contact_listed ON organization_contact (organization_id, person_id);
CREATE INDEX organization_contact_person ON organization_contact (person_id);

-- Why support for an organization was or is on hold; one at a time.
CREATE TABLE organization_hold (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  since INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  lifted_at INTEGER,
  lifted_by INTEGER,
  lifted_why TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX organization_hold_now ON organization_hold (organization_id) WHERE lifted_at IS NULL;
CREATE INDEX organization_hold_organization ON organization_hold (organization_id, id);

-- People who may read, or read and write, the tickets of another organization, and who
-- accepted the risk of it.
CREATE TABLE organization_share (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  access TEXT NOT NULL,
  accepted_by TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  text_version TEXT NOT NULL,
  ticket_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  revoked_at INTEGER,
  revoked_by INTEGER
) STRICT;
CREATE UNIQUE INDEX organization_share_now ON organization_share (person_id, organization_id) WHERE revoked_at IS NULL;
CREATE INDEX organization_share_organization ON organization_share (organization_id, id);

-- Entitlements given by hand for a time, such as to prospects.
CREATE TABLE entitlement_term (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  entitlement_id INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  extensions INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  ended_at INTEGER,
  ended_by INTEGER
) STRICT;
CREATE UNIQUE INDEX entitlement_term_now ON entitlement_term (organization_id, entitlement_id) WHERE ended_at IS NULL;
CREATE INDEX entitlement_term_active ON entitlement_term (entitlement_id, id) WHERE ended_at IS NULL;
CREATE INDEX entitlement_term_organization ON entitlement_term (organization_id, id);

-- What somebody gave as proof of purchase: a digest and its end, never the value.
CREATE TABLE purchase_proof (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  proof TEXT NOT NULL,
  digest TEXT NOT NULL,
  hint TEXT NOT NULL,
  sold_to TEXT NOT NULL,
  at INTEGER NOT NULL,
  by_id INTEGER NOT NULL
) STRICT;
CREATE INDEX purchase_proof_organization ON purchase_proof (organization_id, id);
CREATE INDEX purchase_proof_person ON purchase_proof (person_id, id);
CREATE INDEX purchase_proof_ticket ON purchase_proof (ticket_id);

-- What a ticket was judged by: its entitlement, and why it may not be worked on ('' when it may).
ALTER TABLE ticket ADD COLUMN entitlement_id INTEGER;
ALTER TABLE ticket ADD COLUMN refused TEXT NOT NULL DEFAULT '';
CREATE INDEX ticket_refused ON ticket (organization_id, id) WHERE refused <> '';
CREATE TABLE ticket_refusal (
  ticket_id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  priority_was TEXT NOT NULL,
  answered_at INTEGER,
  admitted_at INTEGER,
  admitted_by INTEGER,
  admitted_why TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_refusal_person ON ticket_refusal (person_id, answered_at);

-- When somebody whose mail opened no ticket was last told why.
CREATE TABLE refusal_answer (
  person_id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;
