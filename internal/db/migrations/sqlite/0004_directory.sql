-- +goose Up

-- Records that were merged into another answer under their old id.
ALTER TABLE organization ADD COLUMN alias_of INTEGER;
CREATE INDEX person_alias ON person (alias_of) WHERE alias_of IS NOT NULL;
CREATE INDEX organization_alias ON organization (alias_of) WHERE alias_of IS NOT NULL;
CREATE TABLE directory_merge (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  winner_id INTEGER NOT NULL,
  loser_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  domains TEXT NOT NULL,
  at INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  undone_at INTEGER,
  undo_event_id INTEGER
) STRICT;
CREATE INDEX directory_merge_winner ON directory_merge (kind, winner_id, id);
CREATE INDEX directory_merge_loser ON directory_merge (kind, loser_id, id);
CREATE TABLE directory_merge_moved (
  merge_id INTEGER NOT NULL REFERENCES directory_merge (id),
  holder TEXT NOT NULL,
  record_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (merge_id, holder, record_id)
) STRICT;
CREATE INDEX directory_merge_moved_state ON directory_merge_moved (merge_id, state, holder, record_id);

-- Ids that other systems know people and organizations by.
CREATE TABLE external_id (
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  record_id INTEGER NOT NULL,
  PRIMARY KEY (source, kind, id)
) STRICT;
CREATE INDEX external_id_record ON external_id (kind, record_id);

-- Why somebody is suspended.
ALTER TABLE person ADD COLUMN suspended_reason TEXT NOT NULL DEFAULT '';

-- Who was erased: kept apart from backups too, so that a restore repeats it.
CREATE TABLE erasure (
  person_id INTEGER PRIMARY KEY,
  person_created INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  by_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  done_at INTEGER
) STRICT;
CREATE INDEX comment_author ON comment (author_id, id) WHERE agent = FALSE;

-- Imports of people and organizations.
CREATE TABLE import_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  filename TEXT NOT NULL,
  file_id INTEGER,
  options TEXT NOT NULL,
  dry_run INTEGER NOT NULL,
  total INTEGER NOT NULL,
  read INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  error TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  ended INTEGER
) STRICT;
CREATE INDEX import_run_at ON import_run (at);
CREATE TABLE import_bad (
  import_id INTEGER NOT NULL REFERENCES import_run (id),
  line INTEGER NOT NULL,
  cells TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (import_id, line)
) STRICT;
