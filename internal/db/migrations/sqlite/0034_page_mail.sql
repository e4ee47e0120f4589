-- +goose Up

-- Mails of dashboards and reports: one for each page, due time and person.
CREATE TABLE page_mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  page_id INTEGER NOT NULL,
  page_version INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  due INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX page_mail_once ON page_mail (page_id, due, person_id);
CREATE INDEX page_mail_page ON page_mail (page_id, id);
CREATE INDEX page_mail_at ON page_mail (at, id);
