-- +goose Up

-- Of PostgreSQL's tables only: how they lie on its disk.
SELECT 1;
