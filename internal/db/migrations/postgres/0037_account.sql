-- +goose Up

-- What a vendor keeps about an organization that is its customer; the key is the organization's.
-- Revenue is a year's, in minor units of its currency. Score is in hundredths of a point.
CREATE TABLE account (
  organization_id BIGINT PRIMARY KEY,
  plan TEXT COLLATE "C" NOT NULL,
  segment TEXT COLLATE "C" NOT NULL,
  coverage TEXT COLLATE "C" NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  revenue BIGINT NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  since BIGINT,
  contract_start BIGINT,
  renewal BIGINT,
  parent_id BIGINT,
  csm_id BIGINT,
  team_id BIGINT,
  score BIGINT,
  band TEXT COLLATE "C" NOT NULL DEFAULT '',
  band_since BIGINT,
  band_was TEXT COLLATE "C" NOT NULL DEFAULT '',
  created BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX account_revenue ON account (revenue, organization_id);
CREATE INDEX account_renewal ON account (renewal, organization_id) WHERE renewal IS NOT NULL;
CREATE INDEX account_score ON account (score, organization_id) WHERE score IS NOT NULL;
CREATE INDEX account_band ON account (band, revenue, organization_id);
CREATE INDEX account_changed ON account (band_since, organization_id) WHERE band_since IS NOT NULL;
CREATE INDEX account_segment ON account (segment, revenue, organization_id);
CREATE INDEX account_csm ON account (csm_id, revenue, organization_id) WHERE csm_id IS NOT NULL;
CREATE INDEX account_team ON account (team_id, revenue, organization_id) WHERE team_id IS NOT NULL;
CREATE INDEX account_parent ON account (parent_id, organization_id) WHERE parent_id IS NOT NULL;
