-- +goose Up

-- Custom attributes of tickets, keyed by the id of the field's blueprint, and their form.
ALTER TABLE ticket ADD COLUMN attributes TEXT COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE ticket ADD COLUMN form_id BIGINT;

-- Typed values of indexed attributes: text or num; neither for an empty list.
CREATE TABLE attr_index (
  field_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  text TEXT COLLATE "C",
  num DOUBLE PRECISION
);
CREATE INDEX attr_index_record ON attr_index (field_id, record_id, text, num);
CREATE INDEX attr_index_text ON attr_index (field_id, text, record_id) WHERE text IS NOT NULL;
CREATE INDEX attr_index_num ON attr_index (field_id, num, record_id) WHERE num IS NOT NULL;

-- How far the records of a field have been brought in line with its blueprint.
CREATE TABLE field_state (
  field_id BIGINT PRIMARY KEY,
  type TEXT COLLATE "C" NOT NULL,
  indexed BOOLEAN NOT NULL,
  reached BIGINT NOT NULL,
  last BIGINT NOT NULL,
  done BOOLEAN NOT NULL
);
