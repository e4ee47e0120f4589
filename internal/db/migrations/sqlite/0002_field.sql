-- +goose Up

-- Custom attributes of tickets, keyed by the id of the field's blueprint, and their form.
ALTER TABLE ticket ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';
ALTER TABLE ticket ADD COLUMN form_id INTEGER;

-- Typed values of indexed attributes: text or num; neither for an empty list.
CREATE TABLE attr_index (
  field_id INTEGER NOT NULL,
  record_id INTEGER NOT NULL,
  text TEXT,
  num REAL
) STRICT;
CREATE INDEX attr_index_record ON attr_index (field_id, record_id, text, num);
CREATE INDEX attr_index_text ON attr_index (field_id, text, record_id) WHERE text IS NOT NULL;
CREATE INDEX attr_index_num ON attr_index (field_id, num, record_id) WHERE num IS NOT NULL;

-- How far the records of a field have been brought in line with its blueprint.
CREATE TABLE field_state (
  field_id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  indexed INTEGER NOT NULL,
  reached INTEGER NOT NULL,
  last INTEGER NOT NULL,
  done INTEGER NOT NULL
) STRICT;
