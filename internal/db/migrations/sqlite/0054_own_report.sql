-- +goose Up

-- Reports that somebody made for themselves: which figure, and how it is split and drawn (JSON).
CREATE TABLE own_report (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  spec TEXT NOT NULL,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX own_report_person ON own_report (person_id, id);

-- Mails of pages by person, for those who leave.
CREATE INDEX page_mail_person ON page_mail (person_id, id);
