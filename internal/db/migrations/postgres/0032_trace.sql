-- +goose Up

-- What an attached strace log says: a line and a page (gzip). It goes with its file.
CREATE TABLE trace_report (
  file_id BIGINT PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
  state TEXT COLLATE "C" NOT NULL,
  line TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  page BYTEA NOT NULL,
  made BIGINT NOT NULL
);
