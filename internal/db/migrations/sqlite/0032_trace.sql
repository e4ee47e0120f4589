-- +goose Up

-- What an attached strace log says: a line and a page (gzip). It goes with its file.
CREATE TABLE trace_report (
  file_id INTEGER PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  line TEXT NOT NULL,
  reason TEXT NOT NULL,
  page BLOB NOT NULL,
  made INTEGER NOT NULL
) STRICT;
