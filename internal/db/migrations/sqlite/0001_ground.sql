-- +goose Up

-- Ledger. An event's row never changes. Order is event_order.pos.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  verb TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  behalf_id INTEGER NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  cause_event INTEGER NOT NULL,
  cause_blueprint INTEGER NOT NULL,
  cause_version INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  visibility TEXT NOT NULL,
  data TEXT NOT NULL,
  salt BLOB NOT NULL,
  digest BLOB NOT NULL,
  private_digest BLOB
) STRICT;
CREATE INDEX events_subject ON events (subject_kind, subject_id, id);

CREATE TABLE event_private (
  event_id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL,
  data TEXT,
  salt BLOB,
  erased_by INTEGER
) STRICT;
CREATE INDEX event_private_person ON event_private (person_id);
CREATE TABLE event_order (
  pos INTEGER PRIMARY KEY,
  event_id INTEGER NOT NULL UNIQUE,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE event_seal (
  pos INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE event_cursor (
  name TEXT PRIMARY KEY,
  pos INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  owner TEXT NOT NULL DEFAULT '',
  lease_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE event_parked (
  name TEXT NOT NULL,
  pos INTEGER NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  error TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (name, pos)
) STRICT;
CREATE INDEX event_parked_subject ON event_parked (name, subject_kind, subject_id, pos);

-- The one due-queue: timers, background work, outbox.
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  args TEXT NOT NULL,
  due INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  owner TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  error TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX job_key ON job (kind, key);
CREATE INDEX job_due ON job (kind, due, id) WHERE state = 'ready';
CREATE INDEX job_lease ON job (kind, lease_until, id) WHERE state = 'running';
CREATE INDEX job_subject ON job (subject_kind, subject_id);

CREATE TABLE idempotency (
  person_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  status INTEGER NOT NULL,
  response TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (person_id, key)
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created);

-- Keys of this installation that backups carry along (reply addresses, survey links).
CREATE TABLE instance (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Directory.
CREATE TABLE organization (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_fold TEXT NOT NULL,
  attributes TEXT NOT NULL DEFAULT '{}',
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  version INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX organization_name ON organization (name_fold, id);
CREATE TABLE organization_domain (
  domain TEXT PRIMARY KEY,
  organization_id INTEGER NOT NULL REFERENCES organization (id)
) STRICT;
CREATE INDEX organization_domain_org ON organization_domain (organization_id);
CREATE TABLE person (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_fold TEXT NOT NULL,
  email TEXT NOT NULL,
  organization_id INTEGER REFERENCES organization (id),
  agent INTEGER NOT NULL,
  time_zone TEXT NOT NULL,
  attributes TEXT NOT NULL DEFAULT '{}',
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  seen INTEGER,
  version INTEGER NOT NULL,
  suspended_at INTEGER,
  alias_of INTEGER,
  deleted_at INTEGER
) STRICT;
CREATE INDEX person_name ON person (name_fold, id);
CREATE INDEX person_organization ON person (organization_id, id);
CREATE INDEX person_agent ON person (name_fold, id) WHERE agent = TRUE;
CREATE TABLE identity (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES person (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  verified INTEGER NOT NULL,
  main INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX identity_value ON identity (kind, value);
CREATE INDEX identity_person ON identity (person_id);
CREATE TABLE team_member (
  team_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL REFERENCES person (id),
  PRIMARY KEY (team_id, person_id)
) STRICT;
CREATE INDEX team_member_person ON team_member (person_id);

-- Sign-in.
CREATE TABLE person_role (
  person_id INTEGER NOT NULL REFERENCES person (id),
  role_id INTEGER NOT NULL,
  PRIMARY KEY (person_id, role_id)
) STRICT;
CREATE TABLE credential (
  person_id INTEGER PRIMARY KEY REFERENCES person (id),
  password_hash TEXT NOT NULL,
  changed INTEGER NOT NULL
) STRICT;
CREATE TABLE session (
  hash BLOB PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES person (id),
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  device TEXT NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expires ON session (expires);
CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES person (id),
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER,
  used INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX token_person ON token (person_id);

-- Configuration.
CREATE TABLE config (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  generation INTEGER NOT NULL
) STRICT;
INSERT INTO config (one, generation) VALUES (1, 0);
CREATE TABLE blueprint (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  text TEXT NOT NULL,
  drifted INTEGER NOT NULL,
  retired INTEGER NOT NULL,
  change_number INTEGER NOT NULL,
  applied_at INTEGER NOT NULL,
  applied_by INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX blueprint_name ON blueprint (kind, name);
CREATE TABLE blueprint_version (
  blueprint_id INTEGER NOT NULL REFERENCES blueprint (id),
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  retired INTEGER NOT NULL,
  drifted INTEGER NOT NULL,
  change_number INTEGER NOT NULL,
  applied_at INTEGER NOT NULL,
  applied_by INTEGER NOT NULL,
  PRIMARY KEY (blueprint_id, version)
) STRICT;
CREATE INDEX blueprint_version_change ON blueprint_version (change_number);
CREATE TABLE change (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  message TEXT NOT NULL,
  source TEXT NOT NULL,
  plan TEXT NOT NULL,
  rolls_back INTEGER,
  rolled_back_by INTEGER
) STRICT;

-- Files: the blob in pieces, named by its SHA-256, then references to it.
CREATE TABLE blob_piece (
  hash BLOB NOT NULL,
  n INTEGER NOT NULL,
  data BLOB NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (hash, n)
) STRICT;
CREATE TABLE file (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL,
  filename TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  created INTEGER NOT NULL,
  created_by INTEGER NOT NULL
) STRICT;
CREATE INDEX file_hash ON file (hash);

-- Mail.
CREATE TABLE mail_in (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received INTEGER NOT NULL,
  mailbox_id INTEGER NOT NULL,
  digest BLOB NOT NULL,
  envelope_from TEXT NOT NULL,
  envelope_to TEXT NOT NULL,
  remote TEXT NOT NULL,
  from_addr TEXT NOT NULL,
  subject TEXT NOT NULL,
  message_id TEXT NOT NULL,
  size INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  ticket_id INTEGER,
  comment_id INTEGER
) STRICT;
CREATE UNIQUE INDEX mail_in_digest ON mail_in (digest, mailbox_id);
CREATE INDEX mail_in_state ON mail_in (state, id);
CREATE INDEX mail_in_ticket ON mail_in (ticket_id);
CREATE TABLE mail_raw (
  mail_id INTEGER PRIMARY KEY,
  raw BLOB NOT NULL
) STRICT;
CREATE TABLE message_ref (
  message_id TEXT NOT NULL,
  ticket_id INTEGER NOT NULL,
  PRIMARY KEY (message_id, ticket_id)
) STRICT;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL UNIQUE,
  mailbox_id INTEGER NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  subject TEXT NOT NULL,
  raw BLOB NOT NULL,
  state TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  sent_at INTEGER,
  error TEXT NOT NULL,
  uncertain INTEGER NOT NULL,
  ticket_id INTEGER,
  comment_id INTEGER,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_state ON outbox (state, id);
CREATE INDEX outbox_comment ON outbox (comment_id);
CREATE TABLE mail_caught (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  raw BLOB NOT NULL
) STRICT;

-- Desk.
CREATE TABLE ticket (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subject TEXT NOT NULL,
  status TEXT NOT NULL,
  done INTEGER NOT NULL,
  priority TEXT NOT NULL,
  requester_id INTEGER NOT NULL REFERENCES person (id),
  organization_id INTEGER,
  assignee_id INTEGER,
  team_id INTEGER,
  brand_id INTEGER,
  mailbox_id INTEGER,
  channel TEXT NOT NULL,
  tags TEXT NOT NULL,
  followup_of INTEGER,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  solved_at INTEGER,
  due INTEGER NOT NULL,
  due_metric TEXT NOT NULL,
  due_state TEXT NOT NULL,
  waits_for TEXT NOT NULL,
  version INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX ticket_active_due ON ticket (due, id) WHERE done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_active_updated ON ticket (updated, id) WHERE done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_active_created ON ticket (created, id) WHERE done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_active_assignee ON ticket (assignee_id, due, id) WHERE done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_active_team ON ticket (team_id, due, id) WHERE done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_active_status ON ticket (status, due, id) WHERE done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_updated ON ticket (updated, id);
CREATE INDEX ticket_created ON ticket (created, id);
CREATE INDEX ticket_status ON ticket (status, updated, id);
CREATE INDEX ticket_requester ON ticket (requester_id, updated, id);
CREATE INDEX ticket_organization ON ticket (organization_id, updated, id);
CREATE INDEX ticket_assignee ON ticket (assignee_id, updated, id);
CREATE INDEX ticket_followup ON ticket (followup_of) WHERE followup_of IS NOT NULL;
CREATE TABLE ticket_tag (
  tag TEXT NOT NULL,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  PRIMARY KEY (tag, ticket_id)
) STRICT;
CREATE TABLE comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  event_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  public INTEGER NOT NULL,
  channel TEXT NOT NULL,
  at INTEGER NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL,
  quoted_html TEXT NOT NULL,
  message_id TEXT NOT NULL
) STRICT;
CREATE INDEX comment_ticket ON comment (ticket_id, id);
CREATE TABLE comment_file (
  comment_id INTEGER NOT NULL REFERENCES comment (id),
  file_id INTEGER NOT NULL REFERENCES file (id),
  content_id TEXT NOT NULL,
  inline INTEGER NOT NULL,
  PRIMARY KEY (comment_id, file_id)
) STRICT;
CREATE INDEX comment_file_file ON comment_file (file_id);
CREATE TABLE clock (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  metric TEXT NOT NULL,
  policy_id INTEGER NOT NULL,
  policy_version INTEGER NOT NULL,
  calendar_id INTEGER NOT NULL,
  calendar_version INTEGER NOT NULL,
  target INTEGER NOT NULL,
  state TEXT NOT NULL,
  started INTEGER NOT NULL,
  due INTEGER,
  ended INTEGER,
  breached_at INTEGER,
  used INTEGER NOT NULL,
  since INTEGER NOT NULL,
  spans TEXT NOT NULL,
  event_id INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX clock_active ON clock (ticket_id, metric) WHERE ended IS NULL;
CREATE INDEX clock_ticket ON clock (ticket_id, id);
CREATE TABLE draft (
  person_id INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  public INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY (person_id, ticket_id)
) STRICT;

-- Surveys.
CREATE TABLE survey_offer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  survey_id INTEGER NOT NULL,
  survey_version INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  agent_id INTEGER,
  state TEXT NOT NULL,
  offered_at INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  answered_at INTEGER,
  score INTEGER,
  remark TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX survey_offer_ticket ON survey_offer (ticket_id, survey_id);

-- Indicators: one row a record, and day totals kept with it.
CREATE TABLE indicator_fact (
  indicator_id INTEGER NOT NULL,
  record_kind TEXT NOT NULL,
  record_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  day TEXT NOT NULL,
  counted INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (indicator_id, record_kind, record_id)
) STRICT;
CREATE INDEX indicator_fact_at ON indicator_fact (indicator_id, at, record_id);
CREATE TABLE indicator_day (
  indicator_id INTEGER NOT NULL,
  day TEXT NOT NULL,
  numerator INTEGER NOT NULL,
  denominator INTEGER NOT NULL,
  PRIMARY KEY (indicator_id, day)
) STRICT;
