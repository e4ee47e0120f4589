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
CREATE INDEX account_renewal ON account (renewal, organization_id) WHERE renewal IS NOT NULL;
CREATE INDEX account_score ON account (score, organization_id) WHERE score IS NOT NULL;
CREATE INDEX account_band ON account (band, revenue, organization_id);
CREATE INDEX account_changed ON account (band_since, organization_id) WHERE band_since IS NOT NULL;
CREATE INDEX account_segment ON account (segment, revenue, organization_id);
CREATE INDEX account_csm ON account (csm_id, revenue, organization_id) WHERE csm_id IS NOT NULL;
CREATE INDEX account_team ON account (team_id, revenue, organization_id) WHERE team_id IS NOT NULL;
CREATE INDEX account_parent ON account (parent_id, organization_id) WHERE parent_id IS NOT NULL;
