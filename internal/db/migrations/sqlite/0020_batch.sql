-- +goose Up

-- One change to many tickets: who asked for it, and how far it is.
CREATE TABLE ticket_batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  change TEXT NOT NULL,
  state TEXT NOT NULL,
  total INTEGER NOT NULL,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  undone INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  ended INTEGER
) STRICT;
CREATE INDEX ticket_batch_person ON ticket_batch (person_id, id);
CREATE INDEX ticket_batch_created ON ticket_batch (created);
CREATE TABLE ticket_batch_item (
  batch_id INTEGER NOT NULL REFERENCES ticket_batch (id),
  n INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  was TEXT NOT NULL,
  became TEXT NOT NULL,
  PRIMARY KEY (batch_id, n)
) STRICT;
CREATE INDEX ticket_batch_item_state ON ticket_batch_item (batch_id, state, n);
CREATE INDEX ticket_batch_item_ticket ON ticket_batch_item (ticket_id);
