-- +goose Up

-- Measures. A definition's mark changes with what it says, so that a new one is worked out
-- beside the old. measure_change is append-only: its rows add up, a late one is a row more.
CREATE TABLE measure_name (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  mark TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX measure_name_mark ON measure_name (name, mark);
CREATE TABLE measure_record (
  source_id INTEGER NOT NULL,
  record_id INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  at INTEGER NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (source_id, record_id)
) STRICT;
CREATE TABLE measure_change (
  measure_id INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  word TEXT NOT NULL,
  record_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (measure_id, subject_id, valid_from, pos)
) STRICT;
CREATE INDEX measure_change_recorded ON measure_change (measure_id, subject_id, recorded);
CREATE TABLE measure_now (
  measure_id INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (measure_id, subject_id)
) STRICT;

-- The one list of what somebody has to do.
CREATE TABLE work_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  person_id INTEGER,
  team_id INTEGER,
  due INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  until INTEGER,
  reason TEXT NOT NULL,
  ended INTEGER,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX work_item_key ON work_item (source, key);
CREATE INDEX work_item_person ON work_item (person_id, due, id) WHERE state = 'open' AND person_id IS NOT NULL;
CREATE INDEX work_item_team ON work_item (team_id, due, id) WHERE state = 'open' AND person_id IS NULL;
CREATE INDEX work_item_snoozed ON work_item (person_id, due, id) WHERE state = 'snoozed';
CREATE INDEX work_item_ended ON work_item (ended, person_id) WHERE state = 'done';

-- Tickets that wait for an agent now.
INSERT INTO work_item (source, key, person_id, team_id, due, urgency, subject_kind, subject_id, event_id, state, reason, created, updated)
SELECT 'ticket', CAST(t.id AS TEXT), t.assignee_id, t.team_id, t.due,
  CASE t.priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN 'normal' THEN 1 ELSE 0 END, 'ticket', t.id,
  COALESCE((SELECT min(e.id) FROM events e WHERE e.subject_kind = 'ticket' AND e.subject_id = t.id AND e.verb = 'ticket.created'), 0),
  'open', '', t.updated, t.updated
FROM ticket t
WHERE t.done = FALSE AND t.deleted_at IS NULL AND t.status IN ('new', 'open') AND (t.assignee_id IS NOT NULL OR t.team_id IS NOT NULL)
ORDER BY t.id;
