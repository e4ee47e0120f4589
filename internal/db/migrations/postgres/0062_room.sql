-- +goose Up

-- Rows that are written again and again keep room beside them, so that no index has to learn of it.
ALTER TABLE usage_series SET (fillfactor = 60);
ALTER TABLE usage_instance SET (fillfactor = 70);
ALTER TABLE health_now SET (fillfactor = 70);
ALTER TABLE measure_now SET (fillfactor = 70);
ALTER TABLE insight_record SET (fillfactor = 70);
ALTER TABLE insight_roll SET (fillfactor = 70);
