package desk

import (
	"context"
	"fmt"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/file"
	"steward/internal/job"
	"steward/internal/ledger"
)

// unusedUpload is the kind of timer that removes an upload no message took up.
const unusedUpload = "desk.unused_upload"

// uploadFor is how long an upload waits for its message.
const uploadFor = 48 * time.Hour

// Upload keeps a stored blob as a file of the actor's until a message takes it up, for two
// days at most. Anybody signed in may upload; the surface limits the size.
func (s *Service) Upload(ctx context.Context, tx db.Tx, by act.Actor, b file.Blob, filename string) (file.File, error) {
	f, err := s.files.Attach(ctx, tx, by, b, filename)
	if err != nil {
		return f, err
	}
	now := by.Now()
	return f, s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: unusedUpload, Key: fmt.Sprint(f.ID), Subject: ledger.Ref{Kind: "file", ID: f.ID}, Due: now.Add(uploadFor)})
}

// TakeUp says that another part of the system keeps an uploaded file, which it removes itself. It checks no permission.
func (s *Service) TakeUp(ctx context.Context, tx db.Tx, id int64) error {
	return s.jobs.Cancel(ctx, tx, unusedUpload, fmt.Sprint(id))
}

// onUnused is the timer's handler: a file that is on a message or a request stays, and one of a draft or of a reply that
// waits is looked at again.
func (s *Service) onUnused(ctx context.Context, tx db.Tx, j job.Job) error {
	kept, err := s.begun(ctx, tx, j.Subject.ID)
	if err != nil {
		return err
	}
	if kept {
		now := s.clock().UTC()
		return s.jobs.Set(ctx, tx, now, job.Spec{Kind: unusedUpload, Key: fmt.Sprint(j.Subject.ID), Subject: j.Subject, Due: now.Add(uploadFor)})
	}
	_, err = tx.Exec(ctx, `DELETE FROM file WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM comment_file cf WHERE cf.file_id = $1)
		AND NOT EXISTS (SELECT 1 FROM web_request_file w WHERE w.file_id = $1) AND NOT EXISTS (SELECT 1 FROM side_file f WHERE f.file_id = $1)`, j.Subject.ID)
	return err
}
