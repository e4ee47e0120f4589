-- +goose Up

-- What a vendor keeps about an organization that is its customer; the key is the organization's.
-- Revenue is a year's, in minor units of its currency. Score is in hundredths of a point.
CREATE TABLE account (
  organization_id INTEGER PRIMARY KEY,
  plan TEXT NOT NULL,
  segment TEXT NOT NULL,
  coverage TEXT NOT NULL,
  stage TEXT NOT NULL,
  revenue INTEGER NOT NULL,
  currency TEXT NOT NULL,
  since INTEGER,
  contract_start INTEGER,
  renewal INTEGER,
  parent_id INTEGER,
  csm_id INTEGER,
  team_id INTEGER,
  score INTEGER,
  band TEXT NOT NULL DEFAULT '',
  band_since INTEGER,
  band_was TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX account_revenue ON account (revenue, organization_id);
CREATE INDEX account_renewal ON account (COALESCE(renewal, 9007199254740991), organization_id);
CREATE INDEX account_score ON account (COALESCE(score, 9007199254740991), organization_id);
CREATE INDEX account_band ON account (band, revenue, organization_id);
CREATE INDEX account_changed ON account (COALESCE(band_since, 0), organization_id);
CREATE INDEX account_segment ON account (segment, revenue, organization_id);
CREATE INDEX account_csm ON account (csm_id, revenue, organization_id) WHERE csm_id IS NOT NULL;
CREATE INDEX account_team ON account (team_id, revenue, organization_id) WHERE team_id IS NOT NULL;
CREATE INDEX account_parent ON account (parent_id, organization_id) WHERE parent_id IS NOT NULL;
-- Sums by segment and colour are read from this index alone.
CREATE INDEX account_sums ON account (segment, band, currency, csm_id, team_id, revenue, organization_id);

-- Who of a customer is what to the vendor: its sponsor, its security lead.
CREATE TABLE account_contact (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  since INTEGER NOT NULL,
  by_id INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_contact_role ON account_contact (organization_id, person_id, role);
CREATE INDEX account_contact_person ON account_contact (person_id);

-- When somebody looked at their accounts last, and the time before.
CREATE TABLE account_look (
  person_id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  before INTEGER NOT NULL
) STRICT;

-- A running installation of a product at an account. key is what the product calls itself;
-- purpose is production, staging or other, as somebody said or the product does.
CREATE TABLE usage_instance (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  purpose TEXT NOT NULL,
  chosen INTEGER NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_instance_key ON usage_instance (organization_id, key);

-- One metric of one instance, with its newest point.
CREATE TABLE usage_series (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id INTEGER NOT NULL,
  metric TEXT NOT NULL,
  at INTEGER NOT NULL,
  value REAL NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_series_of ON usage_series (instance_id, metric);

-- What came: a batch by an importer or through the API. key makes it idempotent.
CREATE TABLE usage_batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  source TEXT NOT NULL,
  by_id INTEGER,
  recorded INTEGER NOT NULL,
  points INTEGER NOT NULL,
  report TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_batch_key ON usage_batch (key);
CREATE INDEX usage_batch_recorded ON usage_batch (recorded);

-- The event of a batch about an account, by its instances.
CREATE TABLE usage_batch_instance (
  batch_id INTEGER NOT NULL,
  instance_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  points INTEGER NOT NULL,
  PRIMARY KEY (batch_id, instance_id)
) STRICT;
CREATE INDEX usage_batch_instance_of ON usage_batch_instance (instance_id, batch_id);

-- Points. A point that is corrected stays; the later batch counts.
CREATE TABLE usage_point (
  series_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  batch_id INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (series_id, at, batch_id)
) STRICT, WITHOUT ROWID;

-- Points of organizations that nobody knows, kept until somebody says whose they are.
CREATE TABLE usage_unknown (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  organization TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  points INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_unknown_of ON usage_unknown (source, organization);
CREATE TABLE usage_unknown_point (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  unknown_id INTEGER NOT NULL,
  instance TEXT NOT NULL,
  metric TEXT NOT NULL,
  at INTEGER NOT NULL,
  value REAL NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_unknown_point_of ON usage_unknown_point (unknown_id, instance, metric, at);

-- What somebody judged about an account, by the manual measure's blueprint id.
CREATE TABLE judgement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  measure_id INTEGER NOT NULL,
  value REAL NOT NULL,
  word TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  until INTEGER,
  ended INTEGER,
  event_id INTEGER NOT NULL
) STRICT;
CREATE INDEX judgement_of ON judgement (organization_id, measure_id, at, id);
