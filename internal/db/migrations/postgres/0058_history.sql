-- +goose Up

-- What somebody did, the newest first.
CREATE INDEX events_actor ON events (actor_id, recorded, id) WHERE actor_id > 0;
