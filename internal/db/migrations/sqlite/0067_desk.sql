-- +goose Up

-- What came of articles that the request form offered, by day.
CREATE TABLE article_day (
  article_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  PRIMARY KEY (article_id, day)
) STRICT;
CREATE INDEX article_day_day ON article_day (day);

-- What colleagues say to each other about a change request.
CREATE TABLE change_comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  request_id INTEGER NOT NULL REFERENCES change_request (id),
  author_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX change_comment_request ON change_comment (request_id, id);
CREATE INDEX change_comment_author ON change_comment (author_id, id);

-- What was typed, as long as a message of a side conversation can be taken back.
ALTER TABLE side_message ADD COLUMN source TEXT NOT NULL DEFAULT '';
