-- +goose Up

-- Pages of the documentation that answers led to.
CREATE TABLE reply_link (
  comment_id INTEGER NOT NULL REFERENCES comment (id),
  url TEXT NOT NULL,
  ticket_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (comment_id, url)
) STRICT;
CREATE INDEX reply_link_at ON reply_link (at, url, ticket_id);
