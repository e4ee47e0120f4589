-- +goose Up

-- Pages of the documentation that answers led to.
CREATE TABLE reply_link (
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  url TEXT COLLATE "C" NOT NULL,
  ticket_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (comment_id, url)
);
CREATE INDEX reply_link_at ON reply_link (at, url, ticket_id);
