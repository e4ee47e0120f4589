-- +goose Up

-- Open tickets of an organization and of a requester, for judging them anew.
CREATE INDEX ticket_active_organization ON ticket (organization_id, id) WHERE done = FALSE AND deleted_at IS NULL;
CREATE INDEX ticket_active_requester ON ticket (requester_id, id) WHERE done = FALSE AND deleted_at IS NULL;

-- Which entitlements open tickets were judged by last.
CREATE TABLE entitlement_state (
  id BIGINT PRIMARY KEY,
  digest TEXT COLLATE "C" NOT NULL
);
