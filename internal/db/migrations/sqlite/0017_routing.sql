-- +goose Up

-- What colleagues say about themselves; whoever said nothing is available.
CREATE TABLE availability (
  person_id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  until INTEGER,
  changed INTEGER NOT NULL
) STRICT;
-- Time off: local times as they were entered, and the same in UTC.
CREATE TABLE time_off (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL,
  from_local TEXT NOT NULL,
  to_local TEXT NOT NULL,
  zone TEXT NOT NULL,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX time_off_person ON time_off (person_id, ends);
CREATE INDEX time_off_ends ON time_off (ends, id);

-- Waiting tickets nobody has, by weight: the smallest key of a queue is the heaviest. It is
-- worked out from the ticket with every change of it. region_id is the region that others leave
-- it to until region_until; 0 for none, also once that has passed.
CREATE TABLE ticket_queue (
  ticket_id INTEGER PRIMARY KEY,
  queue_id INTEGER NOT NULL,
  queue_version INTEGER NOT NULL,
  team_id INTEGER NOT NULL,
  region_id INTEGER NOT NULL,
  region_until INTEGER,
  skill TEXT NOT NULL,
  key INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_queue_lane ON ticket_queue (queue_id, team_id, region_id, skill, key, ticket_id);
CREATE INDEX ticket_queue_key ON ticket_queue (queue_id, key, ticket_id);
CREATE INDEX ticket_queue_region ON ticket_queue (region_until, ticket_id) WHERE region_until IS NOT NULL;
-- What the queue's rows were worked out under, and how far a new round is.
CREATE TABLE queue_state (
  id INTEGER PRIMARY KEY,
  signature TEXT NOT NULL,
  reached INTEGER NOT NULL,
  done INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_waiting ON ticket (id) WHERE assignee_id IS NULL AND done = FALSE AND deleted_at IS NULL;
-- When a queue's tickets were last handed out in turn; its row is the lock of a round.
CREATE TABLE queue_turn (
  queue_id INTEGER PRIMARY KEY,
  ran INTEGER NOT NULL,
  assigned INTEGER NOT NULL
) STRICT;

-- Tickets handed to another region.
CREATE TABLE handover (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  from_region INTEGER,
  to_region INTEGER NOT NULL,
  by_id INTEGER,
  reason TEXT NOT NULL,
  next_step TEXT NOT NULL,
  created INTEGER NOT NULL,
  taken INTEGER,
  taken_by INTEGER
) STRICT;
CREATE INDEX handover_waiting ON handover (to_region, created, id) WHERE taken IS NULL;
CREATE INDEX handover_ticket ON handover (ticket_id, id);
CREATE INDEX handover_by ON handover (by_id) WHERE by_id IS NOT NULL;
CREATE INDEX handover_taken_by ON handover (taken_by) WHERE taken_by IS NOT NULL;

-- Colleagues ask for attention on a ticket.
CREATE TABLE attention (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL,
  asked_by INTEGER,
  urgency TEXT NOT NULL,
  reason TEXT NOT NULL,
  asked INTEGER NOT NULL,
  due INTEGER NOT NULL,
  taken INTEGER,
  taken_by INTEGER,
  overdue INTEGER,
  closed INTEGER,
  closed_by INTEGER,
  closed_why TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX attention_open ON attention (ticket_id) WHERE closed IS NULL;
CREATE INDEX attention_due ON attention (due, id) WHERE closed IS NULL;
CREATE INDEX attention_ticket ON attention (ticket_id, id);
CREATE INDEX attention_asked_by ON attention (asked_by) WHERE asked_by IS NOT NULL;
CREATE INDEX attention_taken_by ON attention (taken_by) WHERE taken_by IS NOT NULL;
CREATE INDEX attention_closed_by ON attention (closed_by) WHERE closed_by IS NOT NULL;

-- Reports of very breached tickets: each run with what it found.
CREATE TABLE ticket_report_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  report_id INTEGER NOT NULL,
  report_version INTEGER NOT NULL,
  ran INTEGER NOT NULL,
  found INTEGER NOT NULL,
  more INTEGER NOT NULL,
  tickets TEXT NOT NULL,
  mailed INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_report_run_report ON ticket_report_run (report_id, id);
CREATE INDEX ticket_report_run_ran ON ticket_report_run (ran, id);
CREATE INDEX clock_breached ON clock (metric, breached_at, id) WHERE ended IS NULL AND breached_at IS NOT NULL;
