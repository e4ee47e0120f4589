-- +goose Up

-- Applications to programs: from the first saved draft to the end of what was granted. person_key and org_key
-- say who applies for whom, for finding the same application twice; of those that are open there is one.
-- place is where it stands in the queue: renewals, dialogues, new ones, each by what was promised.
CREATE TABLE application (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  program_id INTEGER NOT NULL,
  program_version INTEGER NOT NULL,
  state TEXT NOT NULL,
  open INTEGER NOT NULL,
  nonce TEXT NOT NULL UNIQUE,
  link INTEGER NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  organization TEXT NOT NULL,
  website TEXT NOT NULL,
  person_id INTEGER,
  organization_id INTEGER,
  person_key TEXT NOT NULL,
  org_key TEXT NOT NULL,
  attributes TEXT NOT NULL,
  assignee_id INTEGER,
  team_id INTEGER,
  ticket_id INTEGER,
  renewal_of INTEGER REFERENCES application (id),
  held INTEGER NOT NULL,
  hold TEXT NOT NULL,
  touched INTEGER NOT NULL,
  dialogue INTEGER NOT NULL,
  place INTEGER NOT NULL,
  promised INTEGER,
  spent INTEGER NOT NULL,
  running_since INTEGER,
  due INTEGER,
  question TEXT NOT NULL,
  reasons TEXT NOT NULL,
  reason TEXT NOT NULL,
  submitted_at INTEGER,
  confirmed_at INTEGER,
  decided_at INTEGER,
  decided_by INTEGER,
  term_from INTEGER,
  term_until INTEGER,
  life TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX application_one ON application (program_id, person_key, org_key) WHERE open = 1;
CREATE INDEX application_person_key ON application (person_key, id);
CREATE INDEX application_org_key ON application (org_key, id) WHERE org_key <> '';
CREATE INDEX application_queue ON application (state, place, id);
CREATE INDEX application_program ON application (program_id, state, place, id);
CREATE INDEX application_person ON application (person_id, id);
CREATE INDEX application_organization ON application (organization_id, id);
CREATE INDEX application_assignee ON application (assignee_id, state, place, id);
CREATE INDEX application_ticket ON application (ticket_id);
CREATE INDEX application_renewal ON application (renewal_of);

-- What an adapter found about an application, one row a try. key is what the world outside knows the try by.
CREATE TABLE application_check (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  application_id INTEGER NOT NULL REFERENCES application (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  say TEXT NOT NULL,
  evidence TEXT NOT NULL,
  begun INTEGER NOT NULL,
  ended INTEGER,
  decided_by INTEGER
) STRICT;
CREATE INDEX application_check_application ON application_check (application_id, id);

-- Files that came with an application, until they are purged.
CREATE TABLE application_file (
  application_id INTEGER NOT NULL REFERENCES application (id),
  file_id INTEGER NOT NULL REFERENCES file (id),
  purpose TEXT NOT NULL,
  added INTEGER NOT NULL,
  purge INTEGER NOT NULL,
  PRIMARY KEY (application_id, file_id)
) STRICT;
CREATE INDEX application_file_file ON application_file (file_id);
CREATE INDEX application_file_purge ON application_file (purge, application_id);

-- How often a program's pages were shown: one row a program, day (UTC) and page.
CREATE TABLE program_view (
  program_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  page TEXT NOT NULL,
  shown INTEGER NOT NULL,
  PRIMARY KEY (program_id, day, page)
) STRICT;
