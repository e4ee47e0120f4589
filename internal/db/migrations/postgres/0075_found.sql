-- +goose Up

-- What belongs to a ticket or an organization is found without reading the whole table: a ticket that is purged, organizations that are merged.
CREATE INDEX message_ref_ticket ON message_ref (ticket_id);
CREATE INDEX survey_offer_organization ON survey_offer (organization_id, id);
