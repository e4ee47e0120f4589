package desk

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/job"
	"steward/internal/ledger"
)

// piecesPerRun is how many pieces one run of removeUpload deletes: 32 MB.
const piecesPerRun = 64

// lookLater has a file that arrived looked at again.
func (s *Service) lookLater(ctx context.Context, tx db.Tx, upload int64, now, due time.Time) error {
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: uploadKept, Key: idText(upload), Subject: ledger.Ref{Kind: "upload", ID: upload}, Due: due})
}

// onUploadKept removes a file whose ticket was closed long enough, and looks again later otherwise.
func (s *Service) onUploadKept(ctx context.Context, tx db.Tx, j job.Job) error {
	var ticket, keep, updated int64
	var status string
	err := tx.QueryRow(ctx, `SELECT t.id, l.keep, t.status, t.updated FROM upload u JOIN upload_link l ON l.id = u.link_id JOIN ticket t ON t.id = l.ticket_id WHERE u.id = $1 AND u.state = 'done'`, j.Subject.ID).
		Scan(&ticket, &keep, &status, &updated)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.clock().UTC()
	over := db.Time(updated).Add(time.Duration(keep) * time.Second) // nothing about a closed ticket changes
	if Status(status) != StatusClosed {
		over = now.Add(time.Duration(keep) * time.Second)
	}
	if now.Before(over) {
		return s.lookLater(ctx, tx, j.Subject.ID, now, over)
	}
	return s.dropUpload(ctx, tx, j.Subject.ID, ticket, "closed")
}

// onUploadOver removes what is unfinished when a link ends.
func (s *Service) onUploadOver(ctx context.Context, tx db.Tx, j job.Job) error {
	l, err := s.uploadLink(ctx, tx, j.Subject.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ids, err := ticketIDs(ctx, tx, `SELECT id FROM upload WHERE link_id = $1 AND state = 'open' LIMIT $2`, l.ID, maxUploads)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.dropUpload(ctx, tx, id, l.TicketID, "expired"); err != nil {
			return err
		}
	}
	return nil
}

// dropUpload takes a file from its ticket and has its content deleted.
func (s *Service) dropUpload(ctx context.Context, tx db.Tx, id, ticketID int64, reason string) error {
	u, err := scanUpload(tx.QueryRow(ctx, uploadFields+` WHERE u.id = $1`, id))
	if err != nil {
		return err
	}
	now := s.clock().UTC()
	if _, err := tx.Exec(ctx, `UPDATE upload SET state = 'removed', file_id = NULL, hash_state = NULL, ended = $1 WHERE id = $2`, db.Micros(now), id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_file WHERE file_id = $1`, u.FileID); err != nil {
		return err
	}
	if err := s.files.Drop(ctx, tx, u.FileID); err != nil {
		return err
	}
	if u.State == "done" {
		_, err = s.ledger.Append(ctx, tx, s.system(), ledger.Entry{Verb: UploadRemoved, Subject: ledger.Ref{Kind: "ticket", ID: ticketID}, Visibility: ledger.Internal,
			Data: map[string]any{"file": u.FileID, "reason": reason}})
		if err != nil {
			return err
		}
	}
	return s.jobs.Enqueue(ctx, tx, now, job.Spec{Kind: removeUpload, Key: hex.EncodeToString(u.hash), Due: now})
}

// onRemoveUpload deletes some pieces and comes again until none are left.
func (s *Service) onRemoveUpload(ctx context.Context, tx db.Tx, j job.Job) error {
	name, err := hex.DecodeString(j.Key)
	if err != nil {
		return err
	}
	left, err := s.files.RemovePieces(ctx, tx, name, piecesPerRun)
	if err != nil || !left {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, s.clock(), job.Spec{Kind: removeUpload, Key: j.Key, Due: s.clock()})
}
