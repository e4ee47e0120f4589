-- +goose Up

-- A task is on people's lists under its own day where that is before its next promise.
UPDATE work_item SET due = (SELECT t.task_due FROM ticket t WHERE t.id = work_item.subject_id)
WHERE source = 'ticket' AND state <> 'done'
  AND EXISTS (SELECT 1 FROM ticket t WHERE t.id = work_item.subject_id AND t.type = 'task' AND t.task_due IS NOT NULL AND t.task_due < work_item.due);
